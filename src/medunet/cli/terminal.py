"""The terminal: progress on standard error, results on standard output."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from medunet.workflows.progress import Progress

PLAIN_EVERY = 10.0
"""Seconds between two progress lines where standard error is no terminal."""


def progress_for(quiet: bool) -> Progress:
    """A bar with time left on a terminal, plain lines elsewhere, nothing when quiet."""
    from medunet.workflows.progress import SILENT

    if quiet:
        return SILENT
    return _Bar() if sys.stderr.isatty() else _Lines()


def show(result: Mapping[str, Any], lines: Sequence[str], *, as_json: bool) -> None:
    """Print the result: one JSON object, or lines for a person."""
    if as_json:
        print(json.dumps(result, ensure_ascii=False, allow_nan=False))
    else:
        print("\n".join(lines))


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Aligned lines: the first column left, the others right."""
    widths = [max(len(str(row[i])) for row in (header, *rows)) for i in range(len(header))]

    def line(row: Sequence[str]) -> str:
        cells = [
            str(row[0]).ljust(widths[0]),
            *(str(cell).rjust(w) for cell, w in zip(row[1:], widths[1:], strict=True)),
        ]
        return "  ".join(cells).rstrip()

    return [line(header), *(line(row) for row in rows)]


def duration(seconds: float) -> str:
    """`42 s`, `7 min 05 s`, `2 h 10 min`."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


class _Lines:
    """Plain lines for logs and pipes."""

    def __init__(self) -> None:
        self.what, self.total, self.began, self.last = "", 0, 0.0, 0.0

    def say(self, text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    def begin(self, what: str, total: int) -> None:
        self.what, self.total = what, total
        self.began = self.last = time.monotonic()

    def advance(self, done: int, note: str = "") -> None:
        now = time.monotonic()
        if now - self.last < PLAIN_EVERY or not done:
            return
        self.last = now
        left = duration((now - self.began) / done * (self.total - done))
        note = f", {note}" if note else ""
        print(f"{self.what}: {done}/{self.total}{note}, {left} left", file=sys.stderr, flush=True)

    def end(self) -> None:
        self.what = ""


class _Bar:
    """A bar with time left, drawn by rich."""

    def __init__(self) -> None:
        from rich.console import Console

        self.console = Console(stderr=True, highlight=False, soft_wrap=True)
        self.bar: Any = None
        self.task: Any = None

    def say(self, text: str) -> None:
        self.console.print(text, markup=False)

    def begin(self, what: str, total: int) -> None:
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        self.end()
        columns = (
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeRemainingColumn(compact=True),
            TextColumn("{task.fields[note]}"),
        )
        self.bar = Progress(*columns, console=self.console, transient=True)
        self.bar.start()
        self.task = self.bar.add_task(what, total=total, note="")

    def advance(self, done: int, note: str = "") -> None:
        if self.bar is not None:
            self.bar.update(self.task, completed=done, note=note)

    def end(self) -> None:
        if self.bar is not None:
            self.bar.stop()
            self.bar = None
