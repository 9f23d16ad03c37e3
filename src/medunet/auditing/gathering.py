"""Gathering: the cases of a data set that may be broken, with the faults that `read_cases` would stop at."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from medunet.auditing.salvaging import Paired, pair_in_spite, targets_in_spite
from medunet.cases import Case, read_cases
from medunet.cases.films import find_films
from medunet.cases.folders import image_files, name_and_ending
from medunet.cases.labels_file import Labels, labels_beside
from medunet.cases.layouts import LAYOUTS
from medunet.cases.manifest import TABLE_NAMES
from medunet.cases.names import SPLIT_WORDS, Split, normal
from medunet.cases.paired import find_pairs, place_all, rows_of
from medunet.cases.placing import Placed
from medunet.cases.rows import Found, Row
from medunet.cases.shelf import Shelf
from medunet.cases.source import Source
from medunet.cases.source_file import open_source
from medunet.cases.subjects import find_subjects
from medunet.cases.table import Line, read_table
from medunet.cases.targets import Targets
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
        twin_files: images of one name but for case or ending, two or more each.
        odd_masks: masks that were set aside so that the others can be looked at, as (case, file, why).
        unknown_splits: (line, word) of splits that are none.
        strays: images that no row of the table names; without a table none.
        unpaired: image and mask files without a partner, as the layout says it.
        subject_from: where subjects came from, in a few words.
    """

    cases: tuple[Case, ...]
    scheme: Scheme | None = None
    provenance: tuple[str, ...] = ()
    fault: InputError | None = None
    absent: tuple[tuple[str, str], ...] = ()
    blank: tuple[str, ...] = ()
    twins: tuple[str, ...] = ()
    twin_files: tuple[tuple[Path, ...], ...] = ()
    odd_masks: tuple[tuple[str, Path, str], ...] = ()
    unknown_splits: tuple[tuple[str, str], ...] = ()
    strays: tuple[Path, ...] = ()
    unpaired: tuple[Path, ...] = ()
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
    sound = Gathered(
        cases.cases,
        cases.scheme,
        cases.provenance,
        strays=_strays(table, cases.cases),
        unpaired=cases.unpaired,
        subject_from=cases.subject_from,
        has_table=table is not None,
    )
    unused = next((one for one in cases.provenance if one.startswith("masks not used: ")), None)
    if unused is None:
        return sound
    what = f"the masks cannot be understood: {unused.removeprefix('masks not used: ').rstrip('.')}"
    lost = InputError(source.root.name, what, "Export the masks again, or say what they hold in labels.json")
    some = _with_some_masks(sound, source, rename or {}) if isinstance(source, Source) else sound
    said = tuple(one for one in some.provenance if one != unused or some.scheme is None)
    return replace(some, fault=lost, provenance=said, strays=_strays(table, some.cases))


