"""The layout of images alone: one file, or every image below a folder."""

from __future__ import annotations

from pathlib import Path

from medunet.cases.folders import image_files, name_and_ending
from medunet.cases.names import counted
from medunet.cases.rows import Found, Row, unique_ids


def find_films(root: Path) -> Found | None:
    """A case for each image file, or None where there is no image.

    Raises:
        InputError: a folder may not be looked into.
    """
    files = image_files(root) if root.is_dir() else [root] if root.is_file() else []
    if not files:
        return None
    base = root if root.is_dir() else root.parent
    folders = [file.relative_to(base).parts[:-1] for file in files]
    named = [
        (name_and_ending(file)[0], own, name_and_ending(file)[1]) for file, own in zip(files, folders, strict=True)
    ]
    rows = tuple(
        Row(name, (file,), folders=own, where=file.name, name=name_and_ending(file)[0])
        for name, file, own in zip(unique_ids(named), files, folders, strict=True)
    )
    return Found(rows, (f"{counted(len(rows), 'image')}, no masks looked for",))
