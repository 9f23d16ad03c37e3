"""The layout of a table: ``cases.csv``, which names the files or leaves them to be found by id beside it."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from medunet.cases.chexmask import is_chexmask
from medunet.cases.describing import describing_file
from medunet.cases.folders import name_and_ending
from medunet.cases.names import SPLIT_WORDS, Split, counted, listed, normal
from medunet.cases.nih import is_nih
from medunet.cases.paired import splits_of_folders
from medunet.cases.pairing import Pair
from medunet.cases.rows import Found, Row
from medunet.cases.shelf import Shelf
from medunet.cases.table import Line, Table, read_table
from medunet.errors import InputError

TABLE_NAMES = ("cases.csv", "cases.csv.gz")
"""What the table is called in a folder; a table given by its own path may have any name."""

_NEEDED = "Write a heading line with a column id, or a column image, file, path or filename"


def find_table(root: Path) -> Found | None:
    """The cases of a table, or None where there is none. The tables of NIH and CheXmask are layouts of their own.

    Raises:
        InputError: the table's faults, together, each with its line.
    """
    if root.is_dir():
        table = describing_file(root, *TABLE_NAMES)
    else:
        is_table = root.name.lower().endswith((".csv", ".csv.gz")) and root.is_file()
        table = root if is_table and not is_chexmask(root) and not is_nih(root) else None
    return None if table is None else _rows(read_table(table), table.parent)


def _rows(table: Table, folder: Path) -> Found:
    """The rows of a table with their files found."""
    if "id" not in table.columns and "image" not in table.columns:
        raise InputError(table.name, "has neither a column id nor a column image", _NEEDED)
    drafts, faults = _drafts(table)
    if not faults:
        faults = _twins(table.name, drafts)
    if faults:
        raise InputError.together(faults)
    shelf = Shelf(folder)
    rows, found_by_id = _with_images(drafts, folder, shelf)
    rows, found_masks = _with_masks([line for line, _ in drafts], rows, folder, shelf)
    said = [f"{counted(len(rows), 'case')} listed in {table.name}"]
    if found_by_id:
        said.append(f"{counted(found_by_id, 'image')} found by id in the folders beside it")
    if found_masks:
        example = next(row for row in rows if row.masks)
        shown = " + ".join(path.relative_to(folder).as_posix() for _, path in example.masks[:4])
        said += [f"masks of {counted(found_masks, 'case')} found by name beside it, as {shown}", *shelf.said]
    if "split" in table.columns:
        split_from = f"the column {table.columns['split']}"
    else:
        of_folders = [replace(row, split=shelf.split_of(row.images[0])) for row in rows]
        rows, split_from, sentences = splits_of_folders(of_folders)
        said += sentences
    alone = tuple(path for row in rows if not row.masks for path in row.images)
    return Found(tuple(rows), tuple(said), alone, split_from, table.columns.get("subject"))


def _drafts(table: Table) -> tuple[list[tuple[Line, Row]], list[InputError]]:
    """Each line as a row without files, and the faults of the lines."""
    drafts: list[tuple[Line, Row]] = []
    faults: list[InputError] = []
    for line in table.lines:
        where = f"{table.name}, line {line.number}"
        cells = line.cells
        name = cells.get("id") or name_and_ending(Path(_slashed(cells.get("image", "").split("|")[0])))[0]
        split, fault = _split(cells.get("split", ""), where)
        if fault:
            faults.append(fault)
        if not name:
            faults.append(InputError(where, "has no id", "Give each case an id"))
        if "subject" in cells and not cells["subject"]:
            faults.append(InputError(where, "has no subject", "Fill the cell, so that no subject is on two sides"))
        names = cells.get("annotated", "").replace(";", "|").split("|")
        annotated = tuple(part.strip() for part in names if part.strip()) or None
        row = Row(name, (), (), split, cells.get("subject"), annotated, tags=line.tags, where=where)
        drafts.append((line, row))
    return drafts, faults


def _split(word: str, where: str) -> tuple[Split | None, InputError | None]:
    """The split that a cell names."""
    if not word:
        return None, None
    split = SPLIT_WORDS.get(normal(word))
    if split:
        return split, None
    return None, InputError(where, f"has the unknown split {word!r}", "Splits are called train, val and test")


def _twins(table: str, drafts: Sequence[tuple[Line, Row]]) -> list[InputError]:
    """A fault for each id that occurs more than once."""
    numbers: dict[str, list[int]] = defaultdict(list)
    for line, row in drafts:
        numbers[row.id].append(line.number)
    return [
        InputError(
            f"{table}, lines {listed(lines, shown=4)}", f"have one id, {name}", "Give each case an id of its own"
        )
        for name, lines in numbers.items()
        if len(lines) > 1
    ]


def _with_images(drafts: Sequence[tuple[Line, Row]], folder: Path, shelf: Shelf) -> tuple[list[Row], int]:
    """The rows with their images, and how many were found by id; missing ones are reported together."""
    rows: list[Row] = []
    faults: list[InputError] = []
    by_id = 0
    for line, row in drafts:
        named = [part.strip() for part in line.cells.get("image", "").split("|") if part.strip()]
        try:
            images = tuple(_file(part, folder, row.where, shelf) for part in named)
            images = images or (shelf.of_id(row.id, row.split, row.where),)
        except InputError as fault:
            faults.append(fault)
            continue
        by_id += not named
        inside = images[0].is_relative_to(folder)
        folders = images[0].parent.relative_to(folder).parts if inside else ()
        rows.append(replace(row, images=images, folders=folders))
    if faults:
        raise InputError.together(faults)
    return rows, by_id


def _file(name: str, folder: Path, where: str, shelf: Shelf | None) -> Path:
    """The file that a cell names: relative to the table, or a bare name that one folder beside it holds."""
    for spelling in dict.fromkeys((name, _slashed(name))):
        path = Path(os.path.normpath(folder / spelling))
        if path.is_file():
            return path
    bare = shelf is not None and "/" not in name and "\\" not in name
    if bare and shelf is not None and (found := shelf.named(name)):
        return found
    raise InputError(where, f"names {name}, which is not there", "Paths are relative to the folder of the table")


def _slashed(name: str) -> str:
    """A path as Windows writes it with the slashes that are read everywhere."""
    return name.replace("\\", "/")


def _with_masks(lines: Sequence[Line], rows: list[Row], folder: Path, shelf: Shelf) -> tuple[list[Row], int]:
    """The rows with their masks, and how many rows had them found by name."""
    cells = [line.cells.get("target", "") for line in lines]
    if not any(cells):
        pairs = shelf.pairs(path for row in rows for path in row.images)
        return [_with_pair(row, pairs) for row in rows], sum(any(p in pairs for p in row.images) for row in rows)
    faults: list[InputError] = []
    named: list[Row] = []
    for row, cell in zip(rows, cells, strict=True):
        try:
            named.append(replace(row, masks=(("", _file(cell, folder, row.where, None)),)) if cell else row)
        except InputError as fault:
            faults.append(fault)
    if faults:
        raise InputError.together(faults)
    return named, 0


def _with_pair(row: Row, pairs: Mapping[Path, Pair]) -> Row:
    """The row with the masks that were found for one of its images."""
    own = next((pairs[path] for path in row.images if path in pairs), None)
    return replace(row, masks=tuple((mask.structure, mask.path) for mask in own.masks)) if own else row
