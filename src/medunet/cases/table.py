"""Table: a CSV of cases as rows of text, with its columns under the names medunet knows them by."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import re
import sys
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from medunet.cases.names import listed, normal, repeated
from medunet.cases.unpacking import is_gzip
from medunet.errors import InputError
from medunet.images.limits import MAX_INFLATED_BYTES, too_much

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "case", "case id", "image id"),
    "image": ("image", "images", "file", "path", "filename", "file name", "image path", "image file", "image index"),
    "target": ("target", "mask", "masks", "mask path", "label path", "segmentation", "label", "labels"),
    "subject": ("subject", "subject id", "patient", "patient id", "patientid", "subjectid"),
    "split": ("split", "set", "subset", "partition"),
    "annotated": ("annotated", "annotated structures"),
}
"""What a column may be called, in the order in which the names are looked for; names compare in normal form."""

_REMEDY = "Write a table with a heading line, at least with a column id or image, as CSV in UTF-8"
_AS_UTF8 = "Save it as CSV in UTF-8 (a spreadsheet program calls it CSV UTF-8)"
_FORMULA_STARTS = "=+-@"  # text that spreadsheets run, and that `write_csv` therefore puts an apostrophe before
_MAYBE_CLASS = ("label", "labels", "target", "segmentation", "mask", "masks", "set")  # also names of plain data


@dataclass(frozen=True)
class Line:
    """One line of the table.

    Attributes:
        number: the line in the file, counted from 1, the heading included.
        cells: medunet's name of the column → text; only the columns that are there.
        tags: the other columns as the table names them → text.
    """

    number: int
    cells: Mapping[str, str]
    tags: Mapping[str, str]


@dataclass(frozen=True)
class Table:
    """The lines of a CSV, the table's own name of each column that medunet knows, and the sign between cells."""

    name: str
    columns: Mapping[str, str]
    lines: tuple[Line, ...]
    delimiter: str = ","


Chooser = Callable[[Sequence[str]], Callable[[Sequence[str]], bool] | None]
"""From the heading to what says of a line's cells, as they are written, whether it is wanted; None: every line is."""


def read_table(path: Path, choose: Chooser | None = None) -> Table:
    """A ``.csv`` or ``.csv.gz`` in UTF-8 or UTF-16; comma, semicolon or tab, whichever the heading has.

    Args:
        path: the table.
        choose: which lines to keep, so that a few of a long table take little memory; all of them are checked.

    Raises:
        InputError: no readable table, a column that occurs twice, lines of another length; all faults together.
    """
    text = _text(path)
    delimiter, skipped = _delimiter(text)
    csv.field_size_limit(sys.maxsize)
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
    plain = _PlainCells()
    header: list[str] = []
    rows: list[tuple[int, list[str]]] = []
    wrong: list[tuple[int, int]] = []
    wanted = None
    any_line = False
    try:
        filled = (row for row in reader if any(map(str.strip, row)))
        header = [plain[cell] for cell in next(islice(filled, skipped, None), [])]
        wanted = choose(header) if choose else None
        width = len(header)
        for row in filled:
            any_line = True
            if len(row) != width:
                wrong.append((reader.line_num, len(row)))
            elif wanted is None or wanted(row):
                rows.append((reader.line_num, [plain[cell] for cell in row]))
    except csv.Error as error:
        raise InputError(path.name, f"cannot be read as CSV near line {reader.line_num} ({error})", _REMEDY) from error
    if not any_line:
        raise InputError(path.name, "holds no case", _REMEDY)
    if twice := repeated(filter(None, header)):
        raise InputError(path.name, f"has the column {listed(twice)} more than once", "Give each column its own name")
    if wrong:
        what = f"cells where the heading has {len(header)}"
        faults = [InputError(f"{path.name}, line {number}", f"has {cells} {what}", _REMEDY) for number, cells in wrong]
        raise InputError.together(faults)
    columns = _columns(header, [row for _, row in rows])
    known = {own: name for name, own in columns.items()}
    ours = [(place, known[own]) for place, own in enumerate(header) if own in known]
    theirs = [(place, own) for place, own in enumerate(header) if own not in known and own]
    lines = tuple(
        Line(number, {name: row[place] for place, name in ours}, {own: row[place] for place, own in theirs})
        for number, row in rows
    )
    return Table(path.name, columns, lines, delimiter)


class _PlainCells(dict[str, str]):
    """Cell as it is written → as it was meant.

    A long table says the same words in most of its lines: each is looked at once, and equal cells are one object.
    """

    def __missing__(self, cell: str) -> str:
        plain = plain_cell(cell)
        if plain != cell and plain_cell(plain) == plain:
            plain = self[plain]
        self[cell] = plain
        return plain


def plain_cell(cell: str) -> str:
    """A cell as it was meant: without blanks around it and without the signs by which spreadsheets keep text as text.

    These are ``="007"``, and the apostrophe before what would be run as a formula.
    """
    cell = cell.strip()
    if len(cell) > 3 and cell.startswith('="') and cell.endswith('"'):
        return cell[2:-1].strip()
    return cell[1:] if cell[:1] == "'" and cell[1:2] and cell[1] in _FORMULA_STARTS else cell


def _delimiter(text: str) -> tuple[str, int]:
    """The sign between the cells, and how many lines stand before the heading: one where it is ``sep=;``."""
    first = text.lstrip("\n").split("\n", 1)[0]
    if said := re.fullmatch(r'"?sep=([,;\t|])"?\s*', first):
        return said[1], 1
    return max(",;\t", key=first.count), 0


def _text(path: Path) -> str:
    """The decoded text of a table, every line's end as one sign."""
    try:
        data = _unzipped(path) if is_gzip(path) else path.read_bytes()
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InputError(path.name, "is damaged or cut off", "Copy it again") from error
    except OSError as error:
        raise InputError(path.name, "cannot be read", "Check the file and its permissions") from error
    if data.startswith(b"PK\x03\x04"):
        raise InputError(path.name, "is an archive or a spreadsheet (.xlsx), not a CSV", _AS_UTF8)
    try:
        wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        text = data.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(path.name, "is not text in UTF-8", _AS_UTF8) from error
    if "\0" in text:
        raise InputError(path.name, "holds signs that no text has", _AS_UTF8)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _unzipped(path: Path) -> bytes:
    """The content of a gzipped table, as far as the limit goes."""
    with gzip.open(path, "rb") as stream:
        data = stream.read(MAX_INFLATED_BYTES.allowed + 1)
    if len(data) > MAX_INFLATED_BYTES.allowed:
        raise too_much(path, "is gzipped and inflates to more", MAX_INFLATED_BYTES)
    return data


def _columns(header: list[str], rows: list[list[str]]) -> dict[str, str]:
    """Medunet's name → the table's own name of each column that is there."""
    own = {normal(name): name for name in reversed(header) if name}
    found: dict[str, str] = {}
    for name, spellings in COLUMNS.items():
        for spelling in spellings:
            column = own.get(spelling)
            if not column or column in found.values():
                continue
            doubtful = name == "target" and spelling in _MAYBE_CLASS
            if not (doubtful and _is_plain_data([row[header.index(column)] for row in rows])):
                found[name] = column
                break
    return found


def _is_plain_data(cells: list[str]) -> bool:
    """Whether the cells of a column of a doubtful name are classes (0, 1, pneumonia) and no file names."""
    return not any("." in cell or "/" in cell for cell in cells) and any(cells)
