"""Finding: which rows of a study have what it asks about, and which say nothing of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from medunet.cases.names import listed, normal
from medunet.errors import InputError, did_you_mean
from medunet.studies import LabelJoin, Measured, join_labels
from medunet.studies.groups import certain_label
from medunet.workflows.study_filter import Condition
from medunet.workflows.study_rows import StudyRow, StudyRows

LISTS = frozenset({"findings", "finding labels", "finding", "diagnoses"})
"""Columns that hold several findings in one cell, joined by ``|``."""

_SIGNS = "=<>"


@dataclass(frozen=True)
class Finding:
    """A label with its rows.

    Attributes:
        name: as it was asked for.
        rule: which cells say yes, in words.
        join: labels beside measurements.
        rows: of the study, as many and in the order of `join.rows`.
    """

    name: str
    rule: str
    join: LabelJoin
    rows: tuple[StudyRow, ...]


@dataclass(frozen=True)
class _Source:
    """A column and how its cells say yes or no."""

    column: str
    rule: str
    label: Callable[[str], str]


def find_finding(study: StudyRows, by: str) -> Finding:
    """The finding that a study asks about.

    It is a column of yes and no, or a word in a column of findings joined by ``|``, or a condition on a column
    (``sex=M``), whose blank cells are uncertain. Columns of the labels go before those of the table.

    Args:
        study: the rows.
        by: column, word or condition.

    Raises:
        InputError: there is no such column, or its cells say neither yes nor no, or contradict each other.
    """
    source = _source(study, by)
    joined = study.labels
    where = study.name
    try:
        if joined is None or source.column not in joined.columns:
            return _own(study, by, source)
        where = joined.name
        pairs = [(key, source.label(cell)) for key, cell in joined.cells(source.column) if key]
        measured = [Measured(row.case, row.subject, row.value) for row in study.rows]
        join = join_labels(measured, pairs, by_subject=joined.by_subject)
        known = {key.strip() for key, _ in pairs}
        kept = [row for row in study.rows if (row.subject if joined.by_subject else row.case).strip() in known]
        return Finding(by, source.rule, join, tuple(kept))
    except InputError as fault:
        what, remedy = f"column {source.column}: {fault.where} {fault.what}", fault.remedy
        if "neither yes nor no" in fault.what:
            remedy = f'{remedy}; or ask for one of its words: --by "{source.column}=WORD"'
        raise InputError(where, what.replace(" label ", " "), remedy) from fault


def _source(study: StudyRows, by: str) -> _Source:
    """The column that a user means."""
    if any(sign in by for sign in _SIGNS) and by not in study.columns:
        condition = Condition.of(by, "--by")
        column = study.column(condition.column)
        unsure = "a cell without a number" if condition.of_size else "a blank cell"
        return _Source(column, f"{condition} ({unsure} is uncertain)", lambda cell: _met(condition, cell))
    try:
        column = study.column(by)
        return _Source(column, f"column {column}: 1 or yes, 0 or no; -1 and blank are uncertain", str)
    except InputError as fault:
        wanted = normal(by)
        for column in study.columns:
            if normal(column) in LISTS and any(_holds(row.tags.get(column, ""), wanted) for row in study.rows):
                return _Source(column, f"{by} among the findings in the column {column}", lambda c: _listed(c, wanted))
        lists = [column for column in study.columns if normal(column) in LISTS]
        if lists:
            words = {word.strip() for row in study.rows for word in row.tags.get(lists[0], "").split("|")} - {""}
            what = f"has no column {by!r}, and no row with it in {lists[0]} (that has {listed(sorted(words), 20)})"
            remedy = f"{did_you_mean(by, words)}Give one of them as --by"
            raise InputError(study.name, what, remedy) from None
        if study.labels is None:
            remedy = f"{fault.remedy} as --by, or the table that has the label as --labels"
            raise InputError(fault.where, fault.what, remedy) from None
        raise


def _met(condition: Condition, cell: str) -> str:
    """The label that a condition gives a cell."""
    if not cell.strip() or (condition.of_size and condition.number(cell) is None):
        return ""
    return "1" if condition.met_by(cell) else "0"


def _listed(cell: str, wanted: str) -> str:
    """The label of a cell that lists findings."""
    return ("1" if _holds(cell, wanted) else "0") if cell.strip() else ""


def _holds(cell: str, wanted: str) -> bool:
    return any(normal(word) == wanted for word in cell.split("|"))


def _own(study: StudyRows, by: str, source: _Source) -> Finding:
    """The finding of a column of the table itself."""
    rows = tuple(row for row in study.rows if source.column in row.tags)
    join = LabelJoin(
        tuple(Measured(row.case, row.subject, row.value) for row in rows),
        tuple(certain_label(source.label(row.tags[source.column]), number) for number, row in enumerate(rows, 1)),
        tuple(sorted(row.case for row in study.rows if source.column not in row.tags)),
        (),
    )
    return Finding(by, source.rule, join, rows)
