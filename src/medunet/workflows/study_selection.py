"""Rows of a measurement with labels laid beside them, and those of them that meet every condition."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from medunet.cases.names import counted
from medunet.errors import InputError
from medunet.workflows.study_filter import Condition
from medunet.workflows.study_labels import LabelsJoined, join, read_labels
from medunet.workflows.study_rows import UNIT, StudyRow, StudyRows


def labelled(study: StudyRows, labels: Path) -> StudyRows:
    """The rows with the labels' columns as tags, and with their subjects where the table itself tells none apart.

    Raises:
        InputError: the labels cannot be read, or fit no row.
    """
    if not labels.exists():
        raise InputError(labels, "is not there", "Give the labels as a CSV or a folder")
    read = read_labels(labels)
    joined = join(read, {row.case: row.subject for row in study.rows})
    rows = [_tagged(row, joined) for row in study.rows]
    cautions, source = list(study.cautions), study.subject_from
    if joined.lost_zeros:
        lost = counted(joined.lost_zeros, f"{joined.unit} name")
        cautions.append(f"{lost} of {read.name} would be measured but for lost zeros at the beginning: left out")
    told = joined.subjects
    alone = len({row.subject for row in study.rows}) == len({row.case for row in study.rows})
    if told and alone:
        rows = [replace(row, subject=told.get(row.case, row.subject)) for row in rows]
        source = f"{read.name}, since {study.name} tells no two films of one subject"
    elif told:
        names = {case: _siblings(rows, told).get(subject, subject) for case, subject in told.items()}
        rows = [row if row.processed else replace(row, subject=names.get(row.case, row.case)) for row in rows]
        if split := _told_apart(rows, told):
            cautions.append(f"{study.name} tells films apart that {read.name} gives to one subject ({split})")
    return replace(
        study,
        rows=tuple(rows),
        columns=tuple(dict.fromkeys((*joined.columns, *study.columns))),
        labels=joined,
        subject_from=source,
        cautions=tuple(cautions),
        paths=(*study.paths, *read.paths),
    )


def _tagged(row: StudyRow, joined: LabelsJoined) -> StudyRow:
    """The row with what the labels say of it; where both say something, the labels are believed.

    The unit of a measurement is that of its own table: a column of that name in the labels is another thing.
    """
    found = joined.tags.get(row.subject if joined.by_subject else row.case)
    if found is None:
        return row
    said = {name: cell for name, cell in found.items() if name not in row.tags or (cell and name != UNIT)}
    return replace(row, tags={**row.tags, **said})


def _siblings(rows: Sequence[StudyRow], told: Mapping[str, str]) -> dict[str, str]:
    """Subject in the words of the labels → the same in the words of the table."""
    return {told[row.case]: row.subject for row in rows if row.processed and row.case in told}


def _told_apart(rows: Sequence[StudyRow], told: Mapping[str, str]) -> str:
    """Subjects of the labels whose films have several subjects in the table, counted; "" where there are none."""
    seen: dict[str, set[str]] = {}
    for row in rows:
        if row.case in told:
            seen.setdefault(told[row.case], set()).add(row.subject)
    number = sum(len(names) > 1 for names in seen.values())
    return counted(number, "subject") if number else ""


def meeting(study: StudyRows, conditions: Sequence[Condition]) -> StudyRows:
    """The rows that meet every condition; each condition says how many it left out.

    Raises:
        InputError: there is no such column, or no row is left.
    """
    rows, left_out = list(study.rows), []
    for condition in conditions:
        cell = _cells_of(study, condition.column)
        kept = [row for row in rows if condition.met_by(cell(row))]
        left_out.append((len(rows) - len(kept), f"not {condition}"))
        rows = kept
    if not rows:
        said = " and ".join(map(str, conditions))
        raise InputError(study.name, f"has no row with {said}", "Loosen the conditions")
    return replace(study, rows=tuple(rows), left_out=tuple(left_out))


def _cells_of(study: StudyRows, name: str) -> Callable[[StudyRow], str]:
    """From a row to its cell of a column: a tag, or one of the row's own fields."""
    own = {"case": "case", "subject": "subject", "status": "status", study.value: "value", "value": "value"}
    if name in own and name not in study.columns:
        return lambda row: "" if getattr(row, own[name]) is None else str(getattr(row, own[name]))
    column = study.column(name)
    return lambda row: row.tags.get(column, "")
