"""The table of layouts, asked in this order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from medunet.cases.films import find_films
from medunet.cases.manifest import find_table
from medunet.cases.paired import find_pairs
from medunet.cases.rows import Found


@dataclass(frozen=True, slots=True)
class Layout:
    """One way in which people keep images and masks.

    Attributes:
        name: as messages call it.
        looks_for: what it looks for, in words.
        find: folder or file → what was found, or None where the data are not laid out this way.
    """

    name: str
    looks_for: str
    find: Callable[[Path], Found | None]


LAYOUTS: tuple[Layout, ...] = (
    Layout("table", "a cases.csv with the columns id, image and target", find_table),
    Layout("pairs", "images/NAME.png with masks/NAME.png, or NAME.png with NAME_mask.png", find_pairs),
    Layout("films", "image files", find_films),
)
"""A table comes first: it is what a person wrote down. Images alone come last: anything is that."""
