"""The measurements of predict and measure: case by case into measurements.csv, and read back by the same call."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from medunet.cases import Case
from medunet.images import write_csv
from medunet.measuring import COLUMNS
from medunet.workflows.batch import read_rows, run_batch, write_failed
from medunet.workflows.film_notes import Notes, read_notes, sentences, write_notes
from medunet.workflows.progress import Progress

FILE = "measurements.csv"

Table = dict[str, list[dict[str, Any]]]
"""Case → its rows of measurements.csv."""

_NUMBERS = frozenset({"value", "low", "high", "level", "quality"})
_TEXTS = frozenset({"structure", "reason"})
"""Columns whose empty cell is an empty text; elsewhere it stands for what is not known."""


Made = tuple[list[dict[str, Any]], tuple[str, ...]]
"""What a case comes to: its rows and its notes."""


@dataclass(frozen=True)
class Completed:
    """A folder's measurements after a call.

    Attributes:
        table: in the order of the cases.
        notes: case → its notes, where it has any.
        failed: case → reason.
        kept: cases that were done by an earlier call.
    """

    table: Table
    notes: Notes
    failed: dict[str, str]
    kept: int

    @property
    def rows(self) -> list[dict[str, Any]]:
        """All rows."""
        return [row for own in self.table.values() for row in own]


def complete_table(
    folder: Path,
    doing: str,
    cases: Sequence[Case],
    before: Table,
    one: Callable[[Case], Made],
    files: Callable[[Case], Iterable[Path]],
    progress: Progress,
) -> Completed:
    """Do the cases that are missing, and write measurements.csv, notes.csv and failed.csv.

    Args:
        folder: where they are written.
        doing: the task as progress names it.
        cases: all of them.
        before: what an earlier call left and holds still.
        one: does a case; an InputError is that case's failure.
        files: what a case leaves in the folder.
        progress: is told how it goes, and what was noted.
    """
    done = dict(before)
    notes = read_notes(folder, done)

    def add(case: Case) -> None:
        done[case.id], notes[case.id] = one(case)

    left = [case for case in cases if case.id not in before]
    failed = run_batch(
        doing,
        left,
        add,
        files=files,
        save=lambda: write_table(folder, done, notes),
        kept=len(before),
        progress=progress,
    )
    order = [case.id for case in cases if case.id in done]
    table, said = {case: done[case] for case in order}, {case: notes[case] for case in order if notes.get(case)}
    for sentence in sentences(said, len(cases)):
        progress.say(sentence)
    write_table(folder, table, said)
    write_failed(folder, cases, failed)
    return Completed(table, said, failed, len(before))


def of_subject(rows: Iterable[Mapping[str, Any]], subject: str) -> list[dict[str, Any]]:
    """The rows of an earlier call under the subject as it is told now: names tell it by what lies beside them."""
    return [{**row, "subject": subject} for row in rows]


def write_table(folder: Path, table: Table, notes: Notes) -> None:
    """Rows and notes of cases, in the table's order; the rows last, because a case without rows is done anew."""
    write_notes(folder, notes, table)
    rows = [[row[column] for column in COLUMNS] for own in table.values() for row in own]
    write_csv(folder / FILE, COLUMNS, rows)


def as_written(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row with its numbers as measurements.csv holds them, so that a second call reads back what the first said."""
    return {key: float(f"{cell:.6g}") if isinstance(cell, float) else cell for key, cell in row.items()}


def read_table(path: Path) -> Table:
    """The rows of a measurements.csv by case; empty where there is none, or one that was changed by other programs."""
    table: Table = {}
    try:
        for row in read_rows(path):
            if tuple(row) != COLUMNS:
                return {}
            cells = {column: _cell(text, column) for column, text in row.items()}
            table.setdefault(row["case"], []).append(cells)
    except ValueError:  # a number that is none
        return {}
    return table


def _cell(text: str, column: str) -> float | str | None:
    """A cell of measurements.csv as the value it was written from."""
    if column in _TEXTS or (text and column not in _NUMBERS):
        return text
    if not text:
        return None
    if not math.isfinite(number := float(text)):
        raise ValueError(f"{column} is {text}")
    return number
