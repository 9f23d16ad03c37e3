"""The discipline of output folders: whose a folder is, and what may be done to it.

A folder that medunet fills carries a small `.medunet.json` with the command and its settings. Called again with the
same ones, the command completes what is missing; with others it refuses, unless told to overwrite. A folder that
something else made is never touched.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from medunet.errors import OutputError
from medunet.images import write_json

MARK = ".medunet.json"


def check(folder: Path, identity: Mapping[str, Any], *, overwrite: bool = False) -> bool:
    """Find out whether `claim` would be refused, and change nothing; arguments, result and errors are those of it."""
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


def claim(folder: Path, identity: Mapping[str, Any], owned: Sequence[str], *, overwrite: bool = False) -> bool:
    """Make `folder` this command's own, or find that it already is.

    Args:
        folder: the output folder; it is made with its parents.
        identity: command and settings, plain JSON values; they decide whether a call is "the same again".
        owned: names inside the folder that the command writes; only these are removed by `overwrite`.
        overwrite: start anew in a folder that the same command made.

    Returns:
        True when the folder holds results of the same call, to be completed.

    Raises:
        OutputError: the folder belongs to something else, holds other results, or cannot be written.
    """
    again = check(folder, identity, overwrite=overwrite)
    if overwrite and _mark_of(folder) is not None:
        _remove(folder, owned)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise OutputError(folder, f"cannot be made ({fault.strerror})", "Choose a writable --out") from fault
    write_json(folder / MARK, _plain(identity))
    return again


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
    try:
        return folder.is_dir() and any(folder.iterdir())
    except OSError as fault:
        raise OutputError(folder, f"cannot be read ({fault.strerror})", "Choose another --out") from fault


def _mark_of(folder: Path) -> dict[str, object] | None:
    try:
        mark = json.loads((folder / MARK).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return mark if isinstance(mark, dict) and isinstance(mark.get("command"), str) else None


def _remove(folder: Path, owned: Sequence[str]) -> None:
    for name in owned:
        path = folder / name
        try:
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        except OSError as fault:
            raise OutputError(path, f"cannot be removed ({fault.strerror})", "Check its permissions") from fault
