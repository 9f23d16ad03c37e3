"""The door every file goes through: is it a file, may it be read, is it whole enough to look at."""

from __future__ import annotations

import errno
import logging
import os
import stat
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from medunet.errors import InputError
from medunet.images.limits import check_file_size

HEAD_BYTES = 4096
"""How much of a file the readers' sniffing may look at."""

TALKATIVE = (
    "pydicom", "pydicom.pixels.decoders.base", "pydicom.pixels.utils", "PIL.Image", "PIL.TiffImagePlugin",
    "PIL.PngImagePlugin", "nibabel.global",
)  # fmt: skip
"""Loggers that quote what a header holds."""

DECODERS_OWN = (None, errno.EINVAL, errno.EOVERFLOW)
"""What an OSError says that is no fault of the disk: a decoder's own, or a place in the file that no file has."""

_warnings_lock = threading.Lock()
_reading: ContextVar[bool] = ContextVar("_reading", default=False)


def head_of(path: Path) -> bytes:
    """The first bytes of a regular file, at most `HEAD_BYTES`.

    A pipe or device is refused before it is opened, because opening it could wait for ever.

    Raises:
        InputError: there is no such file, it is a folder, a pipe, empty, too large or may not be read.
    """
    try:
        status = os.stat(path)
        if stat.S_ISDIR(status.st_mode):
            raise InputError(path, "is a folder, not an image file", "Give the files in it")
        if not stat.S_ISREG(status.st_mode):
            raise InputError(path, "is a pipe or a device, not a file", "Save the image to a file first")
        if status.st_size == 0:
            raise InputError(path, "is empty (0 bytes)", "Copy or export the file again")
        check_file_size(path, status.st_size)
        with open(path, "rb") as file:
            return file.read(HEAD_BYTES)
    except OSError as error:
        raise unreadable(path, error) from error
    except ValueError as error:
        raise InputError(repr(str(path)), "is no possible file name", "Check the path") from error


def unreadable(path: Path, error: OSError) -> InputError:
    """The operating system's refusal to open `path`, in our words."""
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return InputError(path, "does not exist", "Check the path")
    if isinstance(error, PermissionError):
        return InputError(path, "may not be read by this user", "Change the file's permissions")
    return InputError(path, f"cannot be read ({os.strerror(error.errno or 0)})", "Check the path and the disk")


@contextmanager
def decoding(path: Path, kind: str) -> Iterator[None]:
    """Turn whatever a decoder raises into one InputError.

    Decoders of foreign bytes raise anything from SyntaxError to RecursionError, so this is the one place that catches
    every exception. Their own words are left out: they may quote the header, and with it a patient's name. Wrap the
    decoder's calls only, never our own decisions.

    Args:
        path: the file that is decoded.
        kind: the format's name, for the message.

    Raises:
        InputError: in place of any other exception.
    """
    try:
        yield
    except InputError:
        raise
    except MemoryError as error:
        raise InputError(path, "needs more memory than there is", "Cut or shrink it") from error
    except Exception as error:
        if isinstance(error, PermissionError) or (isinstance(error, OSError) and error.errno not in DECODERS_OWN):
            raise unreadable(path, error) from error
        raise InputError(
            path, f"is damaged or cut off: its {kind} data cannot be decoded", "Copy or export the file again"
        ) from error


@contextmanager
def warnings_kept() -> Iterator[list[warnings.WarningMessage]]:
    """Catch the warnings of a library, which may quote a header, and hand them over as a list; its log is kept off.

    Python swaps the filters of the whole process for this, so one reader at a time is let in.
    """
    token = _reading.set(True)
    try:
        with _warnings_lock, warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            yield caught
    finally:
        _reading.reset(token)


def _kept_off_the_log(_: logging.LogRecord) -> bool:
    """False while a file is read here; other users of these libraries see no change."""
    return not _reading.get()


for _name in TALKATIVE:
    logging.getLogger(_name).addFilter(_kept_off_the_log)
