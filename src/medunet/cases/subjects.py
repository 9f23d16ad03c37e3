"""Subjects: whom each case shows, from a column, the DICOM header or the pattern of the names."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from medunet.cases.names import counted, normal
from medunet.cases.rows import Found, Row
from medunet.errors import InputError
from medunet.images.dicom import is_dicom, read_subject
from medunet.images.opening import head_of

OWN = "every case is its own subject"

_EXPLICIT: tuple[tuple[str, str], ...] = (
    ("sub-ID (BIDS)", r"(?:^|/)(sub-[A-Za-z0-9]+)(?=[_/]|$)"),
    ("pID_sID (patient and study)", r"(?:^|/)(p\d+)[_/-]s\d+(?![0-9])"),
    ("patientID", r"(?:^|/)((?:patient|subject|pat|subj|sub|pt)[_-]?\d+)(?=[_\-/]|$)"),
    ("NIH's 00000001_000", r"(?:^|/)(\d{8})_\d{3}$"),
)
"""Forms that name a subject by themselves, looked for in the case's folders and id; all cases must have the form."""


@dataclass(frozen=True, slots=True)
class Subjects:
    """The subject of each row and where it came from, in a few words."""

    names: tuple[str, ...]
    source: str


def find_subjects(found: Found, ask: str | None = None) -> Subjects:
    """The subjects of the rows.

    In this order: a column of the table, the DICOM headers, the pattern of the names, every case its own.

    Args:
        found: the rows of a layout.
        ask: None or ``auto`` for that order, ``column:NAME``, ``name`` (the pattern of the names), ``none``, or a
            regular expression with one group that is looked for in the ids.

    Raises:
        InputError: what is asked for cannot be had.
    """
    rows = found.rows
    if ask is None or ask == "auto":
        if found.subject_column is not None and all(row.subject for row in rows):
            return Subjects(tuple(row.subject or "" for row in rows), f"column {found.subject_column}")
        return _from_headers(rows) or _from_names(rows) or _own(rows)
    if ask == "none":
        return _own(rows)
    if ask == "name":
        if subjects := _from_names(rows):
            return subjects
        raise InputError("subject=name", "the names have no pattern that tells subjects", "Give a regular expression")
    if ask.startswith("column:"):
        return _from_column(found, ask.removeprefix("column:"))
    return _from_expression(rows, ask)


def _from_headers(rows: Sequence[Row]) -> Subjects | None:
    """The pseudonyms of the DICOM headers, or None where no file is DICOM or none names a patient.

    A file without one, a PNG among them for instance, has the subject that its name tells, or stands for itself.
    """
    names = [_header_subject(row.images[0]) for row in rows]
    others = [row for row, name in zip(rows, names, strict=True) if name is None]
    if len(others) == len(rows):
        return None
    told = _from_names(others) if others else None
    rest = iter(told.names if told else [row.id for row in others])
    subjects = tuple(next(rest) if name is None else name for name in names)
    by = "by their names" if told else "stand for themselves"
    lack = f"; {counted(len(others), 'file')} without one {by}" if others else ""
    return Subjects(subjects, f"DICOM header (PatientID as a pseudonym){lack}")


def _header_subject(path: Path) -> str | None:
    """The pseudonym in a file's header, or None; a broken file fails when its case is read, not the others with it."""
    try:
        return read_subject(path) if is_dicom(head_of(path)) else None
    except InputError:
        return None


def _own(rows: Sequence[Row]) -> Subjects:
    """Every case its own subject."""
    return Subjects(tuple(row.id for row in rows), OWN)


def _from_column(found: Found, name: str) -> Subjects:
    """The subjects that a column names."""
    if normal(name) == normal(found.subject_column or "subject"):
        names = [row.subject for row in found.rows]
    else:
        names = [{normal(tag): text for tag, text in row.tags.items()}.get(normal(name)) for row in found.rows]
    empty = [row.where for row, text in zip(found.rows, names, strict=True) if not text]
    if len(empty) == len(names):
        raise InputError(f"subject=column:{name}", "there is no such column, or it is empty", "Name a column")
    if empty:
        raise InputError(empty[0], f"has no {name} ({counted(len(empty), 'such row')})", "Fill the cells")
    return Subjects(tuple(text or "" for text in names), f"column {name}")


def _from_expression(rows: Sequence[Row], expression: str) -> Subjects:
    """The subjects that a regular expression finds in the ids."""
    where = f"subject={expression}"
    try:
        pattern = re.compile(expression)
    except re.error as error:
        raise InputError(where, f"is no regular expression ({error})", "Give one with one group") from error
    if pattern.groups != 1:
        raise InputError(where, f"has {pattern.groups} groups", "Give a regular expression with one group")
    hits = [pattern.search(row.id) for row in rows]
    missing = [row.id for row, hit in zip(rows, hits, strict=True) if hit is None or not hit[1]]
    if missing:
        raise InputError(where, f"finds nothing in {counted(len(missing), 'id')}, as {missing[0]}", "Widen it")
    names = [hit[1] for hit in hits if hit]
    return Subjects(tuple(names), _told("the expression given", rows, names))


def _hit(pattern: re.Pattern[str], text: str) -> str:
    """What the group of a pattern holds in a text, or an empty text."""
    found = pattern.search(text)
    return found[1] if found else ""


def _from_names(rows: Sequence[Row]) -> Subjects | None:
    """The subjects that the names of folders and files tell, or None."""
    for form, expression in _EXPLICIT:
        pattern = re.compile(expression, re.IGNORECASE)
        names = [_hit(pattern, _place(row)) for row in rows]
        if names and all(names):
            return Subjects(tuple(names), _told(f"names of the form {form}", rows, names))
    prefixes = [_prefix(row.name or row.id) for row in rows]
    groups = Counter(prefix for prefix in prefixes if prefix)
    if len(groups) < 3 or max(groups.values()) < 2:
        return None
    names = [prefix or row.id for prefix, row in zip(prefixes, rows, strict=True)]
    return Subjects(tuple(names), _told("what stands before the last part of the name", rows, prefixes))


def _place(row: Row) -> str:
    """Folders and name as one text; the name comes last."""
    return "/".join((*row.folders, row.name or row.id))


def _prefix(name: str) -> str:
    """What stands before the last ``_`` or ``-`` of a name where it holds a digit, else an empty text."""
    prefix = re.match(r"(.+)[_-][^_-]+$", name)
    return prefix[1] if prefix and re.search(r"\d", prefix[1]) else ""


def _told(source: str, rows: Sequence[Row], names: Sequence[str]) -> str:
    """A source of subjects with an example: ``…, as 00000001 for 00000001_000``."""
    return next((f"{source}, as {name} for {row.id}" for row, name in zip(rows, names, strict=True) if name), source)
