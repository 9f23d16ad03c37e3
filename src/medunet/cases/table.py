"""Table: a CSV of cases as rows of text, with its columns under the names medunet knows them by."""

from __future__ import annotations

import csv
import gzip
import io
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from medunet.cases.names import listed, normal
from medunet.errors import InputError

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
    """The lines of a CSV and the table's own name of each column that medunet knows."""

    name: str
    columns: Mapping[str, str]
    lines: tuple[Line, ...]


def read_table(path: Path) -> Table:
    """A ``.csv`` or ``.csv.gz``; comma, semicolon or tab, whichever the heading has.

    Raises:
        InputError: no readable table, a column that occurs twice, lines of another length; all faults together.
    """
    text = _text(path)
    heading = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=heading.count)
    csv.field_size_limit(sys.maxsize)
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
    try:
        rows = [(reader.line_num, [cell.strip() for cell in row]) for row in reader if any(map(str.strip, row))]
    except csv.Error as error:
        raise InputError(path.name, f"cannot be read as CSV near line {reader.line_num} ({error})", _REMEDY) from error
    if len(rows) < 2:
        raise InputError(path.name, "holds no case", _REMEDY)
    header = rows[0][1]
    if twice := sorted({name for name in header if name and header.count(name) > 1}):
        raise InputError(path.name, f"has the column {listed(twice)} more than once", "Give each column its own name")
    wrong = [
        InputError(f"{path.name}, line {number}", f"has {len(row)} cells where the heading has {len(header)}", _REMEDY)
        for number, row in rows[1:]
        if len(row) != len(header)
    ]
    if wrong:
        raise InputError.together(wrong)
    records = [(number, dict(zip(header, row, strict=True))) for number, row in rows[1:]]
    columns = _columns(header, [record for _, record in records])
    known = {own: name for name, own in columns.items()}
    lines = tuple(
        Line(
            number,
            {known[own]: cell for own, cell in record.items() if own in known},
            {own: cell for own, cell in record.items() if own not in known and own},
        )
        for number, record in records
    )
    return Table(path.name, columns, lines)


def _text(path: Path) -> str:
    """The decoded text of a table."""
    try:
        data = path.read_bytes()
        return (gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(path.name, "is not text in UTF-8", _REMEDY) from error
    except (OSError, EOFError) as error:
        raise InputError(path.name, "cannot be read", "Check the file and its permissions") from error


def _columns(header: list[str], records: list[dict[str, str]]) -> dict[str, str]:
    """Medunet's name → the table's own name of each column that is there."""
    own = {normal(name): name for name in reversed(header) if name}
    found: dict[str, str] = {}
    for name, spellings in COLUMNS.items():
        for spelling in spellings:
            column = own.get(spelling)
            if column and column not in found.values() and not _is_plain_data(name, spelling, column, records):
                found[name] = column
                break
    return found


def _is_plain_data(name: str, spelling: str, column: str, records: list[dict[str, str]]) -> bool:
    """Whether a column of a doubtful name holds classes (0, 1, pneumonia) and no file names."""
    if name != "target" or spelling not in _MAYBE_CLASS:
        return False
    return not any("." in cell or "/" in cell for cell in (record[column] for record in records)) and any(
        record[column] for record in records
    )
