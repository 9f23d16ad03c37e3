"""Memory: looks kept in a folder, so that an audit that was broken off goes on and a second one is quick.

Each file is a part: lines of JSON, written whole or not at all. A part that cannot be read is as good as none.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from medunet.auditing.look import Look
from medunet.images import meant_name, write_text

MOST = 256
"""Looks after which they are written down."""

SECONDS = 20.0
"""Time after which they are, however few: on a slow disk 256 films take minutes."""


class Notes:
    """Looks on their way into a folder; what is not written yet is lost when the process is killed."""

    def __init__(self, folder: Path | None, clock: Callable[[], float] | None = None) -> None:
        """Empty notes for a folder, or for none; `clock` as in `noting`."""
        self._folder = folder
        self._clock = clock or (lambda: 0.0)
        self._looks: dict[str, Look] = {}
        self._written = self._clock()

    def add(self, key: str, look: Look) -> None:
        """Note a look, and write down what has come together where that is much or took long.

        Raises:
            OutputError: the folder cannot be written.
        """
        self._looks[key] = look
        if len(self._looks) >= MOST or self._clock() - self._written >= SECONDS:
            self.write()

    def write(self) -> None:
        """Write down what is not written yet.

        Raises:
            OutputError: the folder cannot be written.
        """
        looks, self._looks, self._written = self._looks, {}, self._clock()
        if self._folder is not None:
            keep(self._folder, looks)


@contextmanager
def noting(folder: Path | None, clock: Callable[[], float] | None = None) -> Iterator[Notes]:
    """Notes that are written down at the end of the block, also where it ends by Ctrl-C.

    Args:
        folder: where they go, or None to keep none.
        clock: seconds that go by, or None to count looks alone.

    Raises:
        OutputError: the folder cannot be written.
    """
    notes = Notes(folder, clock)
    try:
        yield notes
    finally:
        notes.write()


def recall(folder: Path) -> dict[str, Look]:
    """Key → look of every readable line below the folder; none where there is no folder."""
    found: dict[str, Look] = {}
    for part in sorted(folder.glob("*.jsonl")):
        if meant_name(part.name):  # half a part, of a process that was killed
            continue
        try:
            lines = part.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            continue
        for line in lines:
            try:
                held = json.loads(line)
                found[str(held["key"])] = Look.from_dict(held["look"])
            except (ValueError, KeyError, TypeError):
                continue
    return found


def keep(folder: Path, looks: Mapping[str, Look]) -> None:
    """Write looks as a new part of the folder; nothing for none.

    Raises:
        OutputError: the folder cannot be written.
    """
    if not looks:
        return
    taken = [int(part.stem) for part in folder.glob("*.jsonl") if part.stem.isdigit()]
    lines = [json.dumps({"key": key, "look": look.to_dict()}, allow_nan=False) for key, look in looks.items()]
    write_text(folder / f"{max(taken, default=0) + 1:05d}.jsonl", "\n".join(lines) + "\n")
