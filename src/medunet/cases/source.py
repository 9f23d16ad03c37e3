"""Source: where a user's data lie, and what a ``data.yaml`` says about them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from medunet.cases.labels_file import Labels, labels_of, read_labels
from medunet.errors import InputError

_KEYS = ("folder", "rename", "labels", "subject")
_REMEDY = f"Known keys: {', '.join(_KEYS)}"


@dataclass(frozen=True)
class Source:
    """What to read and how.

    Attributes:
        root: the folder or file that holds the data.
        rename: old name of a structure → new name.
        labels: names for the values of the masks, where they are given beside the files.
        subject: where the subject comes from (see `read_cases`), or None.
    """

    root: Path
    rename: Mapping[str, str] = field(default_factory=dict)
    labels: Labels | None = None
    subject: str | None = None


def open_source(data: str | Path) -> Source:
    """The source that a path names: a folder, a file, or a YAML that describes one.

    Raises:
        InputError: nothing is there, or the YAML says what is not understood.
    """
    # The files found below the root and those that a table names are compared as paths.
    root = Path(os.path.normpath(data))
    if not root.exists():
        raise InputError(root, "does not exist", "Give a folder with images, a cases.csv or a data.yaml")
    if root.is_dir() and (root / "data.yaml").is_file():
        return _described(root / "data.yaml")
    if root.suffix.lower() in (".yaml", ".yml"):
        return _described(root)
    return Source(root)


def _described(path: Path) -> Source:
    """The source that a YAML describes."""
    import yaml

    try:
        words = yaml.safe_load(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        line = getattr(getattr(error, "problem_mark", None), "line", None)
        near = f" near line {line + 1}" if line is not None else ""
        raise InputError(path.name, f"cannot be read as YAML{near}", _REMEDY) from error
    if not isinstance(words, dict):
        raise InputError(path.name, "holds no keys", _REMEDY)
    if unknown := [str(key) for key in words if key not in _KEYS]:
        raise InputError(path.name, f"has the unknown key {', '.join(unknown)}", _REMEDY)
    rename = words.get("rename") or {}
    if not isinstance(rename, dict) or not all(isinstance(name, str) for pair in rename.items() for name in pair):
        raise InputError(path.name, "rename is no list of names", "Write rename: {left lung: lung, right lung: lung}")
    subject = words.get("subject")
    if subject is not None and not isinstance(subject, str):
        raise InputError(path.name, f"subject is {subject!r}", "Write column:NAME, name, none or a regular expression")
    root = Path(os.path.normpath(path.parent / str(words.get("folder") or ".")))
    if not root.exists():
        raise InputError(path.name, f"names the folder {words.get('folder')}, which is not there", _REMEDY)
    return Source(root, rename, _labels(words.get("labels"), path), subject)


def _labels(given: object, path: Path) -> Labels | None:
    """The names that a YAML gives to values: a mapping, or the name of a labels.json."""
    if given is None:
        return None
    if isinstance(given, str):
        return read_labels(path.parent / given)
    return labels_of(given, path.name)
