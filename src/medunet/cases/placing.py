"""Placing: what the folders and the name of one file say about it: image or mask, split, structure, key."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from medunet.cases.folders import name_and_ending
from medunet.cases.names import FILLER_WORDS, IMAGE_WORDS, MASK_WORDS, SPLIT_WORDS, Split, words

Role = Literal["image", "mask"]

_NAMED: tuple[tuple[Role, str], ...] = (
    ("mask", r"(?:masks?|msk|labels?|lbl|labelmap|seg|segm|segmentations?|annot|annotations?|gt|ground[_\-\s]?truth)"),
    ("image", r"(?:images?|imgs?)"),
)
_BLANK = r"[_\-\s.]+"
_CAMEL = re.compile(r"(?<=[a-z\d])(?=(?:Mask|Label|Seg|Segmentation|Annotation|Annot|GT)s?$)")
GLUED = re.compile(r"^(?:masks?|seg|labels?|gt)|(?:masks?|seg|labels?|annot|gt)$")
"""What a mask's name may have before or behind its image's with nothing between; many words of names end so too."""


@dataclass(frozen=True)
class Placed:
    """What a file's path says.

    Attributes:
        path: the file.
        stem: its name without the ending.
        ending: the ending, with its dot.
        role: image, mask, or None where nothing says it.
        split: the split that a folder names, or None.
        structure: the structure that a folder names below a mask folder, or "".
        context: the other folders between the root and the file.
        key: the stem in lower case without words such as ``_mask``; equal for an image and its masks.
    """

    path: Path
    stem: str
    ending: str
    role: Role | None
    split: Split | None
    structure: str
    context: tuple[str, ...]
    key: str


def place(path: Path, root: Path, *, loose: bool = False, shared: frozenset[str] = frozenset()) -> Placed:
    """What a file's path below the root says about it.

    Args:
        path: the file.
        root: the data's folder.
        loose: whether a folder is a mask folder although its name has further words (``lung_masks``); those words
            name the structure then.
        shared: names of folders that stand below image folders too, and so are no structures (sites, patients).
    """
    role: Role | None = None
    split: Split | None = None
    structures: list[str] = []
    context: list[str] = []
    for folder in path.relative_to(root).parts[:-1]:
        found, folder_split, rest = folder_words(folder)
        split = folder_split or split
        if found and (not rest or loose or role == "mask"):
            role = found if role is None or found == "mask" else role
            if rest and found == "mask":
                structures.append(rest)
            elif rest:
                context.append(folder)
        elif role == "mask" and folder_split is None and folder not in shared:
            structures.append(folder)
        elif folder_split is None or rest:
            context.append(folder)
    stem, ending = name_and_ending(path)
    named, key = key_of(stem)
    if role is None or (role == "image" and named == "mask"):
        role = named
    return Placed(path, stem, ending, role, split, " ".join(structures), tuple(context), key)


def folder_words(folder: str) -> tuple[Role | None, Split | None, str]:
    """Role and split that a folder's name says, and its other words joined by blanks."""
    tokens = words(folder)
    known = MASK_WORDS | IMAGE_WORDS | FILLER_WORDS | SPLIT_WORDS.keys()
    rest = " ".join(token for token in tokens if token not in known)
    # ``x`` and ``y`` are roles in ``x_train``, and mean nothing beside a word of another kind.
    telling = [token for token in tokens if len(token) > 1 or not rest]
    masks, images = MASK_WORDS.intersection(telling), IMAGE_WORDS.intersection(telling)
    role: Role | None = "mask" if masks else "image" if images else None
    splits = [SPLIT_WORDS[token] for token in tokens if token in SPLIT_WORDS]
    # ``test01`` may be a patient; ``test`` and ``test_images_2019`` are not.
    return role, splits[0] if splits and (role or not rest) else None, rest


def key_of(stem: str) -> tuple[Role | None, str]:
    """The role a file's name says, and the name in lower case without the words that say it.

    ``A12_Mask`` → mask, a12; ``img001`` → image, 001; ``image`` → image, "" (the folder is the case).
    """
    key = _CAMEL.sub("_", stem).casefold()
    for role, word in _NAMED:
        if re.fullmatch(word, key):
            return role, ""
        shorter = re.sub(rf"^{word}(?:(?=\d)|{_BLANK})|(?:(?<=\d)|{_BLANK}){word}$", "", key)
        if shorter and shorter != key:
            return role, key_of(shorter)[1] or shorter
    return None, key
