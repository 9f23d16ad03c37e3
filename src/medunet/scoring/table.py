"""The table `scores.csv`: a row a figure, written from scores and read back as scores."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path

from medunet.errors import InputError
from medunet.images.writing import FORMULA_STARTS
from medunet.scoring.overlap import COUNTS
from medunet.scoring.score import Score

SCORE_COLUMNS = ("case", "subject", "structure", "metric", "value", "unit", "reason")
"""The columns of `scores.csv`, in order."""


def score_rows(scores: Iterable[Score]) -> list[tuple[str | float | int | None, ...]]:
    """One row a score, cells in the order of `SCORE_COLUMNS`; no value is None, counts of pixels are integers."""
    return [
        (
            score.case,
            score.subject,
            score.structure,
            score.metric,
            int(score.value) if score.value is not None and _is_count(score) else score.value,
            score.unit,
            score.reason,
        )
        for score in scores
    ]


def read_scores(path: Path) -> tuple[Score, ...]:
    """The scores of a `scores.csv`.

    Raises:
        InputError: the file cannot be read, lacks a column, or has rows that are no scores (told together).
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = csv.DictReader(file)
            if missing := [name for name in SCORE_COLUMNS if name not in (rows.fieldnames or ())]:
                raise InputError(path.name, f"has no column {', '.join(missing)}", "Give a scores.csv of medunet")
            read = [_read_row(row, f"{path.name}, row {number}") for number, row in enumerate(rows, start=2)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        # an OSError's own words hold the whole path
        words = error.strerror if isinstance(error, OSError) else error
        raise InputError(path.name, f"cannot be read: {words}", "Give a scores.csv of medunet") from error
    if faults := [fault for fault in read if isinstance(fault, InputError)]:
        raise InputError.together(faults)
    return tuple(score for score in read if isinstance(score, Score))


def _read_row(row: Mapping[str, str | None], where: str) -> Score | InputError:
    """The score of one row, or what is wrong with it."""
    cells = {name: plain_text(row[name] or "") for name in SCORE_COLUMNS}
    value = cells.pop("value")
    try:
        return Score(**cells, value=float(value) if value else None)
    except ValueError as error:
        return InputError(where, f"is no score: {error}", "Write the table anew with `medunet evaluate`")


def plain_text(text: str) -> str:
    """A cell without the apostrophe that keeps a spreadsheet from taking text for a formula."""
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA_STARTS) else text


def _is_count(score: Score) -> bool:
    """Whether a score is a number of pixels: written as a float's few digits it would be rounded."""
    return score.metric in COUNTS
