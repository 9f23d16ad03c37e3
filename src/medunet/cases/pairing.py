"""Pairing: which mask belongs to which image, by their names."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from medunet.cases.names import Split, listed
from medunet.cases.placing import GLUED, Placed
from medunet.errors import InputError


@dataclass(frozen=True)
class Pair:
    """An image and its masks.

    Attributes:
        image: the image.
        masks: none, one with all structures, or one per structure.
    """

    image: Placed
    masks: tuple[Placed, ...]

    @property
    def split(self) -> Split | None:
        """The split that the folders of the image, or else of a mask, name."""
        return next((file.split for file in (self.image, *self.masks) if file.split), None)


def pair(images: Sequence[Placed], masks: Sequence[Placed]) -> tuple[list[Pair], list[Path]]:
    """Every image with its masks, in the order of the images, and the masks that belong to none.

    Equal keys in equal folders come first; then equal keys alone, where only one image has the key. What is left is
    tried without the channel number of nnU-Net (``x_0000``), then with a word such as ``mask`` and nothing between
    (``xmask``), then with a structure's name after the image's (``x_left_lung``).

    Raises:
        InputError: two images of one name, or two masks of one structure for one image.
    """
    _refuse_twins(images)
    by_key: dict[str, list[Placed]] = defaultdict(list)
    for mask in masks:
        by_key[mask.key].append(mask)
    times = Counter((image.split, image.key) for image in images)
    found = [_candidates(image, by_key[image.key], times[image.split, image.key] == 1) for image in images]
    used = {mask.path for own in found for mask in own}
    left = [mask for mask in masks if mask.path not in used]
    if left:
        _try_channels(images, found, left)
        _try_glued(images, found, left)
        _try_structures(images, found, left)
    pairs = [Pair(image, tuple(own)) for image, own in zip(images, found, strict=True)]
    for one in pairs:
        _refuse_rivals(one)
    used = {mask.path for one in pairs for mask in one.masks}
    return pairs, [mask.path for mask in masks if mask.path not in used]


def _candidates(image: Placed, masks: Iterable[Placed], alone: bool) -> list[Placed]:
    """The masks of an image among those of its key: of its folder or, where the image is alone, of any."""
    fitting = [mask for mask in masks if mask.split == image.split or mask.split is None or image.split is None]
    near = [mask for mask in fitting if mask.context == image.context]
    if near or not image.key or not alone:
        return near
    return fitting


def _try_channels(images: Sequence[Placed], found: list[list[Placed]], left: list[Placed]) -> None:
    """Give masks ``x`` to images ``x_0000``; changes `found` and `left`."""
    keys = [re.sub(r"_0000$", "", image.key) for image in images]
    times = Counter(zip((image.split for image in images), keys, strict=True))
    for image, key, own in zip(images, keys, found, strict=True):
        if not own and key != image.key:
            alone = times[image.split, key] == 1
            own += _candidates(replace(image, key=key), [mask for mask in left if mask.key == key], alone)
    taken = {mask.path for own in found for mask in own}
    left[:] = [mask for mask in left if mask.path not in taken]


def _try_glued(images: Sequence[Placed], found: list[list[Placed]], left: list[Placed]) -> None:
    """Give masks ``xmask`` and ``maskx`` to images ``x`` that have none yet; changes `found` and `left`."""
    times = Counter((image.split, image.key) for image in images)
    for image, own in zip(images, found, strict=True):
        if not own and image.key:
            named = [replace(mask, key=image.key) for mask in left if GLUED.sub("", mask.key, count=1) == image.key]
            own += _candidates(image, named, times[image.split, image.key] == 1)
    taken = {mask.path for own in found for mask in own}
    left[:] = [mask for mask in left if mask.path not in taken]


def _try_structures(images: Sequence[Placed], found: list[list[Placed]], left: list[Placed]) -> None:
    """Give masks ``x_left_lung`` to images ``x``; changes `found`."""
    places: dict[str, list[int]] = defaultdict(list)
    for number, image in enumerate(images):
        places[image.key].append(number)
    for mask in left:
        key, names = mask.key, list[str]()
        while (cut := re.fullmatch(r"(.+?)[_\-\s.]+([^\W\d_]+)", key)) and key not in places:
            key, names = cut[1], [cut[2], *names]
        for number in places.get(key, []) if names else ():
            named = replace(mask, key=key, structure=mask.structure or " ".join(names))
            if not any(own.structure == "" for own in found[number]):
                found[number] += _candidates(images[number], [named], alone=len(places[key]) == 1)


def _refuse_twins(images: Sequence[Placed]) -> None:
    """Two images that the same mask would fit."""
    seen: dict[tuple[object, ...], Placed] = {}
    for image in images:
        twin = seen.setdefault((image.split, image.context, image.key), image)
        if twin is not image:
            raise InputError(
                image.path.name,
                f"and {_shown(twin.path)} have one name: which of them has the masks of that name cannot be told",
                "Give each image its own name, or write a cases.csv with the columns id, image and target",
            )


def _refuse_rivals(one: Pair) -> None:
    """Two masks that claim to hold the same of one image."""
    times = Counter(mask.structure for mask in one.masks)
    if len(one.masks) > 1 and (max(times.values()) > 1 or "" in times):
        raise InputError(
            one.image.path.name,
            f"has {len(one.masks)} masks ({listed(_shown(mask.path) for mask in one.masks)}), and which holds what "
            "cannot be told",
            "Keep one mask per image, or one folder per structure (masks/heart, masks/lung), or name them in cases.csv",
        )


def _shown(path: Path) -> str:
    """A file with its folder, so that two of one name differ."""
    return "/".join(path.parts[-2:])
