"""What a careful person wants to know of films: collected over a call, said once, kept in notes.csv and on the page.

Notes are those of the readers (a film that is inverted, mirrored, of unknown pixel size, …), and where the user's
statement is contradicted by a file.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from pathlib import Path

from medunet.cases import Case
from medunet.cases.names import counted, listed
from medunet.images import Image, remove, write_csv
from medunet.measuring.verdict import ADULT
from medunet.workflows.batch import read_rows
from medunet.workflows.measured import Statements

FILE = "notes.csv"
COLUMNS = ("case", "note")
KNOWN_AS = {"view": "views are called PA, AP and lateral", "age": "ages are written as 58, 058Y or 6 months"}
Notes = Mapping[str, tuple[str, ...]]
"""Case → its notes."""


def notes_of(image: Image | None, case: Case, stated: Statements) -> tuple[str, ...]:
    """What the reader noted of a film, and where the user's statement is contradicted."""
    return (*(image.notes if image is not None else ()), *contradictions(image, case, stated))


def contradictions(image: Image | None, case: Case, stated: Statements) -> tuple[str, ...]:
    """Where the user's statement is contradicted by the manifest or the file, which count; what is not understood.

    A statement is made for a whole folder; the one bedside film in it must not get the verdict of the others.
    """
    view = case.view or (image.view if image is not None else None)
    age = case.age if case.age is not None else (image.age if image is not None else None)
    unknown = "is in words that are not known, and does not count"
    found = [f"the table's {name} {unknown}; {KNOWN_AS[name]}" for name in case.not_understood]
    if stated.view is not None and view is not None and view != stated.view:
        found.append(
            f"the {'table' if case.view else 'file'} says {view} and counts, --view says {stated.view}; to overrule a "
            "file write a cases.csv with a column view"
        )
    if stated.adult and age is not None and age < ADULT:
        told = "table" if case.age is not None else "file"
        found.append(f"the {told} says an age below 18 and counts, though --adult is said")
    return tuple(found)


def read_notes(folder: Path, cases: Container[str]) -> dict[str, tuple[str, ...]]:
    """The notes of these cases that an earlier call left in a folder; none where there is no such table."""
    found: dict[str, tuple[str, ...]] = {}
    for row in read_rows(folder / FILE):
        if tuple(row) == COLUMNS and row["case"] in cases:
            found[row["case"]] = (*found.get(row["case"], ()), row["note"])
    return found


def write_notes(folder: Path, notes: Notes, order: Iterable[str]) -> None:
    """Write notes.csv in the order of the cases, or take it away where there is nothing to say."""
    rows = [(case, note) for case in order for note in notes.get(case, ())]
    if rows:
        write_csv(folder / FILE, COLUMNS, rows)
    else:
        remove(folder / FILE)


def by_note(notes: Notes) -> dict[str, tuple[str, ...]]:
    """Note → the cases it holds for, the rarest first: what holds for one film of a thousand is what is overlooked."""
    cases: dict[str, list[str]] = {}
    for case, own in notes.items():
        for note in own:
            cases.setdefault(note, []).append(case)
    return {note: tuple(found) for note, found in sorted(cases.items(), key=lambda item: len(item[1]))}


def sentences(notes: Notes, films: int) -> tuple[str, ...]:
    """A line for each note with the films it holds for."""
    return tuple(
        f"{'every film' if len(cases) == films > 1 else counted(len(cases), 'film')}: {note}"
        + (f" ({listed(cases)})" if len(cases) < films else "")
        for note, cases in by_note(notes).items()
    )
