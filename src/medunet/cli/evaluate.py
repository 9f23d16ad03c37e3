"""`medunet evaluate`."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from medunet.cli.options import Debug, Device, Json, Limit, Overwrite, Quiet
from medunet.cli.progress import progress_shown
from medunet.cli.terminal import NONE, show, table

if TYPE_CHECKING:
    from medunet.scoring import Summary
    from medunet.workflows.evaluation import Evaluation

SHOWN = {
    "dice": "Dice",
    "iou": "IoU",
    "hd95": "HD95",
    "nsd": "NSD",
    "mean_iou": "mean IoU",
    "ctr_abs_error": "CTR error",
}
"""Scores that the terminal shows; scores.csv and the report hold all."""


def evaluate(
    what: Annotated[str, typer.Argument(metavar="RUN|MODEL|MASKS", help="A run, a model, or a folder of masks.")],
    data: Annotated[
        str | None, typer.Argument(metavar="DATA", help="Films with reference masks [default: the run's own].")
    ] = None,
    split: Annotated[str | None, typer.Option(help="train, val or test [default: test; with DATA all].")] = None,
    out: Annotated[
        Path | None, typer.Option(help="Output folder [default: RUN/evaluation/SPLIT; else evaluate].")
    ] = None,
    expert: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Column of cases.csv with an expert's CTR.")
    ] = None,
    tolerance: Annotated[
        float | None, typer.Option(metavar="MM", help="Surfaces this near count as the same in NSD [default: 2].")
    ] = None,
    subgroups: Annotated[
        str | None, typer.Option(metavar="COLUMNS", help="Columns to look at apart, as view,sex,age.")
    ] = None,
    allow_trained: Annotated[
        bool, typer.Option("--allow-trained", help="Also score cases it was trained on: too good.")
    ] = False,
    calibrate: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Write the model with intervals from these cases there.")
    ] = None,
    device: Device = "auto",
    overwrite: Overwrite = False,
    limit: Limit = None,
    quiet: Quiet = False,
    as_json: Json = False,
    debug: Debug = False,
) -> int:
    """Score a run, a model or any masks against reference masks.

    \b
    Examples:
      medunet evaluate run
      medunet evaluate run other-films --subgroups view,sex,age
      medunet evaluate run films-of-our-clinic --calibrate our-model
      medunet evaluate masks-of-another-program films --out scores
    """
    from medunet.workflows import evaluate as workflow

    with progress_shown(quiet) as progress:
        done = workflow.evaluate(
            what,
            data,
            split=split,
            out=out,
            expert=expert,
            tolerance=tolerance,
            subgroups=[word.strip() for word in (subgroups or "").split(",") if word.strip()],
            allow_trained=allow_trained,
            calibrate=calibrate,
            device=device,
            overwrite=overwrite,
            progress=progress,
        )
    ready = what if data is None else None if calibrate is None else str(calibrate)
    show(done.to_dict(), _lines(done, calibrate, ready), as_json=as_json)
    return 3 if done.failed else 0


def _lines(done: Evaluation, model: Path | None, run: str | None) -> list[str]:
    """The figures that matter first, what they count, where to look, what is next; last how many failed."""
    from medunet.workflows.evaluation_answer import sureness

    shown = [summary for summary in done.summaries if summary.metric in SHOWN]
    header = ("structure", "score", "mean", "median", "n", "missed", "invented", "not predicted")
    lines = table(header, [_row(done, summary) for summary in shown])  # a figure is never cut
    if any(s.missed or s.invented or s.not_predicted for s in shown):
        lines.append("missed, invented and not predicted count as 0, in HD95 as the length of the image's diagonal")
    lines += [f"{_name(s)}: {s.no_value} of {s.cases} cases have none" for s in shown if s.no_value]
    lines += ["", *sureness(done)]
    if done.groupings:
        lines.append(f"subgroups are in {done.folder / 'subgroups.csv'} and on the page")
    lines += [f"a model with intervals from these cases is in {model}"] if model is not None else []
    lines += [f"look at {done.folder / 'report.html'}"]
    lines += [f"next: medunet predict NEW-FILMS --model {shlex.quote(run)}"] if run is not None else []
    if done.failed:
        lines.append(f"{len(done.failed)} failed and count as 0 (reasons in {done.folder / 'failed.csv'})")
    return lines


def _row(done: Evaluation, summary: Summary) -> tuple[str, ...]:
    from medunet.workflows.evaluation_tables import in_words

    known = done.interval(summary)
    figures = (NONE if one.value is None else in_words(one, 4) for one in (known.mean, known.median))
    counts = (summary.n, summary.missed, summary.invented, summary.not_predicted)
    return (summary.structure, _name(summary), *figures, *map(str, counts))


def _name(summary: Summary) -> str:
    """The score's name; what a measurement was compared with only where that is not the reference masks."""
    against = summary.against.removeprefix("against ")
    unit = summary.unit.removeprefix("ratio").strip()
    return ", ".join(
        [
            SHOWN[summary.metric],
            *([unit] if unit else []),
            *([against] if against not in ("", "the reference masks") else []),
        ]
    )
