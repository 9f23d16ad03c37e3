"""Listing a folder: the files that may be images, nothing hidden, and no results of an earlier call."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

from medunet.cases.names import listed
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
    content. Hidden files and folders, the ``._x`` copies of macOS, and folders of results (see `result_folders`) are
    left out. Linked folders are followed once.

    Raises:
        InputError: a folder may not be looked into.
    """
    found: list[Path] = []
    for place, files in _folders(root):
        if not _holds_results(place, files, root):
            found += [place / name for name in files if name[0] != "." and _may_be_image(place / name)]
    return sorted(found)


def result_folders(root: Path) -> list[Path]:
    """Folders below a folder that hold results of medunet, such as masks and overlays of predict: these are no data.

    The folder itself may be one, as may be what `convert` made: that is a data set.

    Raises:
        InputError: a folder may not be looked into.
    """
    return sorted(place for place, files in _folders(root) if _holds_results(place, files, root))


def results_left_out(root: Path) -> tuple[str, ...]:
    """A sentence on the folders of results below a folder, where there are some."""
    folders = [place.relative_to(root).as_posix() for place in result_folders(root)] if root.is_dir() else []
    return (f"results of medunet, not taken for data: {listed(folders)}",) if folders else ()


def _folders(root: Path) -> Iterator[tuple[Path, list[str]]]:
    """Every folder from `root` down with the names of its files; of a folder of results nothing further down."""
    seen: set[tuple[int, int]] = set()
    for place, folders, files in os.walk(root, followlinks=True, onerror=_refuse):
        status = os.stat(place)
        if (status.st_dev, status.st_ino) in seen:
            folders.clear()
            continue
        seen.add((status.st_dev, status.st_ino))
        results = _holds_results(Path(place), files, root)
        folders[:] = sorted(name for name in folders if name[0] != "." and name not in _SKIPPED_FOLDERS and not results)
        yield Path(place), files


def _holds_results(place: Path, files: list[str], root: Path) -> bool:
    """Whether a folder below `root` carries the mark of a command whose results are no data."""
    if OUTPUT_MARK not in files or place == root:
        return False
    try:
        mark = json.loads((place / OUTPUT_MARK).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(mark, dict) and isinstance(mark.get("command"), str) and mark["command"] != "convert"


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
