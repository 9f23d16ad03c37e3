"""One process at a time writes in a folder; a second is refused and told who the first is.

The lock is the operating system's: it ends with its process, however that ends, so a process that was killed never
stands in the way. The note beside it is for people, and for what the lock does not cover: a disk that several machines
share, whose locks need not reach from one to the other, and a disk that has no locks.
"""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from medunet.errors import OutputError
from medunet.images import make_folder, told, write_json
from medunet.workflows import surroundings

LOCK, NOTE = ".medunet.lock", ".medunet.owner"

PATIENCE = 0.5
"""Seconds in which an owner that is just ending may end, and one that is just beginning may write its note."""

_NO_LOCKS = (errno.ENOSYS, errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP)


@dataclass(frozen=True)
class Owner:
    """Who writes in a folder.

    Attributes:
        command: the command.
        process: the number of its process.
        host: the machine's name.
        boot: the machine's start (see `surroundings.boot`).
        since: date and time in UTC.
    """

    command: str
    process: int
    host: str
    boot: str
    since: str

    def __str__(self) -> str:
        return f"medunet {self.command} (process {self.process} on {self.host} since {self.since})"

    @classmethod
    def here(cls, command: str) -> Owner:
        """This process."""
        return cls(command, os.getpid(), surroundings.host(), surroundings.boot(), surroundings.now())

    @property
    def elsewhere(self) -> bool:
        """Whether it runs or ran on another machine, of whose processes nothing can be known here."""
        same_start = self.boot != "" and self.boot == surroundings.boot()  # a container may have another name
        return not same_start and self.host != surroundings.host()

    @property
    def gone(self) -> bool:
        """Whether it was on this machine and has ended."""
        restarted = self.boot != surroundings.boot()
        return not self.elsewhere and (restarted or not surroundings.runs(self.process))


@contextmanager
def held(folder: Path, command: str) -> Iterator[None]:
    """Be the only one that writes in `folder`, as long as the block runs.

    The folder is made with its parents. What was made and is empty when the block ends is removed again.

    Raises:
        OutputError: another process writes there, or nothing can be written.
    """
    made = make_folder(folder)
    lock = FileLock(folder / LOCK, timeout=PATIENCE, thread_local=False, fallback_to_soft=False)
    try:
        _acquire(lock, folder)
        try:
            write_json(folder / NOTE, asdict(Owner.here(command)))
            yield
        finally:
            _release(lock, folder, NOTE, LOCK)
    finally:
        with suppress(OSError):  # the first that is not empty
            for place in reversed(made):
                place.rmdir()


def owner_of(folder: Path) -> Owner | None:
    """Who the note in a folder names, or None where there is none that can be read."""
    try:
        said = json.loads((folder / NOTE).read_text(encoding="utf-8"))
        return Owner(
            str(said["command"]), int(said["process"]), str(said["host"]), str(said["boot"]), str(said["since"])
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _acquire(lock: FileLock, folder: Path) -> None:
    """Take the lock, or say who has it."""
    try:
        lock.acquire()
    except Timeout as taken:
        raise _refused(folder, owner_of(folder)) from taken
    except OSError as fault:
        if fault.errno not in _NO_LOCKS:
            with told(folder / LOCK):
                raise
        earlier = owner_of(folder)
        if earlier is not None and not earlier.gone:
            raise _refused(folder, earlier) from fault
        return
    earlier = owner_of(folder)
    if earlier is not None and earlier.elsewhere:
        _release(lock, folder, LOCK)
        raise _refused(folder, earlier)


def _refused(folder: Path, owner: Owner | None) -> OutputError:
    remedy = "Wait until it has ended, or choose another --out"
    if owner is not None and owner.elsewhere:
        remedy = f"Wait until it has ended; if it was killed, remove {folder / NOTE}"
    return OutputError(folder, f"is being written by {owner or 'another process'}", remedy)


def _release(lock: FileLock, folder: Path, *names: str) -> None:
    """Remove files while the lock is held, since afterwards they could be the next owner's, and let it go."""
    for name in names:
        with suppress(OSError):
            (folder / name).unlink(missing_ok=True)
    lock.release()
