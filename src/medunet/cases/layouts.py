"""The table of layouts, asked in this order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from medunet.cases.chexmask_films import find_chexmask
from medunet.cases.films import find_films
from medunet.cases.manifest import TABLE_NAMES, find_table
from medunet.cases.mimic import find_mimic
from medunet.cases.nih import find_nih
from medunet.cases.paired import find_pairs
from medunet.cases.rows import Found, Wishes


@dataclass(frozen=True, slots=True)
class Layout:
    """One way in which people keep images and masks.

    Attributes:
        name: as messages call it.
        looks_for: what it looks for, in words.
        find: folder or file, and what the user wishes → what was found, or None where the data are not laid out so.
        tables: patterns of the files in its folder that say what is known of the cases.
    """

    name: str
    looks_for: str
    find: Callable[[Path, Wishes], Found | None]
    tables: tuple[str, ...] = ()


LAYOUTS: tuple[Layout, ...] = (
    Layout("table", "a cases.csv with the columns id, image and target", lambda root, _: find_table(root), TABLE_NAMES),
    Layout(
        "MIMIC-CXR-JPG",
        "p10/p10000032/s50414267/NAME.jpg with the tables mimic-cxr-2.0.0-*.csv",
        find_mimic,
        ("mimic-cxr-*.csv*",),
    ),
    Layout("NIH", "Data_Entry_2017.csv with images/NAME.png", find_nih, ("Data_Entry_2017*.csv*",)),
    Layout("CheXmask", "a table of CheXmask with its films", find_chexmask),
    Layout("pairs", "images/NAME.png with masks/NAME.png, or NAME.png with NAME_mask.png", lambda r, _: find_pairs(r)),
    Layout("films", "image files", lambda root, _: find_films(root)),
)
"""A cases.csv comes first: it is what a person wrote down. Images alone come last: anything is that."""
