"""Digest: the SHA-256 of what is in a file."""

from __future__ import annotations

import hashlib
import stat
from pathlib import Path

from medunet.errors import InputError


def file_digest(path: Path) -> bytes:
    """SHA-256 of a file's bytes, read in pieces.

    Raises:
        InputError: the file cannot be read.
    """
    try:
        # Opening a pipe would wait for ever, and a device may have no end.
        if not stat.S_ISREG(path.stat().st_mode):
            raise InputError(path.name, "is a pipe, a device or a folder, not a file", "Save it to a file first")
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").digest()
    except OSError as error:
        raise InputError(
            path.name, f"cannot be read ({error.strerror})", "Check the file and its permissions"
        ) from error
