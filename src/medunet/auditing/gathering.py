"""Gathering: the cases of a data set that may be broken, with the faults that `read_cases` would stop at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from medunet.cases import Case, read_cases
from medunet.cases.films import find_films
from medunet.cases.folders import image_files
from medunet.cases.labels_file import labels_beside
from medunet.cases.manifest import TABLE_NAMES
from medunet.cases.names import SPLIT_WORDS, normal
from medunet.cases.paired import find_pairs
from medunet.cases.rows import Found, Row
from medunet.cases.shelf import Shelf
from medunet.cases.source_file import open_source
from medunet.cases.subjects import find_subjects
from medunet.cases.table import Line, read_table
from medunet.cases.targets import find_targets
from medunet.errors import InputError
from medunet.images import Scheme

T = TypeVar("T")


@dataclass(frozen=True)
class Gathered:
    """What was found to be looked at.

    Attributes:
        cases: every case whose image file is there, ids unique.
        scheme: the structures of the masks, or None.
        provenance: sentences on how the data were read.
        fault: why the data cannot be used as they are, or None.
        absent: rows of the table whose file is not there: (line, why).
        blank: lines of the table without a subject.
        twins: ids that several lines have.
        unknown_splits: (line, word) of splits that are none.
        strays: images that no row of the table names; without a table none.
        maskless: files without a partner, as the layout says it.
        subject_from: where subjects came from, in a few words.
    """

    cases: tuple[Case, ...]
    scheme: Scheme | None = None
    provenance: tuple[str, ...] = ()
    fault: InputError | None = None
    absent: tuple[tuple[str, str], ...] = ()
    blank: tuple[str, ...] = ()
    twins: tuple[str, ...] = ()
    unknown_splits: tuple[tuple[str, str], ...] = ()
    strays: tuple[Path, ...] = ()
    maskless: tuple[Path, ...] = ()
    subject_from: str = ""
    has_table: bool = False


def gather(data: str | Path, *, rename: Mapping[str, str] | None = None) -> Gathered:
    """The cases of a data set; one that `read_cases` refuses is read as far as it goes.

    Args:
        data: as for `read_cases`.
        rename: as for `read_cases`.

    Raises:
        InputError: nothing is there, or nothing in it is an image.
    """
    source = open_source(data)
    table = _table_of(source.root)
    try:
        cases = read_cases(data, rename=rename, needs_target=False)
    except InputError as fault:
        return _salvaged(source.root, table, rename or {}, fault)
    unused = next((one for one in cases.provenance if one.startswith("masks not used: ")), None)
    lost = None
    if unused is not None:
        what = f"the masks cannot be understood: {unused.removeprefix('masks not used: ').rstrip('.')}"
        lost = InputError(source.root.name, what, "Export the masks again, or say what they hold in labels.json")
    return Gathered(
        cases.cases,
        cases.scheme,
        cases.provenance,
        lost,
        strays=_strays(table, cases.cases),
        maskless=cases.unpaired,
        subject_from=cases.subject_from,
        has_table=table is not None,
    )


def _table_of(root: Path) -> Path | None:
    """The table that the data are laid out by, or None."""
    if root.is_dir():
        return next((root / name for name in TABLE_NAMES if (root / name).is_file()), None)
    return root if root.name.lower().endswith((".csv", ".csv.gz")) else None


def _strays(table: Path | None, cases: Sequence[Case]) -> tuple[Path, ...]:
    """Files beside a table that are neither image nor mask of a row."""
    if table is None:
        return ()
    used = {path.resolve() for case in cases for path in case.images}
    used |= {path.resolve() for case in cases if case.target for path in case.target.paths}
    return tuple(path for path in image_files(table.parent) if path.resolve() not in used)


def _salvaged(root: Path, table: Path | None, rename: Mapping[str, str], fault: InputError) -> Gathered:
    """As much of refused data as can be had: the rows of the table, or else pairs, or else the files alone."""
    if table is not None and (found := _tried(lambda: _rows_of(table))) is not None and found[0]:
        rows, gathered = found
        cases, scheme, said = _cases_of(rows, root if root.is_dir() else root.parent, rename)
        strays = _strays(table, cases)
        return replace(gathered, cases=cases, scheme=scheme, provenance=said, fault=fault, strays=strays)
    layouts = () if root.suffix.lower() in (".yaml", ".yml") else (find_pairs, find_films)
    for layout in layouts:
        laid_out = _tried(partial(layout, root))
        if laid_out is not None:
            cases, scheme, said = _cases_of(laid_out.rows, root, rename)
            return Gathered(cases, scheme, (*laid_out.said, *said), fault, has_table=table is not None)
    raise fault


def _tried(act: Callable[[], T]) -> T | None:
    try:
        return act()
    except InputError:
        return None


def _rows_of(path: Path) -> tuple[list[Row], Gathered]:
    """The rows of a table whose image is there, and what is wrong with the others."""
    table, shelf = read_table(path), Shelf(path.parent)
    names = Counter(line.cells.get("id", "") for line in table.lines)
    rows: list[Row] = []
    absent: list[tuple[str, str]] = []
    splits: list[tuple[str, str]] = []
    blank: list[str] = []
    for line in table.lines:
        where = f"{table.name}, line {line.number}"
        word = line.cells.get("split", "")
        if word and normal(word) not in SPLIT_WORDS:
            splits.append((where, word))
        if "subject" in line.cells and not line.cells["subject"]:
            blank.append(where)
        try:
            rows.append(_row(line, where, path.parent, shelf, twin=names[line.cells.get("id", "")] > 1))
        except InputError as fault:
            absent.append((where, fault.what))
    twins = tuple(name for name, times in names.items() if name and times > 1)
    with_masks = _with_masks(rows, table.lines, path.parent, shelf)
    faults = Gathered((), absent=tuple(absent), blank=tuple(blank), twins=twins, unknown_splits=tuple(splits))
    return with_masks, replace(faults, subject_from="the table", has_table=True)


def _row(line: Line, where: str, folder: Path, shelf: Shelf, *, twin: bool) -> Row:
    """One line as a row; a name that several lines have gets the line's number.

    Raises:
        InputError: its image is not there.
    """
    cells = line.cells
    split = SPLIT_WORDS.get(normal(cells.get("split", "")))
    named = [part.strip() for part in cells.get("image", "").split("|") if part.strip()]
    images = tuple(folder / part for part in named) or (shelf.of_id(cells.get("id", ""), split, where),)
    found = tuple(path if path.is_file() else shelf.named(path.name) or path for path in images)
    if lost := [path.name for path in found if not path.is_file()]:
        raise InputError(where, f"names {lost[0]}, which is not there", "Correct the path, or remove the row")
    name = cells.get("id") or found[0].stem
    own = f"{name} (line {line.number})" if twin else name
    return Row(own, found, split=split, subject=cells.get("subject") or None, tags=line.tags, where=where)


def _with_masks(rows: Sequence[Row], lines: Sequence[Line], folder: Path, shelf: Shelf) -> list[Row]:
    """The rows with the masks that the table names, or else those of the images' names."""
    cells = {f"line {line.number}": line.cells.get("target", "") for line in lines}
    if any(cells.values()):
        named = [(row, folder / cells[row.where.rpartition(", ")[2]]) for row in rows]
        return [replace(row, masks=(("", path),)) if path.is_file() else row for row, path in named]
    pairs = _tried(lambda: shelf.pairs(path for row in rows for path in row.images)) or {}
    own = [(row, pairs.get(row.images[0])) for row in rows]
    return [
        replace(row, masks=tuple((mask.structure, mask.path) for mask in pair.masks)) if pair else row
        for row, pair in own
    ]


def _cases_of(
    rows: Sequence[Row], base: Path, rename: Mapping[str, str]
) -> tuple[tuple[Case, ...], Scheme | None, tuple[str, ...]]:
    """Rows as cases, whatever `Cases` would refuse of them."""
    try:
        labels = labels_beside([path for row in rows for _, path in row.masks], base)
        targets = find_targets(rows, labels, rename)
    except InputError:
        targets = find_targets([replace(row, masks=()) for row in rows], None, {})
    own = _tried(lambda: find_subjects(Found(tuple(rows)))) if not any(row.subject for row in rows) else None
    subjects = own.names if own else tuple(row.subject or row.id for row in rows)
    cases = tuple(
        Case(row.id, subject, row.images, target, annotated, row.split, row.tags)
        for row, subject, target, annotated in zip(rows, subjects, targets.targets, targets.annotated, strict=True)
    )
    return cases, targets.scheme, targets.said
