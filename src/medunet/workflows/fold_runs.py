"""A folder of folds as one run: what is true of all of them."""

from __future__ import annotations

import csv
from pathlib import Path

from medunet.errors import InputError, UsageError


def fold_runs(folder: Path) -> list[Path]:
    """The finished folds in a folder, in their order; empty where it is no folder of folds."""
    return sorted(path.parent for path in folder.glob("fold-*/run.json") if (path.parent / "model").is_dir())


def run_of_all(folder: Path, split: str) -> Path:
    """A fold whose cases of `split` are those of every fold: they share their test cases, and nothing else.

    Raises:
        UsageError: there are no folds, or another split is asked for.
        InputError: the folds have other test cases, as of other data.
    """
    runs = fold_runs(folder)
    if not runs:
        raise UsageError("DATA", "is needed to score a model", "Give data with reference masks after it")
    if split != "test":
        what = f"the folds in {folder.name} have different {split} cases"
        raise UsageError("--split", what, f"Score one of them, for instance {runs[0]}")
    first = _cases_of(runs[0], split)
    for run in runs[1:]:
        if _cases_of(run, split) != first:
            what = f"its test cases differ from those of {runs[0].name}"
            raise InputError(run, what, "Train all folds on the same data with the same split.seed, or give DATA")
    return runs[0]


def _cases_of(run: Path, split: str) -> set[str]:
    with (run / "split.csv").open(newline="", encoding="utf-8") as file:
        return {row["case"] for row in csv.DictReader(file) if row["split"] == split}
