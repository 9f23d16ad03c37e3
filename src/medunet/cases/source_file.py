"""The ``data.yaml``: what a person says about one source, or about several that make one data set."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from medunet.cases.describing import describing_file
from medunet.cases.labels_file import Labels, labels_of, read_labels
from medunet.cases.names import SPLIT_WORDS, Split, listed, normal, repeated, shown
from medunet.cases.rows import MIN_RCA, Wishes
from medunet.cases.source import Source, Sources
from medunet.cases.table_mask import Drawing
from medunet.errors import InputError

KEYS = (
    *("folder", "rename", "labels", "subject", "table", "films"),
    *("annotated", "split", "tags", "min_rca", "masks"),
)
"""What may be said of one source."""

JOINED_KEYS = ("sources", "rename", "subjects")
"""What may be said beside several."""

_DRAWINGS: dict[str, Drawing] = {"runs": "runs", "landmarks": "landmarks"}


def open_source(data: str | Path) -> Source | Sources:
    """The source that a path names: a folder, a file, or a YAML that describes one or joins several.

    Raises:
        InputError: nothing is there, or the YAML says what is not understood.
    """
    # The files found below the root and those that a table names are compared as paths.
    root = Path(os.path.normpath(data))
    if not root.exists():
        raise InputError(root, "does not exist", "Give a folder with images, a cases.csv or a data.yaml")
    if root.is_dir() and (described := describing_file(root, "data.yaml")) is not None:
        return read_source_file(described)
    if root.suffix.lower() in (".yaml", ".yml"):
        return read_source_file(root)
    return Source(root)


def read_source_file(path: Path) -> Source | Sources:
    """What a YAML says; all of its faults together.

    Raises:
        InputError: it cannot be read, or says what is not understood; the message names the known keys.
    """
    words = _yaml(path)
    faults: list[InputError] = []
    found: Source | Sources
    if "sources" in words:
        found = _joined(words, path, faults)
    else:
        found = _source(words, path, path.name, faults, name="", root=".")
    if faults:
        raise InputError.together(faults)
    return found


def _yaml(path: Path) -> dict[Any, Any]:
    """The keys of the file."""
    import yaml

    try:
        text = path.read_text(encoding="utf-8-sig")
        words = yaml.safe_load(text)
        _refuse_twice(yaml.compose(text, yaml.SafeLoader), path)
    except (
        OSError,
        ValueError,
        RecursionError,
        yaml.YAMLError,
    ) as error:  # ValueError: dates and numbers that are none
        line = getattr(getattr(error, "problem_mark", None), "line", None)
        near = f" near line {line + 1}" if line is not None else ""
        raise InputError(path.name, f"cannot be read as YAML{near}", _known(KEYS)) from error
    if not isinstance(words, dict):
        raise InputError(path.name, "holds no keys", _known(KEYS))
    return words


def _refuse_twice(node: Any, path: Path) -> None:
    """Refuse a key that is there twice at one place: of two meanings the parser keeps the last and says nothing."""
    nodes, seen = [node], set()
    while nodes:
        one = nodes.pop()
        if id(one) in seen or not isinstance(getattr(one, "value", None), list):
            continue
        seen.add(id(one))
        pairs = [pair for pair in one.value if isinstance(pair, tuple)]
        keys = [key.value for key, _ in pairs if isinstance(key.value, str) and key.value != "<<"]
        if twice := repeated(keys):
            raise InputError(path.name, f"has the key {twice[0]} twice at one place", "Take one of the two away")
        nodes += [child for pair in pairs for child in pair] or one.value


def _joined(words: Mapping[Any, Any], path: Path, faults: list[InputError]) -> Sources:
    """Several sources; what is wrong is added to `faults`."""
    if unknown := [str(key) for key in words if key not in JOINED_KEYS]:
        what = f"has the unknown key {', '.join(unknown)} beside sources"
        faults.append(InputError(path.name, what, _known(JOINED_KEYS)))
    entries = words["sources"]
    if not isinstance(entries, list) or not entries or not all(isinstance(entry, dict) for entry in entries):
        faults.append(InputError(path.name, "sources is no list", "Write sources: [{folder: a}, {folder: b}]"))
        return Sources(path, ())
    rename = _rename(words, path.name, faults)
    shared = words.get("subjects", "apart")
    if shared not in ("apart", "shared"):
        what = f"subjects is {shown(shared)}"
        faults.append(InputError(path.name, what, "Write shared where equal names are one person, else apart"))
    sources = []
    for number, entry in enumerate(entries, start=1):
        where = f"{path.name}, source {number}"
        place = entry.get("table") or entry.get("folder")
        if not isinstance(place, str):
            faults.append(InputError(where, "names neither a folder nor a table", _known(("name", *KEYS))))
            continue
        name = str(entry.get("name") or Path(os.path.normpath(path.parent / place)).name.split(".")[0])
        rest = {key: value for key, value in entry.items() if key != "name"}
        if isinstance(rest.get("rename", {}), dict):
            rest["rename"] = {**rename, **(rest.get("rename") or {})}
        sources.append(_source(rest, path, where, faults, name=name, root=None))
    names = [normal(source.name) for source in sources]
    if twice := repeated(names):
        what = f"has several sources called {listed(twice)}"
        faults.append(InputError(path.name, what, "Give each its own name: {name: …, folder: …}"))
    return Sources(path, tuple(sources), shared == "shared")


def _source(
    words: Mapping[Any, Any], path: Path, where: str, faults: list[InputError], *, name: str, root: str | None
) -> Source:
    """One source; what is wrong is added to `faults`."""
    if unknown := [str(key) for key in words if key not in KEYS]:
        faults.append(InputError(where, f"has the unknown key {', '.join(unknown)}", _known(KEYS)))
    if words.get("folder") and words.get("table"):
        faults.append(InputError(where, "names a folder and a table", "Name one; the films' folder is the key films"))
    place = _place(words, "table", path, where, faults) or _place(words, "folder", path, where, faults)
    if place is None:
        place = Path(os.path.normpath(path.parent / (root or ".")))
    elif root is None and place.is_dir() and (place / "data.yaml").is_file():
        what = f"names the folder {words.get('folder')}, which has a data.yaml of its own"
        faults.append(InputError(where, what, "Write here what it says, and name the folder of its data"))
    return Source(
        place,
        _rename(words, where, faults),
        _tried(lambda: _labels(words.get("labels"), path), faults),
        _subject(words, where, faults),
        name,
        Wishes(_place(words, "films", path, where, faults), *_of_chexmask(words, where, faults)),
        _annotated(words, where, faults),
        _split(words, where, faults),
        _tags(words, where, faults),
    )


def _known(keys: tuple[str, ...]) -> str:
    return f"Known keys: {', '.join(keys)}"


def _tried(read: Callable[[], Labels | None], faults: list[InputError]) -> Labels | None:
    """What is read, or None and a fault more."""
    try:
        return read()
    except InputError as fault:
        faults.append(fault)
        return None


def _place(words: Mapping[Any, Any], key: str, path: Path, where: str, faults: list[InputError]) -> Path | None:
    """The folder or file that a key names, relative to the YAML."""
    if not words.get(key):
        return None
    given = words[key]
    if not isinstance(given, str):
        faults.append(InputError(where, f"{key} is {shown(given)}, which is no path", f"Write {key}: NAME"))
        return None
    place = Path(os.path.normpath(path.parent / given))
    if "\0" in given or not os.path.exists(place):
        what = f"names the {key if key == 'table' else 'folder'} {given[:200]}, which is not there"
        faults.append(InputError(where, what, _known(KEYS)))
        return None if "\0" in given else place
    return place


def _rename(words: Mapping[Any, Any], where: str, faults: list[InputError]) -> dict[str, str]:
    """Old name → new name."""
    rename = words.get("rename") or {}
    if isinstance(rename, dict) and all(isinstance(name, str) for pair in rename.items() for name in pair):
        return rename
    example = "Write rename: {left lung: lung, right lung: lung}"
    faults.append(InputError(where, "rename is no list of names", example))
    return {}


def _subject(words: Mapping[Any, Any], where: str, faults: list[InputError]) -> str | None:
    """Where the subject comes from."""
    subject = words.get("subject")
    if subject is None or isinstance(subject, str):
        return subject
    remedy = "Write column:NAME, name, none or a regular expression"
    faults.append(InputError(where, f"subject is {shown(subject)}", remedy))
    return None


def _labels(given: object, path: Path) -> Labels | None:
    """The names that a YAML gives to values: a mapping, or the name of a labels.json."""
    if given is None:
        return None
    if isinstance(given, str):
        return read_labels(path.parent / given)
    return labels_of(given, path.name)


def _of_chexmask(words: Mapping[Any, Any], where: str, faults: list[InputError]) -> tuple[float, Drawing]:
    """The least estimated Dice, and what the masks are made from."""
    least, masks = words.get("min_rca", MIN_RCA), words.get("masks", "runs")
    if isinstance(least, bool) or not isinstance(least, int | float) or not 0 <= least <= 1:
        faults.append(InputError(where, f"min_rca is {shown(least)}", "Write a number from 0 to 1"))
        least = MIN_RCA
    if not isinstance(masks, str) or masks not in _DRAWINGS:
        faults.append(InputError(where, f"masks is {shown(masks)}", f"Write {' or '.join(_DRAWINGS)}"))
        masks = "runs"
    return float(least), _DRAWINGS[masks]


def _annotated(words: Mapping[Any, Any], where: str, faults: list[InputError]) -> tuple[str, ...] | None:
    """The structures that were looked for."""
    given = words.get("annotated")
    names = given.split("|") if isinstance(given, str) else given
    if names is None:
        return None
    if isinstance(names, list) and names and all(isinstance(name, str) and name.strip() for name in names):
        return tuple(name.strip() for name in names)
    faults.append(InputError(where, "annotated is no list of structures", "Write annotated: [left lung, right lung]"))
    return None


def _split(words: Mapping[Any, Any], where: str, faults: list[InputError]) -> Split | None:
    """The split of all cases of the source."""
    given = words.get("split")
    split = SPLIT_WORDS.get(normal(given)) if isinstance(given, str) else None
    if given is not None and split is None:
        faults.append(InputError(where, f"split is {shown(given)}", "Write train, val or test"))
    return split


def _tags(words: Mapping[Any, Any], where: str, faults: list[InputError]) -> dict[str, str]:
    """The tags that all cases of the source get."""
    given = words.get("tags") or {}
    plain = isinstance(given, dict) and all(isinstance(value, str | int | float) for value in given.values())
    if plain:
        return {str(key): str(value) for key, value in given.items()}
    faults.append(InputError(where, "tags is no list of names and values", "Write tags: {site: A, view: PA}"))
    return {}
