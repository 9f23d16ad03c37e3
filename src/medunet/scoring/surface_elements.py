"""Boundary elements: small flat pieces that make up the surface of a mask, each with its place, direction and area.

The grid's lines are drawn through the mask, between slices as close as within them. Where a line crosses the surface
(the level's zero) there is an element. A line of axis a stands for the patch of its grid cell across a, so an element
with the unit normal n has the area ``|n_a| × cell``. Summed over the lines of all axes that is the surface's area,
because ``n_x² + n_y² + n_z² = 1``: the elements of a slope share its area, and no step of the mask adds to it. It is
the digital surface integral of Lachaud and Thibert 2016 (doi:10.1007/s10851-015-0595-7), taken on the smoothed mask.
In two dimensions the same holds for outlines and lengths.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medunet.scoring.surface_levels import THICKEST, Level, level, margins, thick_axes

_BLOCK = 1 << 22
"""Grid points looked at together: memory is bounded by the block and the surface, not by the volume."""


@dataclass(frozen=True, eq=False)
class BoundaryElements:
    """The surface of one mask.

    Attributes:
        points: (n, axes) float64, places in array order; 0 is the centre of the array's first element.
        normals: (n, axes) float64, unit vectors that point outwards.
        areas: (n,) float64, area (two dimensions: length) of each element; their sum is the surface's.
        steps: distance of the lines along each axis.
    """

    points: NDArray[np.float64]
    normals: NDArray[np.float64]
    areas: NDArray[np.float64]
    steps: tuple[float, ...]

    @property
    def radius(self) -> float:
        """How far an element extends from its point: half the diagonal of the largest cell between lines."""
        return math.hypot(*sorted(self.steps)[1:]) / 2


def boundary_elements(
    mask: NDArray[np.bool_], spacing: Sequence[float], start: Sequence[int] | None = None
) -> BoundaryElements:
    """The surface of a mask; what lies beyond the array is outside.

    Args:
        mask: bool (*space), True inside; two or three axes. Without True there are no elements.
        spacing: distance between neighbours along each axis; the unit of all that is returned.
        start: place of the mask's first element in a larger array, in elements.
    """
    factors = refinement(spacing)
    steps = tuple(float(step) / factor for step, factor in zip(spacing, factors, strict=True))
    parts = [
        _crossings(fine, axis, factors, spacing, np.add(first, start if start is not None else 0))
        for fine, first in _blocks(mask, spacing, factors)
        for axis in range(mask.ndim)
    ]
    empty = np.empty((0, mask.ndim))
    points, normals, areas = (
        np.concatenate([part[place] for part in parts] or [nothing])
        for place, nothing in enumerate((empty, empty, np.empty(0)))
    )
    return BoundaryElements(points, normals, areas, steps)


def refinement(spacing: Sequence[float]) -> tuple[int, ...]:
    """How many lines there are for one element along each axis: across thick slices as close as within them."""
    finest = min(spacing)
    return tuple(
        min(round(step / finest), THICKEST) if slices else 1
        for step, slices in zip(spacing, thick_axes(spacing), strict=True)
    )


def _blocks(
    mask: NDArray[np.bool_], spacing: Sequence[float], factors: Sequence[int]
) -> Iterator[tuple[Level, NDArray[np.int_]]]:
    """The refined level around the mask block by block, and the place of each block's first point in the mask.

    Blocks lie behind each other along the axis of the largest spacing. Every point but the first and the last two of
    an axis is in one block alone as a point where crossings begin; the others are its neighbours.
    """
    box = _bounding_box(mask)
    if box is None:
        return
    inner = mask[tuple(slice(first, last) for first, last in box)]
    around = margins(spacing)
    wide = np.pad(inner, [(margin + 2, margin + 2) for margin in around])
    along = int(np.argmax(spacing))
    across = math.prod(n for axis, n in enumerate(wide.shape) if axis != along)
    thickness = max(_BLOCK // (across * math.prod(factors)), 4)
    corner = np.array([first for first, _ in box]) - 2
    for begin in range(0, inner.shape[along] + 1, thickness):
        length = min(thickness, inner.shape[along] + 1 - begin)
        cut = (slice(None),) * along + (slice(begin, begin + length + 3 + 2 * around[along]),)
        first = corner.copy()
        first[along] += begin
        yield _refined(level(wide[cut], spacing), factors), first


def _bounding_box(mask: NDArray[np.bool_]) -> list[tuple[int, int]] | None:
    """First and last + 1 of each axis that holds a True, or None where there is none."""
    box = []
    for axis in range(mask.ndim):
        found = np.flatnonzero(mask.any(axis=tuple(other for other in range(mask.ndim) if other != axis)))
        if not found.size:
            return None
        box.append((int(found[0]), int(found[-1]) + 1))
    return box


def _crossings(
    fine: Level, axis: int, factors: Sequence[int], spacing: Sequence[float], first: NDArray[np.int_]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Points, normals and areas of the elements on the lines of one axis that begin in a block.

    Args:
        fine: refined level of the block; before the points that lines begin at it has one element more, behind two.
        axis: axis of the lines.
        factors: lines for one element of the mask, per axis.
        spacing: distance of the mask's elements along each axis.
        first: place of the block's first point in the array, in elements.
    """
    own = tuple(slice(factor, n - 1 - factor) for factor, n in zip(factors, fine.shape, strict=True))
    inside = fine > 0
    one = np.zeros(fine.ndim, np.intp)
    one[axis] = 1
    ahead = tuple(slice(cut.start + step, cut.stop + step) for cut, step in zip(own, one, strict=True))
    places = np.array(np.nonzero(inside[own] != inside[ahead])) + np.array(factors)[:, None]
    here, there = fine[tuple(places)].astype(float), fine[tuple(places + one[:, None])].astype(float)
    share = here / (here - there)
    slopes = np.empty((places.shape[1], fine.ndim))
    for other, factor in enumerate(factors):
        step = np.zeros((fine.ndim, 1), np.intp)
        step[other] = factor
        rise = [fine[tuple(at - step)].astype(float) - fine[tuple(at + step)] for at in (places, places + one[:, None])]
        slopes[:, other] = ((1 - share) * rise[0] + share * rise[1]) / spacing[other]
    # where the level is flat all around, the line itself is the best guess
    lengths = np.linalg.norm(slopes, axis=1)
    flat = lengths == 0
    slopes[flat, axis], lengths[flat] = np.sign(here - there)[flat], 1
    normals = slopes / lengths[:, None]
    points = places.T.astype(float)
    points[:, axis] += share
    points = (points / factors + first) * spacing
    cell = math.prod(spacing[other] / factors[other] for other in range(fine.ndim) if other != axis)
    return points, normals, np.abs(normals[:, axis]) * cell


def _refined(found: Level, factors: Sequence[int]) -> Level:
    """The level with points added between its own, linear from one to the next."""
    for axis, factor in enumerate(factors):
        if factor > 1:
            rows = np.moveaxis(found, axis, 0)
            shares = np.arange(factor, dtype=np.float32).reshape(1, factor, *(1,) * (found.ndim - 1)) / factor
            between = rows[:-1, None] + (rows[1:] - rows[:-1])[:, None] * shares
            joined = np.concatenate([between.reshape(-1, *rows.shape[1:]), rows[-1:]])
            found = np.moveaxis(joined, 0, axis)
    return found
