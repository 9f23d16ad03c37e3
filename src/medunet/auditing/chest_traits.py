"""Traits: numbers of a drawn chest in which an oddly drawn one, or an odd chest, differs from the others of its set.

None has a meaning by itself; `chest_checks` compares each with the same of the other masks. Lengths are shares of the
width of both lungs. Densities say how grey lies between what is usual in the lungs (0) and in the heart (1). "Left" and
"right" are the picture's sides here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage, spatial

from medunet.measuring.outline import Outline

Mask = NDArray[np.bool_]

_MOST = 512  # pixels of the longer side on which traits are worked out
_BLUR = 1.5
_RIM = 0.08  # width of the strip along a lung's inner border, in shares of the chest
_NEAR_TOP = 0.2  # share of the heart's height down to which the strip reaches
_WITHIN = 0.02  # share of the film around the heart's upper end in which the lung's inner border is taken


@dataclass(frozen=True, slots=True)
class Trait:
    """One number of a chest.

    Attributes:
        name: its key.
        low, high: what a very small and a very large value means, in words; empty where it means nothing.
        least: the least standard deviation among masks that is taken for real.
    """

    name: str
    low: str
    high: str
    least: float


TRAITS = (
    Trait("lungs top", "the lungs begin high in the picture", "the lungs begin low in the picture", 0.02),
    Trait("lungs bottom", "the lungs end high in the picture", "the lungs end low in the picture", 0.02),
    Trait("tops", "the lung at the picture's right begins low beside the other",
          "the lung at the picture's left begins low beside the other", 0.01),
    Trait("bottoms", "the lung at the picture's right ends low beside the other",
          "the lung at the picture's left ends low beside the other", 0.02),
    Trait("areas", "the lung at the picture's left is small beside the other",
          "the lung at the picture's right is small beside the other", 0.05),
    Trait("left dent", "", "a bite is missing from the outer border of the lung at the picture's left", 0.005),
    Trait("right dent", "", "a bite is missing from the outer border of the lung at the picture's right", 0.005),
    Trait("heart top", "the heart reaches far up", "the heart begins low", 0.03),
    Trait("heart bottom", "the heart ends above the lungs' lower end", "the heart reaches below the lungs", 0.03),
    Trait("left gap", "", "there is a wide gap between the heart and the lung at the picture's left", 0.02),
    Trait("right gap", "", "there is a wide gap between the heart and the lung at the picture's right", 0.02),
    Trait("left dense", "", "the lung at the picture's left holds what is as bright as the heart", 0.03),
    Trait("right dense", "", "the lung at the picture's right holds what is as bright as the heart", 0.03),
    Trait("heart dark", "", "the heart holds what is as dark as the lungs", 0.03),
)  # fmt: skip
"""The traits in which a mask may be unlike the others."""


def traits_of(sides: tuple[Mask, Mask], heart: Mask | None, plane: NDArray[np.float32] | None) -> dict[str, float]:
    """The traits of a chest that can be had.

    Args:
        sides: bool (row, column), the lungs from the picture's left to its right.
        heart: bool (row, column), not empty, or None.
        plane: (row, column) grey in which dense is bright, or None.
    """
    step = max(1, -(-max(sides[0].shape) // _MOST))
    left, right = (side[::step, ::step] for side in sides)
    if not (left.any() and right.any()):
        return {}
    small = heart[::step, ::step] if heart is not None else None
    found = dict(_of_lungs(left, right))
    if small is not None and small.any():
        found |= dict(_of_heart(left, right, small))
        if plane is not None:
            found |= dict(
                _of_grey(left, right, small, np.asarray(ndimage.gaussian_filter(plane[::step, ::step], _BLUR)))
            )
    return {name: round(value, 5) for name, value in found.items()}


def _of_lungs(left: Mask, right: Mask) -> Iterator[tuple[str, float]]:
    one, other, width, high = Outline.of(left), Outline.of(right), _width(left, right), left.shape[0]
    yield "lungs top", min(one.rows[0], other.rows[0]) / high
    yield "lungs bottom", max(one.rows[-1], other.rows[-1]) / high
    yield "tops", float(one.rows[0] - other.rows[0]) / width
    yield "bottoms", float(one.rows[-1] - other.rows[-1]) / width
    yield "areas", float(np.log(np.count_nonzero(left) / np.count_nonzero(right)))
    yield "left dent", _dent(one.rows, one.first) / width
    yield "right dent", _dent(other.rows, -other.last) / width


def _of_heart(left: Mask, right: Mask, heart: Mask) -> Iterator[tuple[str, float]]:
    own, one, other, width = Outline.of(heart), Outline.of(left), Outline.of(right), _width(left, right)
    top, bottom = min(one.rows[0], other.rows[0]), max(one.rows[-1], other.rows[-1])
    yield "heart top", float(own.rows[0] - top) / (bottom - top + 1)
    yield "heart bottom", float(own.rows[-1] - bottom) / (bottom - top + 1)
    for name, lung, sign in (("left gap", one, -1), ("right gap", other, 1)):
        _, mine, theirs = np.intersect1d(own.rows, lung.rows, return_indices=True)
        if mine.size:
            apart = own.first[mine] - lung.last[theirs] if sign < 0 else lung.first[theirs] - own.last[mine]
            yield name, float(np.median(apart)) / width
    columns = np.flatnonzero(heart.any(axis=0))
    above = np.maximum(heart[:, columns].argmax(axis=0) - max(1, round(3 * heart.shape[0] / _MOST)), 0)
    yield "over heart", float(right[above, columns].mean())
    near = np.abs(other.rows - own.rows[0]) <= _WITHIN * heart.shape[0]
    if near.any() and (other.rows < own.rows[0]).any():
        yield "recedes", float(np.median(other.first[near]) - other.first[other.rows < own.rows[0]].min()) / width


def _of_grey(left: Mask, right: Mask, heart: Mask, grey: NDArray[np.float32]) -> Iterator[tuple[str, float]]:
    low, high = float(np.median(grey[left | right])), float(np.median(grey[heart]))
    if high <= low:
        return
    density = (grey - low) / (high - low)
    yield "left dense", float((density[left] > 0.5).mean())
    yield "right dense", float((density[right] > 0.5).mean())
    yield "heart dark", float((density[heart] < 0.5).mean())
    rim = _inner_rim(right, heart, round(_RIM * _width(left, right)))
    if rim.any():
        yield "dense rim", float(density[rim].mean())


def _inner_rim(lung: Mask, heart: Mask, width: int) -> Mask:
    """The strip of a lung (row, column) along its border at the picture's left, down to the heart's upper part."""
    rows = np.flatnonzero(heart.any(axis=1))
    until = rows[0] + round(_NEAR_TOP * (rows[-1] - rows[0]))
    columns = np.arange(lung.shape[1])
    first = lung.argmax(axis=1)[:, None]
    strip = lung & (columns >= first) & (columns < first + width)
    strip[until:] = False
    return np.asarray(strip)


def _width(left: Mask, right: Mask) -> int:
    columns = np.flatnonzero((left | right).any(axis=0))
    return int(columns[-1] - columns[0] + 1)


def _dent(rows: NDArray[np.int64], places: NDArray[np.int64]) -> float:
    """How far a border stays behind its hull, in pixels, from its top to its outermost point.

    Args:
        rows: (n,) rows of the border, ascending.
        places: (n,) columns; smaller is further out.
    """
    end = int(np.argmin(places)) + 1
    if end < 3:
        return 0.0
    points = np.stack([rows[:end], places[:end]], axis=1).astype(np.float64)
    closed = np.concatenate([points, [[rows[0], places.max() + 1.0], [rows[end - 1], places.max() + 1.0]]])
    corners = np.sort(spatial.ConvexHull(closed).vertices)
    outer = corners[corners < end]
    return float((points[:, 1] - np.interp(points[:, 0], points[outer, 0], points[outer, 1])).max())
