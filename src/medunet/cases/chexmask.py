"""CheXmask tables: which columns they have, and their rows one by one.

N. Gaggion et al., "CheXmask: a large-scale dataset of anatomical segmentation masks for multi-center chest x-ray
images", Scientific Data 2024. Each source of films calls the column of the film's id by another name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from medunet.cases.folders import name_and_ending
from medunet.cases.names import normal
from medunet.cases.records import Record, stream_records
from medunet.cases.runs import LANDMARKS
from medunet.cases.table_mask import Cells, Drawing, TableMask
from medunet.errors import InputError
from medunet.images.limits import check_shape

ID_COLUMNS = ("dicom id", "image index", "imageid", "image id", "path", "image", "file", "filename", "id")
"""What the column of the film's id is called, in normal form; asked in this order."""

RCA = "Dice RCA (Mean)"
"""The column of the estimated quality: the Dice that reverse classification accuracy expects."""

SIZE = 1024
"""Rows and columns of the grid where a table does not say them."""

_REMEDY = "Take the row out, or get the table again"


@dataclass(frozen=True, slots=True)
class MaskRow:
    """One film of a CheXmask table.

    Attributes:
        key: the film's id as the table has it: a name, a file name, or a path.
        mask: how its mask is had, or None where the row draws nothing.
        rca: the estimated Dice, or None where the table has none.
        tags: the cells that are neither id nor drawing, by their column.
        where: file and line, for messages.
    """

    key: str
    mask: TableMask | None
    rca: float | None
    tags: Mapping[str, str]
    where: str

    @property
    def id(self) -> str:
        """The key as a name of a file: its folders joined by ``_``, without the ending."""
        return "_".join((*self.folders, self.name)).lstrip("./_") or self.key

    @property
    def folders(self) -> tuple[str, ...]:
        """The folders of the key, as CheXpert's ``train/patient1/study1/view1_frontal.jpg`` has them."""
        return PurePosixPath(self.key.replace("\\", "/")).parts[:-1]

    @property
    def name(self) -> str:
        """The key without folders and ending."""
        return name_and_ending(Path(PurePosixPath(self.key.replace("\\", "/")).name))[0]


@dataclass(frozen=True, slots=True)
class _Columns:
    """The columns of a CheXmask table."""

    cells: Cells
    height: int | None
    width: int | None
    rca: int | None
    tags: tuple[tuple[str, int], ...]


def is_chexmask(path: Path) -> bool:
    """Whether a file is a table with the columns of CheXmask: by its heading, and not by its name."""
    if not path.is_file() or not path.name.lower().endswith((".csv", ".csv.gz")):
        return False
    try:
        heading = next(stream_records(path), None)
    except InputError:
        return False
    return heading is not None and _columns(heading) is not None


def stream_masks(path: Path, drawing: Drawing = "runs") -> Iterator[MaskRow]:
    """The films of a CheXmask table in the order of its rows; one row is in memory at a time.

    Args:
        path: the table, plain or gzipped.
        drawing: what masks are made from; where run-length text is blank the landmarks are taken.

    Raises:
        InputError: no such table, or a row without id, of another length, or with a size or a quality that is none.
    """
    records = stream_records(path)
    heading = next(records, None)
    columns = _columns(heading) if heading is not None else None
    if columns is None:
        what = f"has not the columns {', '.join(name.title() for name in LANDMARKS)} and one of the film's id"
        raise InputError(path.name, what, "Give a table of CheXmask")
    names: dict[tuple[bool, ...], tuple[tuple[str, str], ...]] = {}
    for record in records:
        yield _row(record, path, columns, drawing, names)


def rca_of(tags: Mapping[str, str]) -> float | None:
    """The estimated Dice among the tags of a film, or None."""
    return float(tags[RCA]) if tags.get(RCA) else None


def source_of(tags: Mapping[str, str], table: Path) -> str:
    """Where the masks of a row come from: the data set that the row names, otherwise the table's name."""
    named = next((cell for name, cell in tags.items() if normal(name) == "dataset" and cell), "")
    return named or re.sub(r"\.csv(\.gz)?$", "", table.name, flags=re.IGNORECASE)


def _columns(heading: Record) -> _Columns | None:
    """The columns that a heading names, or None where they are not CheXmask's."""
    place = {normal(name): number for number, name in reversed(list(enumerate(heading.cells)))}
    key = next((place[name] for name in ID_COLUMNS if name in place), None)
    marks = place.get("landmarks")
    if key is None or not all(name in place for name in LANDMARKS):
        return None
    rca = place.get(normal(RCA))
    if marks is None and rca is None and "height" not in place:
        return None  # a table of three numbers for each film, for instance of areas
    drawn = {key, marks, *(place[name] for name in LANDMARKS)}
    tags = tuple((name, number) for number, name in enumerate(heading.cells) if name and number not in drawn)
    runs = tuple((name, place[name]) for name in LANDMARKS)
    cells = Cells(len(heading.cells), heading.delimiter, key, runs, marks)
    return _Columns(cells, place.get("height"), place.get("width"), rca, tags)


def _row(
    record: Record,
    path: Path,
    columns: _Columns,
    drawing: Drawing,
    names: dict[tuple[bool, ...], tuple[tuple[str, str], ...]],
) -> MaskRow:
    """One row; `names` keeps what rows have in common, so that a hundred thousand of them stay small."""
    where, cells, own = f"{path.name}, line {record.line}", record.cells, columns.cells
    if len(cells) != own.count:
        raise InputError(where, f"has {len(cells)} cells where the heading has {own.count}", _REMEDY)
    key = cells[own.key]
    if not key:
        raise InputError(where, "has no id of a film", _REMEDY)
    marked = own.landmarks is not None and bool(cells[own.landmarks])
    pattern = tuple(marked or bool(cells[place]) for _, place in own.runs)
    held = names.setdefault(
        pattern, tuple((name, name) for (name, _), is_drawn in zip(own.runs, pattern, strict=True) if is_drawn)
    )
    shape = (_pixels(cells, columns.height, where, path), _pixels(cells, columns.width, where, path))
    check_shape(path, shape, 1)
    use: Drawing = "landmarks" if drawing == "landmarks" and marked else "runs"
    mask = TableMask(path, record.line, record.offset, record.size, key, shape, own, held, use) if held else None
    tags = {name: cells[number] for name, number in columns.tags}
    return MaskRow(key, mask, _rca(cells, columns.rca, where), tags, where)


def _pixels(cells: list[str], place: int | None, where: str, path: Path) -> int:
    """Rows or columns of the grid; 1024 where the cell is blank, as in the files of PadChest."""
    text = cells[place] if place is not None else ""
    if not text:
        return SIZE
    found = re.fullmatch(r"(\d{1,6})(?:\.0*)?", text)
    if not found or not int(found[1]):
        raise InputError(where, f"has the size {text[:20]!r}, which is no number of pixels", _REMEDY)
    return int(found[1])


def _rca(cells: list[str], place: int | None, where: str) -> float | None:
    """The estimated Dice of a row."""
    text = cells[place] if place is not None else ""
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise InputError(where, f"has the {RCA} {text[:20]!r}, which is no number from 0 to 1", _REMEDY)
    return value
