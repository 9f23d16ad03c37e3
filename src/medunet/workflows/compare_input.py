"""What compare was given: runs, evaluation folders or tables of scores, each read as one entry."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from medunet.cases.names import listed
from medunet.errors import InputError, OutputError, UsageError
from medunet.scoring import METRICS, NOT_PREDICTED, Score
from medunet.scoring.chosen_metrics import read_chosen
from medunet.scoring.metrics import BACKGROUND_DOMINATED
from medunet.scoring.reasons import against, outcomes
from medunet.workflows.progress import SILENT, Progress
from medunet.workflows.run_folder import read_asked, read_run

Figure = tuple[str, str, str]
"""Structure, metric, and what a measurement was compared with ("" for an overlap score)."""

_ZERO = frozenset(METRICS) - BACKGROUND_DOMINATED | {"nsd", "mean_iou"}
"""Metrics in which a case that was not predicted counts as 0, also where its row left the value empty."""

_REMEDY = "Give runs, folders of `medunet evaluate` or their scores.csv"


@dataclass(frozen=True)
class RunFacts:
    """What a run's folder says of how it came about.

    Attributes:
        record: its run.json.
        recipe: its recipe, full key → value.
        split_of: case → (subject, split).
    """

    record: Mapping[str, Any]
    recipe: Mapping[str, Any]
    split_of: Mapping[str, tuple[str, str]]

    @property
    def seed(self) -> int:
        """Of the training."""
        return int(self.recipe.get("training.seed", 0))


@dataclass(frozen=True, eq=False)
class Entry:
    """One of the things that are compared.

    Attributes:
        name: short, another one for each entry.
        table: its scores.csv.
        sha256: of the table.
        scores: rows of the metrics that were asked for.
        known: metrics that the table has.
        rows: rows of the table.
        run: the run behind it, or None where there is only a table.
        caution: why its figures are better than they are, as its evaluation says, or "".
    """

    name: str
    table: Path
    sha256: str
    scores: tuple[Score, ...]
    known: tuple[str, ...]
    rows: int
    run: RunFacts | None = None
    caution: str = ""
    notes: tuple[str, ...] = field(default=())

    @cached_property
    def figures(self) -> Mapping[Figure, Mapping[str, Score]]:
        """Figure → case → score."""
        found: dict[Figure, dict[str, Score]] = {}
        for score in self.scores:
            found.setdefault(figure_of(score), {})[score.case] = score
        return found

    @cached_property
    def subject_of(self) -> Mapping[str, str]:
        """Case → subject; a case without a subject is one of its own."""
        return {score.case: score.subject or score.case for score in self.scores}


def figure_of(score: Score) -> Figure:
    """What a score is a figure of."""
    return score.structure, score.metric, against(score.reason)


def value_of(score: Score) -> float | None:
    """Its value; what could not be predicted is that run's failure and 0, as `evaluate` has it."""
    if score.value is None and score.metric in _ZERO and NOT_PREDICTED in outcomes(score.reason):
        return 0.0
    return score.value


def read_entries(
    what: Sequence[str | Path],
    metrics: Collection[str],
    split: str,
    *,
    device: str = "auto",
    progress: Progress = SILENT,
) -> tuple[Entry, ...]:
    """Every entry; a run that was not evaluated yet is evaluated first.

    Raises:
        UsageError: fewer than two, or one of them twice.
        InputError: no scores, a table that cannot be read.
        OutputError: a run was evaluated before it was trained on.
    """
    _refuse_twice(what, [Path(word) for word in what])  # this and the next before a run is evaluated for nothing
    if lost := [word for word in what if not Path(word).exists()]:
        raise InputError(lost[0], "is not there", _REMEDY)
    tables = [_table_of(Path(word), split, device, progress) for word in what]
    _refuse_twice(what, [table for table, _ in tables])
    names = _names([run or table for table, run in tables])
    return tuple(_entry(table, run, name, metrics, progress) for (table, run), name in zip(tables, names, strict=True))


