"""Measurements and labels from two tables as one: what matched, and by name what did not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from medunet.errors import InputError
from medunet.studies.groups import Groups, certain_label


@dataclass(frozen=True, slots=True)
class Measured:
    """One row of a table of measurements.

    Attributes:
        case: name of the film.
        subject: whom it shows.
        value: in the measurement's unit, or None where it could not be measured.
    """

    case: str
    subject: str
    value: float | None


@dataclass(frozen=True)
class LabelJoin:
    """Two tables joined. ``len(rows) + len(without_label)`` are the rows that were measured.

    Attributes:
        rows: measured rows with a cell in the label's table, in their order.
        labels: whether each says yes or no; None where it is uncertain or blank.
        without_label: cases that the label's table does not know, sorted.
        without_row: names of the label's table that no measured row has, sorted. They may be films that failed, or
            films that nobody meant to measure; so they are no failures here.
    """

    rows: tuple[Measured, ...]
    labels: tuple[bool | None, ...]
    without_label: tuple[str, ...]
    without_row: tuple[str, ...]

    @property
    def groups(self) -> Groups:
        """The joined rows as groups."""
        return Groups.of([row.value for row in self.rows], self.labels, [row.subject for row in self.rows])


def join_labels(measured: Iterable[Measured], labels: Iterable[tuple[str, object]], *, by_subject: bool) -> LabelJoin:
    """Give each measured row its label.

    Args:
        measured: rows of one measurement.
        labels: (name, cell) of each row of the label's table, in its order; cells as `certain_label` reads them. A
            name may be there twice with one label, or blank beside it.
        by_subject: whether names are those of subjects (all films of a subject get its label) or of cases.

    Raises:
        InputError: a cell cannot be read, or a name has yes and no. The rows are given, not the names.
    """
    known = _known(labels)
    rows, found, without = [], [], []
    seen = set()
    for row in measured:
        name = (row.subject if by_subject else row.case).strip()
        if name in known:
            rows.append(row)
            found.append(known[name])
            seen.add(name)
        else:
            without.append(row.case)
    return LabelJoin(tuple(rows), tuple(found), tuple(sorted(without)), tuple(sorted(known.keys() - seen)))


def _known(labels: Iterable[tuple[str, object]]) -> dict[str, bool | None]:
    """Name → label; every contradiction is reported, not the first alone."""
    known: dict[str, bool | None] = {}
    said_in: dict[str, int] = {}
    faults = []
    for number, (name, cell) in enumerate(labels, start=1):
        key, label = name.strip(), certain_label(cell, number)
        before = known.get(key)
        if before is None:
            known[key] = label
            said_in[key] = number
        elif label is not None and label != before:
            faults.append(
                InputError(
                    f"row {number}",
                    f"says {_word(label)} where row {said_in[key]} says {_word(before)} of the same name",
                    "Give every name one label, or join by case",
                )
            )
    if faults:
        raise InputError.together(faults)
    return known


def _word(label: bool) -> str:
    """Yes or no."""
    return "yes" if label else "no"
