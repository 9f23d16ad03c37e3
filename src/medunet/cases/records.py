"""Records: the rows of a CSV one by one, with their places in it, so that one can be read again without the others."""

from __future__ import annotations

import csv
import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from medunet.cases.unpacking import is_gzip, read_stretch
from medunet.errors import InputError

MAX_ROW_BYTES = 16 * 1024**2
"""A row longer than this is refused. The masks of a film of 100 million pixels take about 1 MB as run-length text."""

_REMEDY = "Give a table with a heading line, as CSV in UTF-8"


@dataclass(frozen=True, slots=True)
class Record:
    """One row of a CSV.

    Attributes:
        line: the line of the file that it begins on, counted from 1, the heading included.
        offset: bytes before it, of a gzipped file in its content.
        size: its bytes, the line's end included.
        cells: the cells as text, without blanks around them.
        delimiter: the sign between the cells.
    """

    line: int
    offset: int
    size: int
    cells: list[str]
    delimiter: str


def stream_records(path: Path) -> Iterator[Record]:
    """The rows of a ``.csv`` or ``.csv.gz``, the heading first; only one is in memory at a time.

    Empty lines are skipped. Comma, semicolon or tab, whichever the heading has.

    Raises:
        InputError: the file is no CSV in UTF-8, is damaged, or has a row above `MAX_ROW_BYTES`.
    """
    # The limit is one for the whole process; it is only ever raised. Rows are bounded before they are parsed.
    csv.field_size_limit(max(csv.field_size_limit(), MAX_ROW_BYTES))
    line, offset, delimiter = 1, 0, ""
    try:
        with gzip.open(path, "rb") if is_gzip(path) else path.open("rb") as stream:
            while data := _row_bytes(stream, path, line):  # type: ignore[arg-type]
                if data.strip():
                    text = _decoded(data, path, line, first=offset == 0)
                    delimiter = delimiter or max(",;\t", key=text.count)
                    yield Record(line, offset, len(data), _cells(text, delimiter, path, line), delimiter)
                line += data.count(b"\n")
                offset += len(data)
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(
            f"{path.name}, line {line}", "cannot be read: the file is damaged or cut off", "Copy it again"
        ) from error


def read_record(path: Path, line: int, offset: int, size: int, delimiter: str) -> list[str]:
    """The cells of one row, found again by its place.

    Raises:
        InputError: the file cannot be read, or is no longer what it was.
    """
    return _cells(_decoded(read_stretch(path, offset, size), path, line), delimiter, path, line)


def _row_bytes(stream: BinaryIO, path: Path, line: int) -> bytes:
    """The bytes of the next row: a line, or several where a quoted cell goes over a line's end."""
    data = stream.readline(MAX_ROW_BYTES + 1)
    while data and data.count(b'"') % 2 and len(data) <= MAX_ROW_BYTES:
        more = stream.readline(MAX_ROW_BYTES + 1)
        if not more:
            break
        data += more
    if len(data) > MAX_ROW_BYTES:
        what = f"has a row of more than {MAX_ROW_BYTES:,} bytes"
        raise InputError(f"{path.name}, line {line}", what, "Check that quotes are closed and lines end")
    return data


def _decoded(data: bytes, path: Path, line: int, *, first: bool = False) -> str:
    """A row's bytes as text."""
    try:
        return data.decode("utf-8-sig" if first else "utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"{path.name}, line {line}", "is not text in UTF-8", _REMEDY) from error


def _cells(text: str, delimiter: str, path: Path, line: int) -> list[str]:
    """The cells of a row."""
    try:
        return [cell.strip() for row in csv.reader([text], delimiter=delimiter, strict=True) for cell in row]
    except csv.Error as error:
        raise InputError(f"{path.name}, line {line}", f"cannot be read as CSV ({error})", _REMEDY) from error