def _refuse_twice(what: Sequence[str | Path], paths: Sequence[Path]) -> None:
    places = [path.resolve() for path in paths]
    if twice := [str(word) for word, place in zip(what, places, strict=True) if places.count(place) > 1]:
        raise UsageError(twice[0], "is given twice", "Give every run once")


def _table_of(path: Path, split: str, device: str, progress: Progress) -> tuple[Path, Path | None]:
    """The table of scores behind a word, and the folder of the run it is of."""
    if path.is_file() and path.name != "run.json":
        run = path.parent.parent.parent
        return path, run if _is_evaluation_of(path.parent, run) else None
    if (path / "run.json").is_file():
        return _evaluated(path, split, device, progress), path
    if (path / "scores.csv").is_file():
        run = path.parent.parent
        return path / "scores.csv", run if _is_evaluation_of(path, run) else None
    if folds := sorted(path.glob("fold-*/run.json")):
        names = listed(fold.parent.name for fold in folds)
        raise InputError(path, f"holds several runs ({names})", "Give each fold as a run of its own")
    raise InputError(path, "is no run, no evaluation and no table of scores", _REMEDY)


def _is_evaluation_of(folder: Path, run: Path) -> bool:
    """Whether a folder is RUN/evaluation/SPLIT."""
    return folder.parent.name == "evaluation" and (run / "run.json").is_file()


def _evaluated(run: Path, split: str, device: str, progress: Progress) -> Path:
    """The scores of a run's split; they are made where there are none."""
    folder = run / "evaluation" / split
    record = read_run(run)
    if record.get("status") != "finished":
        remedy = f"Finish it with `medunet train … --out {run} --resume`"
        raise InputError(run, "is a run that has not ended", remedy)
    table = folder / "scores.csv"
    if not (table.is_file() and (folder / "report.html").is_file()):
        from medunet.workflows.evaluate import evaluate

        progress.say(f"{run} has no scores of its {split} split yet: evaluating it first")
        evaluate(run, split=split, device=device, progress=progress)
    mark = _json(folder / ".medunet.json")
    if mark.get("model") not in (None, record.get("weights_sha256")):
        what = "holds the scores of other weights than the run has now"
        raise OutputError(folder, what, f"Evaluate it anew: medunet evaluate {run} --split {split} --overwrite")
    return table


def _entry(table: Path, run: Path | None, name: str, metrics: Collection[str], progress: Progress) -> Entry:
    """Read one table, and what its run says."""
    progress.say(f"reading {name}")
    chosen = read_chosen(table, metrics, where=f"{name}/{table.name}" if run else table.name)
    with table.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    caution = str(_json(table.parent / "summary.json").get("caution", ""))
    notes = (f"{chosen.repeated} rows of {name} stand there twice and count once",) if chosen.repeated else ()
    facts = None if run is None else _facts(run)
    return Entry(name, table, digest, chosen.scores, chosen.known, chosen.rows, facts, caution, notes)


def _facts(run: Path) -> RunFacts:
    """Record, recipe and split of a run.

    Raises:
        InputError: one of them cannot be read.
    """
    recipe, split_of = read_asked(run)
    return RunFacts(read_run(run), dict(_flat(recipe)), split_of)


def _flat(values: Mapping[str, Any], start: str = "") -> list[tuple[str, Any]]:
    """Nested keys in full; mappings of names to numbers stay together below their key."""
    found: list[tuple[str, Any]] = []
    for key, value in values.items():
        if isinstance(value, dict) and value:
            found += _flat(value, f"{start}{key}.")
        else:
            found.append((f"{start}{key}", value))
    return found


def _json(path: Path) -> Mapping[str, Any]:
    """A JSON object, an empty one where there is none that can be read."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _names(paths: Sequence[Path]) -> list[str]:
    """As many of the last parts of each path as tell them apart; `scores.csv` says nothing itself."""
    parts = [path.resolve().parts[:-1] if path.name == "scores.csv" else path.resolve().parts for path in paths]
    for depth in range(1, max(map(len, parts)) + 1):
        names = ["/".join(one[-depth:]) for one in parts]
        if len(set(names)) == len(names):
            return names
    return [str(path) for path in paths]