def _with_some_masks(gathered: Gathered, source: Source, rename: Mapping[str, str]) -> Gathered:
    """The same cases with those masks that can be understood once the others are set aside."""
    found = next((found for layout in LAYOUTS if (found := layout.find(source.root, source.wishes)) is not None), None)
    if found is None:
        return gathered
    base = source.root if source.root.is_dir() else source.root.parent
    drawn, odd = _targets_of(found.rows, base, {**source.rename, **rename}, source.labels)
    cases = tuple(
        replace(case, target=target, annotated=annotated)
        for case, target, annotated in zip(gathered.cases, drawn.targets, drawn.annotated, strict=True)
    )
    return replace(
        gathered, cases=cases, scheme=drawn.scheme, provenance=(*gathered.provenance, *drawn.said), odd_masks=odd
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
    used = {os.path.realpath(path) for case in cases for path in case.images}
    used |= {os.path.realpath(path) for case in cases if case.target for path in case.target.paths}
    return tuple(path for path in image_files(table.parent) if os.path.realpath(path) not in used)


def _salvaged(root: Path, table: Path | None, rename: Mapping[str, str], fault: InputError) -> Gathered:
    """As much of refused data as can be had: the rows of the table, or else pairs, or else the files alone."""
    if table is not None and (found := _tried(lambda: _rows_of(table))) is not None and found[0]:
        rows, gathered = found
        cases, scheme, said, odd = _cases_of(rows, root if root.is_dir() else root.parent, rename)
        strays = _strays(table, cases)
        return replace(gathered, cases=cases, scheme=scheme, provenance=said, fault=fault, strays=strays, odd_masks=odd)
    for layout in () if root.suffix.lower() in (".yaml", ".yml") else (_doubled, _alone):
        laid_out = _tried(partial(layout, root))
        if laid_out is None:
            continue
        files, twins = laid_out
        cases, scheme, said, odd = _cases_of(files.rows, root, rename)
        return Gathered(
            cases,
            scheme,
            (*files.said, *said),
            fault,
            twin_files=twins,
            odd_masks=odd,
            unpaired=files.unpaired,
            has_table=table is not None,
        )
    raise fault


def _doubled(root: Path) -> tuple[Found, tuple[tuple[Path, ...], ...]] | None:
    """Pairs of images and masks of which several have one name, and those; None where there are no masks."""
    found = _tried(lambda: find_pairs(root))
    if found is not None:
        return found, ()
    if not root.is_dir():
        return None
    placed, said = place_all(image_files(root), root)
    paired = _paired(placed, {file.path for file in placed if file.role == "image"})
    if not any(one.masks for one in paired.pairs):
        return None
    alone = [one.image.path for one in paired.pairs if not one.masks]
    return Found(rows_of(paired.pairs, root), said, (*alone, *paired.lonely)), paired.twins


def _alone(root: Path) -> tuple[Found, tuple[tuple[Path, ...], ...]] | None:
    """Image files alone."""
    found = find_films(root)
    return None if found is None else (found, ())


def _paired(placed: Sequence[Placed], images: Collection[Path]) -> Paired:
    """These images with their masks; none where which mask belongs to which image cannot be told."""
    masks = [file for file in placed if file.role == "mask" and file.path not in images]
    known = [file for file in placed if file.path in images]
    return _tried(lambda: pair_in_spite(known, masks)) or Paired(())


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
    with_masks = _with_masks(rows, table.lines, path.parent)
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
    images = tuple(folder / part for part in named) or _files_of(line, split, where, shelf)
    found = tuple(path if path.is_file() else shelf.named(path.name) or path for path in images)
    if lost := [path.name for path in found if not path.is_file()]:
        raise InputError(where, f"names {lost[0]}, which is not there", "Correct the path, or remove the row")
    name = cells.get("id") or found[0].stem
    own = f"{name} (line {line.number})" if twin else name
    return Row(own, found, split=split, subject=cells.get("subject") or None, tags=line.tags, where=where)


def _files_of(line: Line, split: Split | None, where: str, shelf: Shelf) -> tuple[Path, ...]:
    """The file that a line's id means; of several in folders of their own (pre, post) all, as channels of one case.

    Raises:
        InputError: there is none, or which it is cannot be told.
    """
    name = line.cells.get("id", "")
    try:
        return (shelf.of_id(name, split, where),)
    except InputError:
        channels = [path for path in shelf.images() if name_and_ending(path)[0] == name]
        if name and len(channels) > 1 and len({path.parent for path in channels}) == len(channels):
            return tuple(sorted(channels))
        raise


def _with_masks(rows: Sequence[Row], lines: Sequence[Line], folder: Path) -> list[Row]:
    """The rows with the masks that the table names, or else those of the images' names."""
    cells = {f"line {line.number}": line.cells.get("target", "") for line in lines}
    if any(cells.values()):
        named = [(row, folder / cells[row.where.rpartition(", ")[2]]) for row in rows]
        return [replace(row, masks=(("", path),)) if path.is_file() else row for row, path in named]
    placed = place_all(image_files(folder), folder)[0]
    paired = _paired(placed, {row.images[0] for row in rows})
    masks = {one.image.path: tuple((mask.structure, mask.path) for mask in one.masks) for one in paired.pairs}
    return [replace(row, masks=masks.get(row.images[0], ())) for row in rows]


def _cases_of(
    rows: Sequence[Row], base: Path, rename: Mapping[str, str]
) -> tuple[tuple[Case, ...], Scheme | None, tuple[str, ...], tuple[tuple[str, Path, str], ...]]:
    """Rows as cases, whatever `Cases` would refuse of them; the scheme, what is said, the masks set aside."""
    targets, odd = _targets_of(rows, base, rename)
    own = _tried(lambda: find_subjects(Found(tuple(rows)))) if not any(row.subject for row in rows) else None
    subjects = own.names if own else tuple(row.subject or row.id for row in rows)
    cases = tuple(
        Case(row.id, subject, row.images, target, annotated, row.split, row.tags)
        for row, subject, target, annotated in zip(rows, subjects, targets.targets, targets.annotated, strict=True)
    )
    return cases, targets.scheme, targets.said, odd


def _targets_of(
    rows: Sequence[Row], base: Path, rename: Mapping[str, str], labels: Labels | None = None
) -> tuple[Targets, tuple[tuple[str, Path, str], ...]]:
    """The targets of rows, and the masks that had to be set aside: (case, file, why)."""
    masks = [path for row in rows for _, path in row.masks]
    names = labels or _tried(lambda: labels_beside(masks, base))
    targets, aside = targets_in_spite(rows, names, rename)
    return targets, tuple((row.id, path, aside[path]) for row in rows for _, path in row.masks if path in aside)
