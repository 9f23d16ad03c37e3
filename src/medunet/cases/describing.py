"""Files that say what a folder holds. One that is there and cannot be read must not pass for one that is not there."""

from __future__ import annotations

import os
from pathlib import Path

from medunet.errors import InputError


def describing_file(folder: Path, *names: str) -> Path | None:
    """The first file of these names in a folder, or None where there is none.

    Raises:
        InputError: there is something of the name, and it is no file: a link that leads nowhere, a folder, a pipe.
    """
    for name in names:
        path = folder / name
        if path.is_file():
            return path
        if os.path.lexists(path):
            what = "is a link that leads to no file" if path.is_symlink() else "is a folder or a pipe, not a file"
            raise InputError(
                name, what, "Without it the data would be read in another way: put it right or take it away"
            )
    return None
