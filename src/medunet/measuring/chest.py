"""Chest: heart and lungs of a label map, found once for all measures."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from medunet.images.labelmap import LabelMap
from medunet.measuring.midline import Midline, body_midline
from medunet.measuring.outline import Outline
from medunet.measuring.parts import SPECK, Organ, largest_part, lung_pair

HEART = frozenset({"heart"})
LUNGS = (frozenset({"lung"}), frozenset({"lungs"}))
RIGHT_LUNG = frozenset({"right", "lung"})
LEFT_LUNG = frozenset({"left", "lung"})


def words(name: str) -> frozenset[str]:
    """The words of a structure's name, so that "Left_Lung", "lung-left" and "left lung" are one."""
    return frozenset(name.lower().replace("_", " ").replace("-", " ").split())


@dataclass(frozen=True, eq=False)
class Chest:
    """Heart and lungs of a frontal film, stray parts taken away.

    Attributes:
        heart: the heart, empty where the map has none; None where it was not looked for.
        lungs: the merged lung, or right and left lung; empty where they were not looked for.
        sides: bool (row, column) each, the lungs found, from the picture's left to its right: none, one or two.
        spacing: mm between rows and between columns, or None.
    """

    heart: Organ | None
    lungs: tuple[Organ, ...]
    sides: tuple[NDArray[np.bool_], ...]
    spacing: tuple[float, float] | None

    @cached_property
    def heart_outline(self) -> Outline:
        """Borders of the heart; ValueError where it is missing."""
        return Outline.of(self.heart.mask if self.heart else np.zeros((1, 1), dtype=bool))

    @cached_property
    def lung_outline(self) -> Outline:
        """Outer borders of both lungs together; ValueError where they are missing."""
        return Outline.of(np.logical_or.reduce(self.sides))

    @cached_property
    def midline(self) -> Midline:
        """The body's midline; ValueError where it is not two lungs."""
        if len(self.sides) != 2:
            raise ValueError("the midline needs two lungs")
        return body_midline(self.sides[0], self.sides[1], self.scale)

    @property
    def scale(self) -> tuple[float, float]:
        """Length of a pixel along rows' and columns' axes: mm where known, else 1 px by 1 px."""
        return self.spacing or (1.0, 1.0)

    @property
    def unit(self) -> str:
        """Unit of lengths: mm where the spacing is known, else px."""
        return "mm" if self.spacing else "px"

    @property
    def mirrored(self) -> bool:
        """Whether lungs labelled right and left lie in the picture as they do in a mirror."""
        if len(self.lungs) != 2 or not (self.lungs[0].area and self.lungs[1].area):
            return False
        right, left = self.lungs
        return _centre(right.mask) > _centre(left.mask)


def read_chest(labels: LabelMap, looked_for: Collection[str]) -> Chest:
    """Find the chest of a two-dimensional label map.

    Args:
        labels: (row, column) labels; the picture's left is the patient's right.
        looked_for: names of the scheme's structures that were looked for.
    """
    spacing = None if labels.grid.spacing is None else (labels.grid.spacing[0], labels.grid.spacing[1])
    named = {words(name): name for name in labels.scheme.names if name in looked_for}
    heart = named.get(HEART)
    organ = largest_part(heart, labels.mask(heart)) if heart is not None else None
    merged = [named[name] for name in LUNGS if name in named]
    if merged:
        mask = np.logical_or.reduce([labels.mask(name) for name in merged])
        lung, sides = lung_pair(merged[0], mask)
        return Chest(organ, (lung,), sides, spacing)
    if RIGHT_LUNG in named and LEFT_LUNG in named:
        lungs = tuple(largest_part(named[side], labels.mask(named[side])) for side in (RIGHT_LUNG, LEFT_LUNG))
        return Chest(organ, lungs, _sides(lungs), spacing)
    return Chest(organ, (), (), spacing)


def _sides(lungs: tuple[Organ, ...]) -> tuple[NDArray[np.bool_], ...]:
    """Masks of the lungs that are there (a speck is no lung), from the picture's left to its right."""
    total = sum(lung.area for lung in lungs)
    found = [lung.mask for lung in lungs if lung.area and lung.area >= SPECK * total]
    return tuple(sorted(found, key=_centre))


def _centre(mask: NDArray[np.bool_]) -> float:
    """Mean column of a mask (row, column), pixels."""
    counts = mask.sum(axis=0)
    return float(np.average(np.arange(counts.size), weights=counts))
