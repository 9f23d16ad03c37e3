"""`medunet compare`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from medunet.cli.options import Cache, Debug, Device, Json, Limit, Overwrite, Quiet, Set
from medunet.cli.progress import progress_shown
from medunet.cli.terminal import NONE, show, table
from medunet.cli.train import seconds_of
from medunet.errors import UsageError

if TYPE_CHECKING:
    from medunet.workflows.comparison import Comparison, Difference


def compare(
    what: Annotated[
        list[str],
        typer.Argument(metavar="RUN…|DATA", help="Runs, evaluations or scores.csv, the baseline first; or data."),
    ],
    metrics: Annotated[str, typer.Option(metavar="A,B", help="Metrics to compare, as in scores.csv.")] = "dice",
    split: Annotated[str, typer.Option(help="Split of the runs: test, val or train.")] = "test",
    vary: Annotated[
        list[str] | None, typer.Option(metavar="KEY=A,B", help="Train DATA with each value; may be repeated (grid).")
    ] = None,
    seeds: Annotated[str | None, typer.Option(metavar="A,B", help="Train each variant with these seeds.")] = None,
    recipe: Annotated[str, typer.Option(help="A packaged recipe's name or a YAML file.")] = "chest-xray-small",
    changes: Set = None,
    budget: Annotated[
        str | None, typer.Option(metavar="TIME", help="Time of one training, reading included: 90s, 15m, 2h.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Output folder; variants are trained into its folder runs.")] = (
        Path("compare")
    ),
    device: Device = "auto",
    cache: Cache = None,
    overwrite: Overwrite = False,
    limit: Limit = None,
    quiet: Quiet = False,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Compare runs on the same cases, or variants of a recipe.

    \b
    Examples:
      medunet compare run other-run
      medunet compare run other-run --metrics dice,ctr_abs_error
      medunet compare --vary training.lr=1e-3,1e-4 --seeds 0,1,2 films --out rates
    """
    from medunet.workflows import compare as workflow

    with progress_shown(quiet) as progress:
        done = workflow.compare(
            list(what),
            metrics=metrics.split(","),
            split=split,
            vary=vary or [],
            seeds=_whole_numbers(seeds),
            recipe=recipe,
            changes=changes or [],
            budget=None if budget is None else seconds_of(budget),
            device=device,
            cache=cache,
            out=out,
            overwrite=overwrite,
            progress=progress,
        )
    show(done.to_dict(), _lines(done), as_json=as_json)


def _lines(done: Comparison) -> list[str]:
    """Tests first, then what they rest on, then where to look."""
    from medunet.workflows.comparison_words import NOT_EQUAL

    several = len(done.groups) > 2
    header = (*(("other",) if several else ()), "figure", "difference", "from", "to", "p (Holm)", "r", "subjects")
    lines = [f"{', '.join(list(done.groups)[1:])} minus {next(iter(done.groups))}"]
    lines += table(header, [_row(one, several) for one in done.differences])
    lines += [f"{one.name}, {one.other}: {why}" for one in done.differences if (why := _why(one))]
    lines += [f"{name}: {len(cases)} cases that not all have" for name, cases in done.alone.items()]
    lines += [f"{name} alone has {', '.join(found)}" for name, found in done.structures_alone.items()]
    lines += [*done.cautions, *([] if all(one.shown for one in done.differences) else [NOT_EQUAL])]
    return [*lines, "", f"look at {done.folder / 'report.html'}"]


def _row(one: Difference, several: bool) -> tuple[str, ...]:
    from medunet.workflows.comparison_words import digits_of

    found, digits = one.figures, digits_of(one)
    numbers = (found.mean.value, found.mean.low, found.mean.high)
    r = found.rank_biserial.value
    return (
        *((one.other,) if several else ()),
        one.name,
        *(NONE if number is None else f"{number:.{digits}f}" for number in numbers),
        NONE if one.p_holm is None else f"{one.p_holm:.2g}",
        NONE if r is None else f"{r:.2f}",
        str(one.pairing.pairs.n),
    )


def _why(one: Difference) -> str:
    """Why a test or an interval is missing, or a test can show nothing."""
    return one.figures.wilcoxon.reason or one.figures.mean.reason or one.too_few


def _whole_numbers(text: str | None) -> list[int]:
    """`0,1,2`.

    Raises:
        UsageError: something else.
    """
    if text is None:
        return []
    words = [word.strip() for word in text.split(",")]
    if not all(word.isdecimal() for word in words):
        raise UsageError("--seeds", f"{text!r} is no list of whole numbers", "Write for instance --seeds 0,1,2")
    return [int(word) for word in words]
