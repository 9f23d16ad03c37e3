"""The terminal: results on standard output, for a person or as one JSON object."""

from __future__ import annotations

import json
import os
import shutil
import sys
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from medunet.errors import OutputError

NONE = "-"
"""Stands in a table where there is no figure."""


def show(result: Mapping[str, Any], lines: Sequence[str], *, as_json: bool) -> None:
    """Print the result: one JSON object, or lines for a person.

    JSON is plain ASCII, so that no terminal or pipe can refuse a letter of it.

    Raises:
        OutputError: standard output cannot be written.
    """
    if as_json:
        put(json.dumps(result, allow_nan=False))
    else:
        put("\n".join(plain(line) for line in lines))


def put(text: str) -> None:
    """Write to standard output at once. That a reader such as `head` has left is no fault; a full disk is.

    Raises:
        OutputError: standard output cannot be written.
    """
    try:
        print(text, flush=True)
    except BrokenPipeError:
        discard_output()
    except OSError as fault:
        discard_output()
        raise OutputError("standard output", f"cannot be written ({fault.strerror})", "Write elsewhere") from fault


def discard_output() -> None:
    """Send what is still buffered for standard output nowhere; else Python complains about it when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def plain(text: str) -> str:
    """Text of one line that is safe on a terminal: file names may hold line breaks and escape sequences."""
    return "".join(letter if letter.isprintable() or letter == "\t" else "�" for letter in text)


def columns() -> int | None:
    """Columns of the terminal, or None where standard output is none and nothing need be cut."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def table(header: Sequence[str], rows: Sequence[Sequence[str]], width: int | None = None) -> list[str]:
    """Aligned lines: words to the left, figures to the right.

    Args:
        header: one word a column.
        rows: cells; `NONE` where there is no figure.
        width: columns of the terminal; the first cell, then the line is cut to fit. None cuts nothing.
    """
    body = [[str(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(header, *body, strict=True)]
    right = [
        all(map(_is_figure, column)) and any(cell != NONE for cell in column) for column in zip(*body, strict=True)
    ]
    if width is not None:
        widths[0] = min(widths[0], max(width // 2, len(header[0])))

    def line(row: Sequence[str]) -> str:
        cells = [shortened(row[0], widths[0]), *row[1:]]
        aligned = (
            cell.rjust(size) if to_right else cell.ljust(size)
            for cell, size, to_right in zip(cells, widths, right or [False] * len(widths), strict=True)
        )
        return cut("  ".join(aligned).rstrip(), width)

    return [line(header), *(line(row) for row in body)]


def cut(line: str, width: int | None) -> str:
    """A line of at most `width` columns; None cuts nothing."""
    return line if width is None or len(line) <= width else line[: max(width - 1, 0)] + "…"


def shortened(name: str, size: int) -> str:
    """A name of at most `size` letters that keeps both of its ends: names of films often differ at the last letter."""
    if len(name) <= size:
        return name
    tail = (size - 1) // 2
    return f"{name[: size - 1 - tail]}…{name[len(name) - tail :]}"


def hanging(head: str, text: str, width: int | None) -> list[str]:
    """A head and a text beside it, wrapped below itself to `width` columns; None keeps it on one line."""
    if width is None or width < 2 * len(head):
        return [head + text]
    return textwrap.wrap(head + text, width, subsequent_indent=" " * len(head), break_long_words=False)


def duration(seconds: float) -> str:
    """`42 s`, `7 min 05 s`, `2 h 10 min`."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def counted(number: int, what: str) -> str:
    """`1 epoch`, `2 epochs`."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _is_figure(cell: str) -> bool:
    if cell == NONE:
        return True
    try:
        float(cell.replace(",", ""))
    except ValueError:
        return False
    return True
