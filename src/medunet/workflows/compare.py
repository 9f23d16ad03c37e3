"""compare: runs on the same cases, with subjects as units; or variants of a recipe, trained and compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from medunet.errors import UsageError
from medunet.images import write_csv, write_json
from medunet.workflows.compare_input import Entry, read_entries
from medunet.workflows.compare_tests import compared
from medunet.workflows.compare_variants import RUNS, Trainings, train_variants, variants_of
from medunet.workflows.comparison import Comparison
from medunet.workflows.output import Reserved, reserve
from medunet.workflows.progress import SILENT, Progress

OWNED = ("compare.json", "report.html", "figures", "tables")
SPLITS = ("test", "val", "train")
METRICS = ("dice",)
"""What is compared unless asked otherwise: the primary metric."""


def compare(
    what: str | Path | Sequence[str | Path],
    *,
    metrics: Sequence[str] = METRICS,
    split: str = "test",
    vary: Sequence[str] = (),
    seeds: Sequence[int] = (),
    recipe: str = "chest-xray-small",
    changes: Sequence[str] = (),
    budget: float | None = None,
    device: str = "auto",
    cache: str | Path | None = None,
    out: str | Path = "compare",
    overwrite: bool = False,
    progress: Progress = SILENT,
) -> Comparison:
    """Compare runs on the same cases with the first of them, or train variants of a recipe and compare those.

    Args:
        what: two or more runs, evaluation folders or scores.csv; with `vary` or `seeds` the data to train on.
        metrics: names as in scores.csv; all structures × these metrics are the family of Holm's correction.
        split: of the runs; one without scores of it is evaluated first.
        vary: `KEY=A,B`, keys of the recipe with the values to try; several make a grid.
        seeds: each variant is trained with each of them.
        recipe: name of a packaged recipe, or a YAML file.
        changes: `key=value` laid over the recipe of all variants.
        budget: seconds that each training may take.
        device: auto, cpu, cuda, cuda:N.
        cache: folder for prepared cases; by default the user's cache folder.
        out: output folder; runs of variants go into its folder `runs`.
        overwrite: start anew in a folder of other results.
        progress: is told how it goes.

    Raises:
        MedunetError: what cannot be compared, trained or written; the message says where and what to do.
    """
    words = [what] if isinstance(what, (str, Path)) else list(what)
    asked = tuple(dict.fromkeys(name.strip() for name in metrics if name.strip()))
    _check(words, asked, split, {"--set": changes, "--budget": budget}, varied=bool(vary or seeds))
    folder = Path(out)
    if not (vary or seeds):
        entries = read_entries(words, asked, split, device=device, progress=progress)
        done = compared(folder, entries, asked)
        identity: dict[str, Any] = {
            "command": "compare",
            "scores": [[str(entry.table.absolute()), entry.sha256] for entry in entries],
            "metrics": list(asked),
        }
        with reserve(folder, identity, overwrite=overwrite) as place:
            place.claim(OWNED, reads=[entry.table for entry in entries])
            _write(done, entries, device, progress)
        return done
    variants = variants_of(vary, seeds, recipe, changes)
    how = Trainings(str(words[0]), recipe, tuple(changes), budget, device, None if cache is None else str(cache))
    identity = {
        "command": "compare",
        "data": str(Path(how.data).absolute()),
        "recipe": recipe,
        "changes": list(changes),
        "variants": [asdict(variant) for variant in variants],
        "budget": budget,
        "metrics": list(asked),
    }
    with reserve(folder, identity, overwrite=overwrite) as place:
        return _vary(place, asked, split, variants_done=lambda: train_variants(folder, variants, how, progress),
                     data=Path(how.data), device=device, progress=progress)  # fmt: skip


def _vary(
    place: Reserved,
    metrics: Sequence[str],
    split: str,
    *,
    variants_done: Any,
    data: Path,
    device: str,
    progress: Progress,
) -> Comparison:
    """Train what is missing, evaluate it and compare."""
    place.claim((*OWNED, RUNS), reads=[data])
    labels: Mapping[Path, str] = variants_done()
    entries = read_entries(list(labels), metrics, split, device=device, progress=progress)
    tables = dict(zip((entry.table for entry in entries), labels.values(), strict=True))
    done = compared(place.folder, entries, metrics, labels=tables)
    _write(done, entries, device, progress)
    return done


def _check(
    words: Sequence[str | Path], metrics: Sequence[str], split: str, training: Mapping[str, object], *, varied: bool
) -> None:
    """Refuse words that make no call.

    Raises:
        UsageError: too few or too many runs, options of a training that is none, no metric, an unknown split.
    """
    if varied and len(words) != 1:
        raise UsageError("DATA", f"is one place where variants are trained, got {len(words)}", "Give one")
    if not varied and len(words) < 2:
        raise UsageError("RUN", f"is needed twice at least, got {len(words)}", "Give the baseline, then the others")
    if not varied and (idle := [option for option, told in training.items() if told]):
        raise UsageError(idle[0], "is of variants, and none is trained here", "Add --vary KEY=A,B or --seeds A,B")
    if not metrics:
        raise UsageError("--metrics", "names none", "Write for instance --metrics dice,ctr_abs_error")
    if split not in SPLITS:
        raise UsageError("--split", f"{split!r} is not one of {', '.join(SPLITS)}", "Give one of them")


def _write(done: Comparison, entries: Sequence[Entry], device: str, progress: Progress) -> None:
    """compare.json, the tables, the page and its figures."""
    from medunet.reports import write_report
    from medunet.workflows.comparison_page import comparison_page
    from medunet.workflows.comparison_pictures import difference_pictures
    from medunet.workflows.comparison_tables import comparison_tables

    write_json(done.folder / "compare.json", done.to_dict())
    for name, (columns, rows) in comparison_tables(done).items():
        write_csv(done.folder / "tables" / f"{name}.csv", columns, rows)
    pictures = difference_pictures(done, entries, device=device, progress=progress)
    progress.say("drawing the report")
    write_report(comparison_page(done, entries, pictures), done.folder)
