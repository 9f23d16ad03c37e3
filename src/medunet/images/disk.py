"""The disk: folders made, files flushed, put in place and cleared; whatever fails is one line."""

from __future__ import annotations

import errno
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from medunet.errors import OutputError

_REASONS: dict[int, tuple[str, str]] = {
    errno.ENOSPC: ("the disk is full", "Free some space or write elsewhere"),
    errno.EDQUOT: ("the disk quota is used up", "Free some space or write elsewhere"),
    errno.EFBIG: ("the file is too large for this disk", "Write to another disk"),
    errno.EACCES: ("may not be written by this user", "Change the permissions or write elsewhere"),
    errno.EPERM: ("may not be written by this user", "Change the permissions or write elsewhere"),
    errno.EROFS: ("lies on a read-only disk", "Write elsewhere"),
    errno.EISDIR: ("is a folder", "Give a file name"),
    errno.ENOTDIR: ("lies under something that is not a folder", "Give another place"),
    errno.EEXIST: ("lies under something that is not a folder", "Give another place"),
    errno.ENAMETOOLONG: ("has a name that is too long", "Give a shorter name"),
    errno.ELOOP: ("is a link", "Remove the link"),
}

_NAME_BYTES = 255
"""Bytes of a file's name on every usual file system."""

_TEMPORARY = re.compile(r"\.[0-9a-f]{8}-(.+)", re.DOTALL)
"""Names of files that are not whole yet."""


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Turn the system's fault while `path` is written, made or removed into one line.

    Raises:
        OutputError: in the place of an OSError.
    """
    try:
        yield
    except OSError as error:
        what, remedy = _REASONS.get(
            error.errno or 0, (f"cannot be written ({error.strerror or 'write error'})", "Write elsewhere")
        )
        raise OutputError(path, what, remedy) from error


def temporary_of(path: Path) -> Path:
    """A new name beside `path` for what is not whole yet.

    The ending is kept because some writers choose their format by it; the leading dot hides it from readers.
    """
    mark = f".{secrets.token_hex(4)}-"
    name = path.name
    while len(os.fsencode(mark + name)) > _NAME_BYTES >= len(os.fsencode(path.name)):
        name = name[1:]
    return path.with_name(mark + name)


def meant_name(name: str) -> str:
    """The name that a file was to get that was never finished (see `temporary_of`); empty for other names."""
    found = _TEMPORARY.fullmatch(name)
    return found[1] if found else ""


def make_folder(folder: Path) -> list[Path]:
    """Make a folder and those above it that are missing; returns those that were not there, the outermost first.

    Raises:
        OutputError: it cannot be made.
    """
    made: list[Path] = []
    with told(folder):
        for place in [] if folder.is_dir() else reversed([folder, *folder.parents]):
            if not place.is_dir():
                place.mkdir(exist_ok=True)  # another process may have been quicker
                made.append(place)
                flush_folder(place.parent)
    return made


def remove(path: Path) -> None:
    """Remove a file, a link (never what it leads to) or a folder with all in it; nothing where there is none.

    Raises:
        OutputError: it cannot be removed.
    """
    try:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    except OSError as fault:
        what = f"cannot be removed ({fault.strerror or 'write error'})"
        raise OutputError(path, what, "Check its permissions") from fault


def put_folder(finished: Path, final: Path) -> None:
    """Put a folder that is finished in the place of `final`, whose earlier content goes only then.

    Raises:
        OutputError: it cannot be put there; what was there is there again.
    """
    earlier = temporary_of(final)
    with told(final):
        if final.exists():
            os.replace(final, earlier)
        try:
            os.replace(finished, final)
        except BaseException:
            if earlier.exists():
                os.replace(earlier, final)
            raise
        flush_folder(final.parent)
    remove(earlier)


def flush(path: Path) -> None:
    """Wait until a file's bytes are on the disk."""
    _flush(path, os.O_RDWR)


def flush_folder(folder: Path) -> None:
    """Wait until a folder's new entry is on the disk, where its file system can do that."""
    try:
        _flush(folder, os.O_RDONLY)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.EBADF, errno.EACCES):
            raise


def _flush(path: Path, how: int) -> None:
    descriptor = os.open(path, how)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
