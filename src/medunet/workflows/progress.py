"""Progress: what a workflow tells while it works; the command line shows it, a notebook may, a test listens."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """A listener. All calls come from one thread."""

    def say(self, text: str) -> None:
        """One line a user should read."""

    def begin(self, what: str, total: int) -> None:
        """A task of `total` steps begins; the one before it has ended."""

    def advance(self, done: int, note: str = "") -> None:
        """`done` of the total steps are done; `note` is short (a loss, a file name)."""

    def end(self) -> None:
        """The task has ended, done or not."""


class Silent:
    """Listens and says nothing."""

    def say(self, text: str) -> None:
        """Say nothing."""

    def begin(self, what: str, total: int) -> None:
        """Show nothing."""

    def advance(self, done: int, note: str = "") -> None:
        """Show nothing."""

    def end(self) -> None:
        """Show nothing."""


SILENT = Silent()
