"""Listing a folder: the files that may be images, and nothing hidden."""

from __future__ import annotations

import os
from pathlib import Path

from medunet.errors import InputError
from medunet.images import READERS, is_readable

OUTPUT_MARK = ".medunet.json"
"""What a folder carries that medunet filled."""

_KNOWN = tuple(suffix for reader in READERS for suffix in reader.suffixes if suffix)
_SKIPPED_FOLDERS = {"__MACOSX"}
_DOCUMENTS = (".csv", ".csv.gz", ".json", ".txt", ".md", ".yaml", ".yml", ".html", ".pdf", ".xlsx", ".py", ".npy")


def image_files(root: Path) -> list[Path]:
    """Every file below a folder that may be an image, sorted by path.

    A file is one by its ending, whatever it holds (a broken one is to be named, not overlooked), or else by its
    content. Hidden files and folders, and the ``._x`` copies of macOS, are left out. Linked folders are followed once.

    Raises:
        InputError: a folder may not be looked into.
    """
    found: list[Path] = []
    seen: set[tuple[int, int]] = set()
    for place, folders, files in os.walk(root, followlinks=True, onerror=_refuse):
        status = os.stat(place)
        if (status.st_dev, status.st_ino) in seen:
            folders.clear()
            continue
        seen.add((status.st_dev, status.st_ino))
        folders[:] = sorted(name for name in folders if name[0] != "." and name not in _SKIPPED_FOLDERS)
        found += [Path(place, name) for name in files if name[0] != "." and _may_be_image(Path(place, name))]
    return sorted(found)


def name_and_ending(path: Path) -> tuple[str, str]:
    """The file's name without its ending, and the ending: ``a.nii.gz`` → a, .nii.gz."""
    lower = path.name.lower()
    for ending in sorted(_KNOWN, key=len, reverse=True):
        if lower.endswith(ending) and len(lower) > len(ending):
            return path.name[: -len(ending)], path.name[-len(ending) :]
    return path.name, ""


def _may_be_image(path: Path) -> bool:
    """Whether a file is an image by its ending or by its first bytes."""
    lower = path.name.lower()
    if lower.endswith(_KNOWN):
        return True
    return not lower.endswith(_DOCUMENTS) and is_readable(path)


def _refuse(error: OSError) -> None:
    """A folder that cannot be listed is a fault, not an empty folder."""
    raise InputError(Path(error.filename).name, f"cannot be listed ({error.strerror})", "Check its permissions")
