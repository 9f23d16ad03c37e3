"""Connected parts: what of a mask is the organ, and what is a stray blob that must not move a number.

Parts are joined over edges and corners (8 neighbours). A part under 5 % of its structure never counts as an organ.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medunet.measuring.outline import Outline

SPECK = 0.05
"""Share of a structure's pixels below which a part is a speck, and above which leaving parts out needs a look."""


@dataclass(frozen=True, slots=True, eq=False)
class Organ:
    """One structure of the label map with its stray parts taken away.

    Attributes:
        name: the structure's name as the map's scheme spells it.
        mask: bool (row, column), the parts that were kept.
        stray_parts: how many connected parts were left out.
        stray_pixels: how many pixels they had.
    """

    name: str
    mask: NDArray[np.bool_]
    stray_parts: int = 0
    stray_pixels: int = 0

    @property
    def area(self) -> int:
        """Pixels that were kept."""
        return int(np.count_nonzero(self.mask))

    @property
    def stray_share(self) -> float:
        """Pixels left out as a share of all the structure's pixels, 0 to 1."""
        return self.stray_pixels / max(1, self.area + self.stray_pixels)

    @property
    def stray_note(self) -> str:
        """What was left out, in words; empty where nothing was."""
        if not self.stray_parts:
            return ""
        parts = f"{self.stray_parts} stray part{'s' if self.stray_parts > 1 else ''}"
        return f"{parts} of {self.name} left out ({self.stray_pixels} px, {self.stray_share:.1%})"


def largest_part(name: str, mask: NDArray[np.bool_]) -> Organ:
    """The largest connected part of a structure.

    Args:
        name: the structure's name.
        mask: bool (row, column); may be empty.
    """
    parts = _Parts.of(mask)
    return parts.organ(name, parts.order[:1])


def lung_pair(name: str, mask: NDArray[np.bool_]) -> tuple[Organ, tuple[NDArray[np.bool_], ...]]:
    """Both lungs of a map that has one label for the two.

    The largest part is kept, and beside it the largest one that can be the other lung: not a speck, and for the most
    part in other columns (a piece of the same lung lies above or below it). Where the largest part already holds
    both lungs, joined by a bridge, it is kept alone.

    Args:
        name: the structure's name.
        mask: bool (row, column); may be empty.

    Returns:
        The organ, and the masks of the lungs found, in the order of the picture from left to right: none, one, two.
    """
    parts = _Parts.of(mask)
    if not parts.order:
        return parts.organ(name, []), ()
    first = parts.order[0]
    columns = _halves(parts.mask([first]))
    if columns is not None:
        organ = parts.organ(name, [first])
        left = organ.mask.copy()
        left[:, columns:] = False
        return organ, (left, organ.mask & ~left)
    big = [part for part in parts.order[1:] if parts.sizes[part] >= SPECK * parts.sizes.sum()]
    second = next((part for part in big if parts.beside(first, part)), None)
    kept = [first] if second is None else sorted([first, second], key=lambda part: parts.columns(part).start)
    return parts.organ(name, kept), tuple(parts.mask([part]) for part in kept)


@dataclass(frozen=True, slots=True, eq=False)
class _Parts:
    """Numbered connected parts: labels (row, column), pixels per number (0 for the background), boxes, by size."""

    labels: NDArray[np.int32]
    sizes: NDArray[np.int64]
    boxes: list[tuple[slice, slice]]
    order: list[int]

    @classmethod
    def of(cls, mask: NDArray[np.bool_]) -> _Parts:
        from scipy import ndimage  # loading a model need not pay for it

        labels, _ = ndimage.label(mask, structure=np.ones((3, 3), dtype=bool))
        sizes = np.bincount(labels.ravel())
        sizes[0] = 0
        # Equals keep the order of their numbers, so that the same map always gives the same organ.
        order = [int(part) for part in np.argsort(-sizes, kind="stable") if sizes[part]]
        return cls(labels, sizes, ndimage.find_objects(labels), order)

    def mask(self, parts: list[int]) -> NDArray[np.bool_]:
        kept = np.zeros(self.sizes.size, dtype=bool)
        kept[parts] = True
        return np.asarray(kept[self.labels])

    def organ(self, name: str, kept: list[int]) -> Organ:
        left_out = [part for part in self.order if part not in kept]
        return Organ(name, self.mask(kept), len(left_out), int(self.sizes[left_out].sum()))

    def columns(self, part: int) -> slice:
        return self.boxes[part - 1][1]

    def beside(self, one: int, other: int) -> bool:
        a, b = self.columns(one), self.columns(other)
        shared = min(a.stop, b.stop) - max(a.start, b.start)
        return bool(shared < 0.5 * min(a.stop - a.start, b.stop - b.start))


def _halves(part: NDArray[np.bool_]) -> int | None:
    """The column that parts two joined lungs, or None where the part is one lung.

    Two lungs have the mediastinum between them: on many rows the mask begins, is hollow over a good width and goes
    on. One lung is hardly ever hollow.
    """
    outline = Outline.of(part)
    hollow = outline.last - outline.first + 1 - part[outline.rows].sum(axis=1)
    apart = hollow >= 0.15 * (outline.last.max() - outline.first.min() + 1)
    if np.count_nonzero(apart) < 0.2 * outline.rows.size:
        return None
    return int(np.ceil(np.median((outline.first + outline.last)[apart] / 2)))
