"""labels.json: names of structures and the grey values, palette indices or colours they have in the masks."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from medunet.cases.codings import RGB
from medunet.cases.describing import describing_file
from medunet.cases.names import listed, normal, repeated, shown
from medunet.errors import InputError
from medunet.images.opening import unreadable

_REMEDY = 'Write {"background": 0, "left lung": 1, …}, {"1": "left lung", …} or {"left lung": "#ff0000", …}'


@dataclass(frozen=True, slots=True)
class Labels:
    """Names given to stored values or to colours; exactly one of the two is filled.

    Attributes:
        values: (stored value, structure), in ascending order of the values.
        colours: (colour, structure), in the order of the file.
        background: the stored value of the background.
        background_colour: the colour of the background.
        source: the file's name, for messages.
    """

    values: tuple[tuple[int, str], ...] = ()
    colours: tuple[tuple[RGB, str], ...] = ()
    background: int = 0
    background_colour: RGB = (0, 0, 0)
    source: str = "labels.json"

    def __post_init__(self) -> None:
        if bool(self.values) == bool(self.colours):
            raise ValueError("names are given either to values or to colours")


def read_labels(path: Path) -> Labels:
    """The names in a labels.json; name → value and value → name are both read.

    Raises:
        InputError: it cannot be read, is no JSON object, or has an entry that is neither.
    """
    try:
        mapping = json.loads(path.read_text(encoding="utf-8-sig"), object_pairs_hook=partial(_once, path.name))
    except OSError as error:
        raise unreadable(path, error) from error
    except (ValueError, RecursionError) as error:
        raise InputError(path.name, "cannot be read as JSON", _REMEDY) from error
    return labels_of(mapping, path.name)


def _once(source: str, pairs: list[tuple[str, object]]) -> dict[str, object]:
    """The entries of an object; of two with one key the parser would keep the last and say nothing."""
    keys = [key for key, _ in pairs]
    if twice := repeated(keys):
        raise InputError(source, f"has the entry {shown(twice[0])} more than once", _REMEDY)
    return dict(pairs)


def labels_beside(masks: Sequence[Path], base: Path | None = None) -> Labels | None:
    """The names in the labels.json nearest to some masks: in their folders, or above them.

    Args:
        masks: the mask files.
        base: the folder that the search upwards ends with; without it, the folder above each mask's own.

    Raises:
        InputError: it cannot be read.
    """
    folders: list[Path] = []
    for folder in dict.fromkeys(path.parent for path in masks):
        above = [folder, *folder.parents]
        folders += above[: above.index(base) + 1] if base in above else above[:2]
    for folder in sorted(dict.fromkeys(folders), key=lambda folder: -len(folder.parts)):
        if (found := describing_file(folder, "labels.json")) is not None:
            return read_labels(found)
    return None


def labels_of(mapping: object, source: str) -> Labels:
    """The names in a mapping name → value, value → name, or name → colour.

    Args:
        mapping: as read from JSON or YAML; an entry named ``background``, or of value 0, is the background.
        source: the file's name, for messages.

    Raises:
        InputError: an entry that is none of these, or a value or a name that occurs twice.
    """
    if not isinstance(mapping, Mapping) or not mapping:
        raise InputError(source, "names no structure", _REMEDY)
    pairs = [_pair(key, value, source) for key, value in mapping.items()]
    if len({type(stored) for _, stored in pairs}) > 1:
        raise InputError(source, "gives values to some names and colours to others", _REMEDY)
    for what, items in (("name", [normal(name) for name, _ in pairs]), ("value", [str(stored) for _, stored in pairs])):
        if twice := repeated(items):
            raise InputError(source, f"has the {what} {listed(twice)} more than once", _REMEDY)
    ground = next((stored for name, stored in pairs if normal(name) == "background"), None)
    values = [(stored, name) for name, stored in pairs if isinstance(stored, int)]
    colours = [(stored, name) for name, stored in pairs if isinstance(stored, tuple)]
    grey_ground = ground if isinstance(ground, int) else 0
    colour_ground = ground if isinstance(ground, tuple) else (0, 0, 0)
    named = tuple(sorted(pair for pair in values if pair[0] != grey_ground))
    painted = tuple(pair for pair in colours if pair[0] != colour_ground)
    if not named and not painted:
        raise InputError(source, "names nothing but the background", _REMEDY)
    return Labels(named, painted, grey_ground, colour_ground, source)


def _pair(key: object, value: object, source: str) -> tuple[str, int | RGB]:
    """One entry as (name, stored value or colour)."""
    key = key if isinstance(key, int) else str(key).strip()
    if (colour := _colour(value)) is not None and isinstance(key, str) and key:
        return key, colour
    if (stored := _whole(value)) is not None and key != "":
        return str(key), stored
    if (stored := _whole(key)) is not None and isinstance(value, str) and value.strip():
        return value.strip(), stored
    raise InputError(
        source,
        f"the entry {shown(key)}: {shown(value)} is neither a name with a value nor with a colour",
        _REMEDY,
    )


def _whole(value: object) -> int | None:
    """A stored value, 0 to 65535, from a number or its text."""
    text = value.strip() if isinstance(value, str) else str(value)
    if isinstance(value, bool) or not re.fullmatch(r"\d{1,5}", text) or int(text) > 65535:
        return None
    return int(text)


def _colour(value: object) -> RGB | None:
    """A colour from ``[r, g, b]`` or ``"#rrggbb"``."""
    if isinstance(value, str) and re.fullmatch(r"#[0-9a-fA-F]{6}", value.strip()):
        number = int(value.strip()[1:], 16)
        return number >> 16, number >> 8 & 0xFF, number & 0xFF
    if isinstance(value, list) and len(value) == 3:
        parts = [part for part in map(_whole, value) if part is not None and part <= 255]
        if len(parts) == 3:
            return parts[0], parts[1], parts[2]
    return None
