"""The discipline of output folders: whose a folder is, and what may be done to it.

A folder that medunet fills carries a small `.medunet.json` with the command and its settings. Called again with the
same ones, the command completes what is missing; with others it refuses, unless told to overwrite. A folder that
something else made is never touched, nothing is read from the folder that is written to, no link leads out of it, and
one process at a time writes in it (see `lock`).
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from medunet.errors import OutputError
from medunet.images import meant_name, remove, write_json
from medunet.workflows.lock import LOCK, NOTE, held

MARK = ".medunet.json"


def check(folder: Path, identity: Mapping[str, Any], *, overwrite: bool = False) -> bool:
    """Find out whether `reserve` would be refused for what the folder holds, and change nothing.

    Returns:
        True when the folder holds results of the same call, to be completed.

    Raises:
        OutputError: the folder belongs to something else, or holds other results.
    """
    wanted = _plain(identity)
    if _is_file(folder):
        raise OutputError(folder, "is a file, not a folder", "Choose another --out")
    found = _mark_of(folder)
    if found is None:
        if _holds_something(folder):
            raise OutputError(folder, "was not made by medunet and is not empty", "Choose another --out")
        return False
    if found["command"] != wanted["command"]:
        # Overwriting would leave what the other command wrote, under a mark that says nothing of it.
        raise OutputError(folder, f"holds the results of medunet {found['command']}", "Choose another --out")
    if found != wanted and not overwrite:
        differs = ", ".join(sorted(k for k in {*found, *wanted} if found.get(k) != wanted.get(k)))
        what = f"holds other results (differs in: {differs})"
        raise OutputError(folder, what, "Choose another --out, or add --overwrite")
    return not overwrite


@dataclass(frozen=True)
class Reserved:
    """A folder in which no other process writes.

    Attributes:
        folder: the output folder.
        identity: command and settings.
        again: whether it holds results of the same call, to be completed.
        overwrite: whether it is started anew.
        begun: when the earlier call began, in nanoseconds as files have it; 0 where there was none.
    """

    folder: Path
    identity: Mapping[str, Any]
    again: bool
    overwrite: bool
    begun: int = 0

    def claim(self, owned: Sequence[str], reads: Iterable[Path] = ()) -> bool:
        """Make the folder this command's own; only now it is changed.

        What an earlier call left half written is removed.

        Args:
            owned: names inside the folder that the command writes; only these are removed by `overwrite`.
            reads: files and folders that the command reads.

        Returns:
            `again`.

        Raises:
            OutputError: an input lies in the folder, a link leads out of it, another process writes in a folder below
                it, or it cannot be written.
        """
        _refuse_inputs(self.folder, reads)
        if self.overwrite and _mark_of(self.folder) is not None:
            _remove(self.folder, owned)
        _refuse_links(self.folder, owned)
        write_json(self.folder / MARK, _plain(self.identity))
        _clear(self.folder, owned)
        return self.again


@contextmanager
def reserve(folder: Path, identity: Mapping[str, Any], *, overwrite: bool = False) -> Iterator[Reserved]:
    """Keep other processes from writing in `folder` as long as the block runs; it is changed by `Reserved.claim` alone.

    Args:
        folder: the output folder; it is made with its parents, and removed again if nothing comes into it.
        identity: command and settings, plain JSON values; they decide whether a call is "the same again".
        overwrite: start anew in a folder that the same command made.

    Raises:
        OutputError: the folder belongs to something else, holds other results, is written by another process, or
            cannot be written.
    """
    check(folder, identity, overwrite=overwrite)  # a folder of something else is not touched, not even for the lock
    with held(folder, str(identity["command"])):
        again = check(folder, identity, overwrite=overwrite)  # another process may have been there in between
        begun = (folder / MARK).stat().st_mtime_ns if again else 0
        yield Reserved(folder, identity, again, overwrite, begun)


def _plain(identity: Mapping[str, Any]) -> dict[str, object]:
    """The identity as it is read back from JSON: tuples are lists, keys are text."""
    plain: dict[str, object] = json.loads(json.dumps(identity))
    return plain


def _is_file(folder: Path) -> bool:
    try:
        return folder.exists() and not folder.is_dir()
    except OSError as fault:
        raise OutputError(folder, f"cannot be reached ({fault.strerror})", "Choose another --out") from fault


def _holds_something(folder: Path) -> bool:
    """Whether there is anything but the traces of a call that was killed before it left a mark."""
    try:
        names = [path.name for path in folder.iterdir()] if folder.is_dir() else []
    except OSError as fault:
        raise OutputError(folder, f"cannot be read ({fault.strerror})", "Choose another --out") from fault
    return any(name not in (LOCK, NOTE) and meant_name(name) not in (MARK, NOTE) for name in names)


def _mark_of(folder: Path) -> dict[str, object] | None:
    """The mark of a folder; a link is none, since it tells of another folder."""
    path = folder / MARK
    try:
        mark = None if path.is_symlink() else json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return mark if isinstance(mark, dict) and isinstance(mark.get("command"), str) else None


def _refuse_inputs(folder: Path, reads: Iterable[Path]) -> None:
    """What is read must not be among what is written and removed."""
    own = os.path.realpath(folder)
    for path in reads:
        if Path(os.path.realpath(path)).is_relative_to(own):
            what = f"holds what is to be read ({path.name})"
            raise OutputError(folder, what, "Choose another --out")


def _refuse_links(folder: Path, owned: Sequence[str]) -> None:
    """A file under a link's name takes its place; into a folder that is a link, files would go elsewhere."""
    for name in owned:
        path = folder / name
        if path.is_symlink() and (path.is_dir() or not path.exists()):
            raise OutputError(
                path, "is a link that leads out of the folder", "Remove the link, or choose another --out"
            )


def _remove(folder: Path, owned: Sequence[str]) -> None:
    """Remove what a command wrote, unless another process writes in a folder of it just now."""
    with ExitStack() as others:
        for name in owned:
            for lock in sorted((folder / name).rglob(LOCK)) if not (folder / name).is_symlink() else []:
                others.enter_context(held(lock.parent, "overwrite"))
        for name in owned:
            remove(folder / name)


def _clear(folder: Path, owned: Sequence[str]) -> None:
    """Remove what earlier calls left half written; folders below that have a mark of their own are not this call's."""
    for entry in _entries(folder):
        if meant_name(entry.name) in (*owned, MARK, NOTE):
            remove(Path(entry.path))
    for name in owned:
        places = [folder / name]
        while places:
            entries = _entries(places.pop())
            if any(entry.name == MARK for entry in entries):
                continue
            places += [Path(entry.path) for entry in entries if entry.is_dir(follow_symlinks=False)]
            for entry in entries:
                if meant_name(entry.name) and entry.is_file(follow_symlinks=False):
                    remove(Path(entry.path))


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    """What lies in a folder; nothing where there is none."""
    try:
        with os.scandir(folder) as found:
            return list(found)
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as fault:
        raise OutputError(folder, f"cannot be read ({fault.strerror})", "Check its permissions") from fault
