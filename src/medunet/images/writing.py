"""Files are written whole or not at all: under a temporary name, flushed to the disk, then renamed.

A reader never sees half a file, and an earlier file stays as it was until the new one is complete.
"""

from __future__ import annotations

import csv
import io
import json
import math
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np

from medunet.images.disk import flush, flush_folder, make_folder, temporary_of, told

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""Text that begins so is run as a formula by spreadsheets."""


@contextmanager
def whole(path: str | Path) -> Iterator[Path]:
    """Write a file whole or not at all.

    Args:
        path: the final name; its folder is made where it does not exist.

    Yields:
        A temporary path in the same folder and with the same ending, an empty file for the caller to fill. When the
        block ends it is flushed to the disk and takes the final name. When the block raises, even by Ctrl-C, it is
        removed and whatever stood under the final name is untouched. A link under the final name is replaced, and
        not what it leads to.

    Raises:
        OutputError: the folder or file cannot be written.
    """
    path = Path(path)
    make_folder(path.parent)
    temporary = temporary_of(path)
    with told(path):
        os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
        try:
            yield temporary
            flush(temporary)
            os.replace(temporary, path)
        except BaseException:
            with suppress(OSError):
                temporary.unlink()
            raise
        flush_folder(path.parent)


def write_bytes(path: str | Path, data: bytes) -> None:
    """Write bytes whole or not at all.

    Raises:
        OutputError: see `whole`.
    """
    with whole(path) as temporary:
        temporary.write_bytes(data)


def write_text(path: str | Path, text: str) -> None:
    r"""Write text as UTF-8, line ends as they are, whole or not at all.

    What UTF-8 cannot hold, the raw bytes in the name of a file from an older system, is written as `\udce9`.

    Raises:
        OutputError: see `whole`.
    """
    write_bytes(path, text.encode("utf-8", "backslashreplace"))


def write_json(path: str | Path, value: object) -> None:
    """Write a value as JSON: keys in their order, two blanks a level, no NaN and no infinity.

    Raises:
        OutputError: see `whole`.
        ValueError: a number is NaN or infinite; what is undefined is None, with a reason beside it.
    """
    write_text(path, json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def write_csv(path: str | Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a table as CSV: UTF-8, commas, one line a row.

    None is an empty cell; a float has up to six significant digits; text that a spreadsheet would run as a formula
    gets a leading apostrophe.

    Raises:
        OutputError: see `whole`.
        ValueError: a row is not as long as the header, or a number is NaN or infinite.
    """
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow([_cell(name) for name in header])
    for number, row in enumerate(rows, start=1):
        if len(row) != len(header):
            raise ValueError(f"row {number} has {len(row)} cells, the header {len(header)}")
        writer.writerow([_cell(value) for value in row])
    write_text(path, table.getvalue())


def _cell(value: object) -> str:
    """One cell of a table as text."""
    if value is None:
        return ""
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, float | np.floating):
        if not math.isfinite(value):
            raise ValueError(f"a table holds finite numbers or None, got {value}")
        return format(float(value), ".6g")
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(FORMULA_STARTS) and not _is_number(text) else text


def _is_number(text: str) -> bool:
    """True for text that a spreadsheet takes for a plain number, such as -1."""
    try:
        return math.isfinite(float(text)) and text == text.strip()
    except ValueError:
        return False
