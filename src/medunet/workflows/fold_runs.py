"""A folder of folds as one run: what is true of all of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from medunet.errors import InputError, UsageError
from medunet.workflows.run_folder import read_asked, read_run


def fold_runs(folder: Path) -> list[Path]:
    """The finished folds in a folder, in their order; empty where it is no folder of folds."""
    return sorted(path.parent for path in folder.glob("fold-*/run.json") if (path.parent / "model").is_dir())


def record_of_all(folder: Path) -> dict[str, Any]:
    """What the folds' records say of their training, as one of all: `folds` and what differs between them in words.

    Empty where it is no folder of folds.

    Raises:
        InputError: a record cannot be read.
    """
    runs = fold_runs(folder)
    if not runs:
        return {}
    records = [read_run(run) for run in runs]
    same: dict[str, Any] = {
        key: records[0][key]
        for key in ("parameters", "versions", "data", "init")
        if key in records[0] and all(one.get(key) == records[0][key] for one in records)
    }
    told = {key: _in_words(runs, records, key) for key in ("epochs", "best_epoch")}
    return {"folds": len(runs), **same, **{key: words for key, words in told.items() if words is not None}}


def _in_words(runs: list[Path], records: list[dict[str, Any]], key: str) -> Any:
    """What the folds say alike, or what each says; None where one says nothing."""
    each: list[Any] = [one.get(key) for one in records]
    if None in each or all(one == each[0] for one in each):
        return each[0] if None not in each else None
    return ", ".join(f"{one} ({run.name})" for run, one in zip(runs, each, strict=True))


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
    return {case for case, (_, one) in read_asked(run)[1].items() if one == split}
