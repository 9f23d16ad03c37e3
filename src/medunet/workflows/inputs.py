"""INPUT words as cases: files, folders, globs, or a CSV with paths; what looks like an image but is none stays in."""

from __future__ import annotations

import glob
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from medunet.cases import LAYOUTS, Case, read_cases
from medunet.cases.file_names import file_name
from medunet.cases.folders import name_and_ending
from medunet.cases.rows import Found, Row, unique_ids
from medunet.cases.source import Sources
from medunet.cases.source_file import open_source
from medunet.cases.subjects import find_subjects
from medunet.errors import InputError

TABLES = (".csv", ".csv.gz", ".yaml", ".yml")
"""Endings of files that say what there is to read, and what is known of it."""

SPREADSHEETS = (".xlsx", ".xls", ".ods")


def find_inputs(words: Sequence[str]) -> tuple[Case, ...]:
    """A case for every image that the words name, each file once, in order, with unique ids.

    Raises:
        InputError: a word names nothing, or nothing that could be an image.
    """
    found = [one for word in words for one in _cases_of(word)]
    films = _films([one for one in found if isinstance(one, Path)])
    once: dict[tuple[str, ...], Case] = {}
    for one in found:
        case = films[one] if isinstance(one, Path) else one
        once.setdefault(tuple(os.path.realpath(path) for path in case.images), case)
    return _with_unique_ids(list(once.values()))


def _cases_of(word: str) -> list[Case | Path]:
    """What a word names: cases of a folder or a table, and films that are given one by one as their paths."""
    path = Path(word)
    if not path.exists():
        matches = sorted(glob.glob(word, recursive=True))
        if not matches and "://" in word:
            raise InputError(word, "is an address, and nothing is fetched", "Save the film to a file and give that")
        if not matches:
            raise InputError(word, "is not there", "Give a file, a folder, a pattern in quotes, or a CSV with paths")
        # A link that leads nowhere is a match, and a film that fails.
        return [case for match in matches for case in (_cases_of(match) if Path(match).exists() else [Path(match)])]
    if path.is_dir():
        return [replace(case, target=None) for case in _read(path)]
    if path.name.lower().endswith(TABLES):
        return [*_read(path)]
    if path.name.lower().endswith(SPREADSHEETS):
        raise InputError(word, "is a spreadsheet", "Save it as CSV in UTF-8, and give that")
    return [path]


def _read(place: Path) -> list[Case]:
    """The images of a folder or table; masks beside them are not looked into."""
    return list(read_cases(place, needs_target=False).cases)


def tables_among(words: Sequence[str | Path]) -> list[Path]:
    """The tables that the words lead to: what they say of view and age is part of every row that comes of them."""
    found: list[Path] = []
    for word in map(str, words):
        for place in [word] if Path(word).exists() else sorted(glob.glob(word, recursive=True)):
            found += _tables_of(Path(place))
    return found


def _tables_of(place: Path) -> list[Path]:
    """The tables in a folder, in the folders that a YAML names, or the table itself."""
    if not place.is_dir() and not (place.is_file() and place.name.lower().endswith(TABLES)):
        return []
    source = open_source(place)
    each = source.each if isinstance(source, Sources) else (source,)
    names = ("data.yaml", *(name for layout in LAYOUTS for name in layout.tables))
    known = [
        place,
        *(one.root for one in each),
        *(path for one in each for name in names for path in one.root.glob(name)),
    ]
    return [path for path in dict.fromkeys(known) if path.is_file()]


def _films(paths: Sequence[Path]) -> dict[Path, Case]:
    """Films that are given one by one; their subjects come from where those of a folder come from."""
    if not paths:
        return {}
    names = [name_and_ending(path)[0] or path.name for path in paths]
    rows = tuple(Row(name, (path,), where=path.name, name=name) for name, path in zip(names, paths, strict=True))
    subjects = find_subjects(Found(rows)).names
    return {
        path: Case(id=name, subject=subject, images=(path,))
        for path, name, subject in zip(paths, names, subjects, strict=True)
    }


def _with_unique_ids(cases: list[Case]) -> tuple[Case, ...]:
    """Ids that are file names: two of one get their folder's name before it; a table's id must not lead elsewhere."""
    named = []
    for case in cases:
        _, ending = name_and_ending(case.images[0])
        named.append((file_name(case.id), Path(os.path.realpath(case.images[0])).parent.parts[1:], ending))
    ids = unique_ids(named)
    return tuple(
        replace(case, id=new, subject=new if case.subject == case.id else case.subject)
        for case, new in zip(cases, ids, strict=True)
    )
