"""Progress on standard error: a bar with time left on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from medunet.cli.terminal import duration, plain

if TYPE_CHECKING:
    from medunet.workflows.progress import Progress

PLAIN_EVERY = 10.0
"""Seconds between two progress lines where standard error is no terminal."""


@contextmanager
def progress_shown(quiet: bool) -> Iterator[Progress]:
    """A listener for a workflow: a bar on a terminal, plain lines elsewhere, nothing when quiet.

    However the block ends, a bar is taken away and the terminal's cursor is back.
    """
    from medunet.workflows.progress import SILENT

    progress: Progress = SILENT if quiet else Bar() if sys.stderr.isatty() else Lines()
    try:
        yield progress
    finally:
        progress.end()


class Lines:
    """Plain lines for logs and pipes: every `PLAIN_EVERY` seconds one."""

    def __init__(self) -> None:
        self.what, self.total, self.began, self.last = "", 0, 0.0, 0.0

    def say(self, text: str) -> None:
        """One line. A reader of standard error that has left is no reason to stop the work."""
        try:
            print(plain(text), file=sys.stderr, flush=True)
        except OSError:
            self.say = lambda text: None  # type: ignore[method-assign]

    def begin(self, what: str, total: int) -> None:
        """Start the clock of a task."""
        self.what, self.total = what, total
        self.began = self.last = time.monotonic()

    def advance(self, done: int, note: str = "") -> None:
        """A line with the time left, where the last one is long enough ago."""
        now = time.monotonic()
        if now - self.last < PLAIN_EVERY or not done:
            return
        self.last = now
        left = duration((now - self.began) / done * (self.total - done))
        note = f", {note}" if note else ""
        self.say(f"{self.what}: {done}/{self.total}{note}, {left} left")

    def end(self) -> None:
        """Forget the task."""
        self.what = ""


class Bar:
    """A bar with time left, drawn by rich."""

    def __init__(self) -> None:
        from rich.console import Console

        self.console = Console(stderr=True, highlight=False, soft_wrap=True)
        self.bar: Any = None
        self.task: Any = None

    def say(self, text: str) -> None:
        """One line above the bar."""
        self.console.print(plain(text), markup=False)

    def begin(self, what: str, total: int) -> None:
        """Draw a bar; the one before it, if any, goes."""
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        self.end()
        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeRemainingColumn(compact=True),
            # Notes are names of files, and `[/x]` in one is no markup.
            TextColumn("{task.fields[note]}", markup=False),
        )
        self.bar = Progress(*columns, console=self.console, transient=True)
        self.bar.start()
        self.task = self.bar.add_task(what, total=total, note="")

    def advance(self, done: int, note: str = "") -> None:
        """Move the bar."""
        if self.bar is not None:
            self.bar.update(self.task, completed=done, note=plain(note))

    def end(self) -> None:
        """Take the bar away."""
        if self.bar is not None:
            self.bar.stop()
            self.bar = None
