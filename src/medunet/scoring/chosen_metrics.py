"""A few metrics of a large `scores.csv`: other rows are passed over without being made scores."""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from medunet.errors import InputError
from medunet.scoring.reasons import against
from medunet.scoring.score import Score
from medunet.scoring.table import SCORE_COLUMNS, plain_text

_REMEDY = "Give a scores.csv of medunet"


@dataclass(frozen=True)
class ChosenMetrics:
    """What a table says of the metrics that were asked for.

    Attributes:
        scores: their rows, in order; a row that stands there twice is there once.
        known: every metric that the table has, in its order.
        rows: rows of the table.
        repeated: rows that said again what an earlier one had said.
    """

    scores: tuple[Score, ...]
    known: tuple[str, ...]
    rows: int
    repeated: int


def read_chosen(path: Path, metrics: Collection[str], where: str = "") -> ChosenMetrics:
    """The rows of some metrics of a `scores.csv`.

    Args:
        path: the table.
        metrics: names as in its column `metric`.
        where: what messages call it; its file name unless given.

    Raises:
        InputError: the file cannot be read, lacks a column, has rows that are no scores (told together), or says two
            things of one figure.
    """
    where = where or path.name
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            return _chosen(file, set(metrics), where)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        words = error.strerror if isinstance(error, OSError) else error
        raise InputError(where, f"cannot be read: {words}", _REMEDY) from error


def _chosen(file: IO[str], metrics: set[str], where: str) -> ChosenMetrics:
    """Read the open table."""
    lines = csv.reader(file)
    header = next(lines, [])
    if missing := [name for name in SCORE_COLUMNS if name not in header]:
        raise InputError(where, f"has no column {', '.join(missing)}", _REMEDY)
    places = [header.index(name) for name in SCORE_COLUMNS]
    metric = header.index("metric")
    known: dict[str, None] = {}
    found: dict[tuple[str, str, str, str], Score] = {}
    faults: list[InputError] = []
    rows = repeated = 0
    for number, line in enumerate(lines, start=2):
        if not line:
            continue
        rows += 1
        name = line[metric] if metric < len(line) else ""
        known[name] = None
        if len(line) == len(header) and name not in metrics:
            continue
        for score in _score(line, places, len(header), f"{where}, row {number}", faults):
            before = found.setdefault(_key(score), score)
            if before is not score:
                repeated += 1
                if before != score:
                    faults.append(_contradiction(f"{where}, row {number}", score))
    if faults:
        raise InputError.together(faults)
    return ChosenMetrics(tuple(found.values()), tuple(known), rows, repeated)


def _score(line: list[str], places: list[int], cells: int, where: str, faults: list[InputError]) -> Iterator[Score]:
    """The score of a line; none, and a fault more, where it is none."""
    if len(line) != cells:
        faults.append(InputError(where, f"has {len(line)} cells where the heading has {cells}", _REMEDY))
        return
    texts = dict(zip(SCORE_COLUMNS, (plain_text(line[place]) for place in places), strict=True))
    value = texts.pop("value")
    try:
        yield Score(**texts, value=float(value) if value else None)
    except ValueError as error:
        faults.append(InputError(where, f"is no score: {error}", "Write the table anew with `medunet evaluate`"))


def _key(score: Score) -> tuple[str, str, str, str]:
    """What one figure is: the case, the structure, the metric, and what a measurement was compared with."""
    return score.case, score.structure, score.metric, against(score.reason)


def _contradiction(where: str, score: Score) -> InputError:
    what = f"says another thing of {score.case}, {score.structure}, {score.metric} than a row before"
    return InputError(where, what, "Give every figure one row")
