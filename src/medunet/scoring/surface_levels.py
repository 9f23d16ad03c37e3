"""The level of a mask: a smooth function on the grid that is above 0 inside, below outside, and 0 on the surface.

A mask holds its surface in steps. Where slices are no thicker than `THICK` pixels the mask itself is smoothed. Thick
slices hold each outline finely and leave out what lies between them: there the level is the distance to the outline
within the slice, which runs from one outline to the next between slices (shape-based interpolation, Raya and Udupa
1990, doi:10.1109/42.52980). `docs/decisions/0011-surfaces.md` says what was measured and what was dropped.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import product
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

THICK = 1.6
"""An axis whose spacing exceeds the finest by more than this is that of slices."""

REACH = 1.5
"""Distances within a slice count up to this many slice spacings: the slope that is still told from a flat end."""

THICKEST = 16
"""Slices thicker than this many of the finest elements are treated as if they were that thick: work stays bounded."""

Level = NDArray[np.int16] | NDArray[np.float32]
"""Of a smoothed mask whole numbers, which sum alike in any order; of distances the unit of the spacing."""

_Values = TypeVar("_Values", NDArray[np.int16], NDArray[np.float32])


def thick_axes(spacing: Sequence[float]) -> tuple[bool, ...]:
    """Per axis, whether it is that of slices."""
    return tuple(step > THICK * min(spacing) for step in spacing)


def margins(spacing: Sequence[float]) -> tuple[int, ...]:
    """Per axis, how many elements at each end of a mask `level` needs around those it answers for."""
    thick = thick_axes(spacing)
    reach = _reach(spacing)
    return tuple(1 if slices else 2 + (_steps(reach, step) if any(thick) else 0)
                 for slices, step in zip(thick, spacing, strict=True))  # fmt: skip


def level(mask: NDArray[np.bool_], spacing: Sequence[float]) -> Level:
    """The level of a mask, smaller than the mask by its `margins` at both ends of each axis.

    Args:
        mask: bool (*space), True inside.
        spacing: distance between neighbours along each axis, in any unit.
    """
    thick = thick_axes(spacing)
    found: Level = _from_slices(mask, spacing, thick) if any(thick) else _from_mask(mask)
    inner = tuple(slice(n, -n) for n in margins(spacing))
    return _restored(found, mask[inner])


def _from_mask(mask: NDArray[np.bool_]) -> NDArray[np.int16]:
    """The mask smoothed by [1, 4, 6, 4, 1] / 16 along each axis, times 16 per axis, less one half of it."""
    sums = mask.astype(np.int16)
    for axis in range(mask.ndim):
        sums = _smoothed(sums, axis)
    return sums - np.int16(16**mask.ndim // 2)


def _from_slices(mask: NDArray[np.bool_], spacing: Sequence[float], thick: Sequence[bool]) -> NDArray[np.float32]:
    """Distances to the outline within the slices, clipped, smoothed along their axes and slightly across slices."""
    reach = _reach(spacing)
    fine = [axis for axis in range(mask.ndim) if not thick[axis]]
    found = _signed_distance(mask, fine, spacing, reach)
    for axis in range(mask.ndim):
        if thick[axis]:
            found = _at(found, axis, 0, -2) + np.float32(6) * _at(found, axis, 1, -1) + _at(found, axis, 2, 0)
            found /= np.float32(8)
        else:
            # the distances are right but for the reach at the block's ends
            cut = _steps(reach, spacing[axis])
            found = _smoothed(_at(found, axis, cut, -cut), axis) / np.float32(16)
    return found


def _signed_distance(
    mask: NDArray[np.bool_], axes: Sequence[int], spacing: Sequence[float], reach: float
) -> NDArray[np.float32]:
    """Distance along `axes` to the nearest element of the other side, less half an element; above 0 inside.

    Exact up to the reach, which none exceeds: the least of the sums of squares, one axis after the other.
    """
    beyond = np.float32((2 * reach) ** 2)
    nearest = []
    for side in (mask, ~mask):
        squares = np.where(side, beyond, np.float32(0))
        for axis in axes:
            least = squares.copy()
            for step in range(1, _steps(reach, spacing[axis]) + 1):
                cost = np.float32((step * spacing[axis]) ** 2)
                ahead, behind = _at(least, axis, step, 0), _at(least, axis, 0, -step)
                np.minimum(ahead, _at(squares, axis, 0, -step) + cost, out=ahead)
                np.minimum(behind, _at(squares, axis, step, 0) + cost, out=behind)
            squares = least
        nearest.append(squares)
    half = np.float32(min(spacing) / 2)
    distance = np.minimum(np.sqrt(np.where(mask, *nearest)) - half, np.float32(reach))
    return np.where(mask, distance, -distance)


def _restored(found: Level, mask: NDArray[np.bool_]) -> Level:
    """The level with what smoothing took away put back.

    Where an element of a part, or of a gap, changed its side and no neighbour kept it, the part is thinner than the
    smoothing is wide. Its elements get the level's opposite, so that nothing that is in a mask is without a surface.
    """
    places = np.nonzero((found > 0) != mask)
    if not places[0].size:
        return found
    inside = mask[places]
    kept = np.zeros(inside.size, bool)
    for steps in product((-1, 0, 1), repeat=mask.ndim):
        near = tuple(np.clip(at + step, 0, n - 1) for at, step, n in zip(places, steps, mask.shape, strict=True))
        kept |= (mask[near] == inside) & ((found[near] > 0) == inside)
    lost = tuple(at[~kept] for at in places)
    size = np.maximum(np.abs(found[lost]), found.dtype.type(1 if found.dtype == np.int16 else 1e-3))
    restored = found.copy()
    restored[lost] = np.where(inside[~kept], size, -size)
    return restored


def _smoothed(values: _Values, axis: int) -> _Values:
    """Sums with the weights [1, 4, 6, 4, 1] along an axis, where all five are there."""
    for _ in range(4):
        values = _at(values, axis, 1, 0) + _at(values, axis, 0, -1)
    return values


def _at(values: _Values, axis: int, start: int, stop: int) -> _Values:
    """A view without the first `start` and the last `-stop` elements of an axis."""
    return values[(slice(None),) * axis + (slice(start, stop or None),)]


def _reach(spacing: Sequence[float]) -> float:
    return REACH * min(max(spacing), THICKEST * min(spacing))


def _steps(reach: float, step: float) -> int:
    """Elements of an axis within the reach."""
    return math.ceil(reach / step)
