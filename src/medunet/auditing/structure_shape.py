"""How each structure of a mask lies and is drawn: place, extent, stray pieces, holes, compactness."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage, spatial

from medunet.images import LabelMap


@dataclass(frozen=True, slots=True)
class StructureShape:
    """A structure that is drawn in a mask; lengths are shares of the film along each axis.

    Attributes:
        name: as the scheme calls it.
        centre: the mean place of its pixels.
        low, high: where its pixels begin and end.
        pieces: connected pieces, over edges and corners.
        stray: share of its pixels outside the largest piece, 0 to 1.
        holes: pixels that it encloses and leaves out, over its own; 0 for a volume.
        solidity: its pixels over those of its convex hull, 0 to 1; None for a volume.
    """

    name: str
    centre: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    pieces: int
    stray: float
    holes: float
    solidity: float | None


def structure_shapes(labels: LabelMap) -> tuple[StructureShape, ...]:
    """The shape of each structure that a label map holds, in the order of its scheme.

    Args:
        labels: (row, column) or (x, y, z) labels.
    """
    boxes = ndimage.find_objects(labels.array.astype(np.int32, copy=False), max(labels.scheme.values))
    return tuple(
        _shape(name, labels.array[box] == value, box, labels.grid.shape)
        for name, value in labels.scheme.structures
        if (box := boxes[value - 1]) is not None
    )


def _shape(name: str, inside: NDArray[np.bool_], box: tuple[slice, ...], size: tuple[int, ...]) -> StructureShape:
    """The shape of one structure, from the part of the mask within its box."""
    area = int(np.count_nonzero(inside))
    parts, pieces = ndimage.label(inside, np.ones((3,) * inside.ndim, dtype=bool))
    largest = int(np.bincount(parts.ravel())[1:].max())
    flat = inside.ndim == 2
    filled = int(np.count_nonzero(ndimage.binary_fill_holes(inside))) if flat else area
    mean = [float(np.average(np.arange(n), weights=_profile(inside, axis))) for axis, n in enumerate(inside.shape)]
    return StructureShape(
        name,
        tuple(round((cut.start + own + 0.5) / n, 5) for cut, own, n in zip(box, mean, size, strict=True)),
        tuple(round(cut.start / n, 5) for cut, n in zip(box, size, strict=True)),
        tuple(round(cut.stop / n, 5) for cut, n in zip(box, size, strict=True)),
        pieces,
        round(1 - largest / area, 5),
        round((filled - area) / area, 5),
        round(area / _hull(inside), 5) if flat else None,
    )


def _profile(inside: NDArray[np.bool_], axis: int) -> NDArray[np.int64]:
    """Pixels at each place along an axis."""
    others = tuple(other for other in range(inside.ndim) if other != axis)
    return np.asarray(inside.sum(axis=others), dtype=np.int64)


def _hull(inside: NDArray[np.bool_]) -> float:
    """Pixels of the convex hull of a structure (row, column), its pixels' corners included."""
    rows = np.flatnonzero(inside.any(axis=1))
    first = inside[rows].argmax(axis=1)
    last = inside.shape[1] - inside[rows, ::-1].argmax(axis=1)
    corners = np.concatenate([np.stack([rows + d, side], axis=1) for d in (0, 1) for side in (first, last)])
    return float(spatial.ConvexHull(corners).volume)  # in two dimensions this is the area
