"""StudyRows: the rows of one measurement with everything known of each."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from medunet.cases.names import listed, normal
from medunet.errors import InputError, did_you_mean
from medunet.workflows.study_labels import LabelsJoined

UNIT = "unit"
"""The column of a table that says the unit of its values."""


@dataclass(frozen=True, slots=True)
class StudyRow:
    """One film, or one line of a table.

    Attributes:
        case: its name.
        subject: whom it shows.
        value: the measurement in its unit, or None.
        status: ok, flagged or missing.
        reason: why there is no number, or why it needs a look; a row without a value always has one.
        tags: everything else that the tables say of it, column → text.
        processed: False for a film that predict or measure could not process at all.
        unit: of the value, as its own table says it, or "".
    """

    case: str
    subject: str
    value: float | None
    status: str
    reason: str
    tags: Mapping[str, str]
    processed: bool = True
    unit: str = ""


@dataclass(frozen=True)
class StudyRows:
    """All rows of one measurement that a study may use.

    Attributes:
        name: the table's file name.
        value: what was measured, as the table calls it.
        unit: of the values, or "" where the table does not say it.
        rows: those that meet every condition, in the table's order.
        columns: the tags there are.
        came: rows of the measurement before any condition, failed films included.
        left_out: how many rows each condition left out, in the order of the conditions.
        labels: how the labels were joined, or None where none were given.
        subject_from: where the subjects come from, in a few words.
        cautions: sentences that a reader must know of the table.
        paths: files and folders that were read.
    """

    name: str
    value: str
    unit: str
    rows: tuple[StudyRow, ...]
    columns: tuple[str, ...]
    came: int
    left_out: tuple[tuple[int, str], ...]
    labels: LabelsJoined | None
    subject_from: str
    cautions: tuple[str, ...]
    paths: tuple[Path, ...]

    @property
    def numbers(self) -> int:
        """Rows with a number."""
        return sum(row.value is not None for row in self.rows)

    @property
    def failed(self) -> int:
        """Rows of films that could not be processed at all."""
        return sum(not row.processed for row in self.rows)

    def column(self, name: str) -> str:
        """A tag's own name, from a spelling of it.

        Raises:
            InputError: there is no such column.
        """
        return found_column(name, self.columns, self.name)


def found_column(name: str, columns: Collection[str], table: str) -> str:
    """The column of that name, exactly or in normal form.

    Raises:
        InputError: there is none; the message lists those there are.
    """
    if name in columns:
        return name
    same = [column for column in columns if normal(column) == normal(name)]
    if len(same) == 1:
        return same[0]
    remedy = f"{did_you_mean(name, columns)}Give one of them"
    raise InputError(table, f"has no column {name!r} (it has {listed(columns, 20)})", remedy)
