"""Outlines of masks as smooth closed lines, for pictures in pixels and in vectors alike."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Line = NDArray[np.float64]
"""(n, 2) points along a line. A closed line repeats its first point at the end."""

_SHORTEST_SMOOTHED = 12
"""Rings of fewer points (a few pixels across) stay as they are: smoothing would shrink a speck out of sight."""

_KERNEL = ((-2, 1 / 16), (-1, 4 / 16), (0, 6 / 16), (1, 4 / 16), (2, 1 / 16))


def outlines(mask: NDArray[np.bool_]) -> list[Line]:
    """Every border of a mask, outer ones and holes.

    Args:
        mask: bool (row, column).

    Returns:
        Closed lines of (row, column) in pixels of the mask, 0 at the centre of the first pixel. A border runs along
        the pixels' edges; the steps between them are evened out along the line, by a quarter of a pixel at most
        where the border is straight.
    """
    # contourpy does marching squares for matplotlib; alone it loads in a few milliseconds.
    from contourpy import LineType, contour_generator

    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if rows.size == 0:
        return []
    # A rim of zeros closes the line of a structure that touches the edge of the film.
    inside = np.pad(mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].astype(np.float32), 1)
    generator = contour_generator(z=inside, name="serial", line_type=LineType.Separate)
    offset = np.array([rows[0] - 1, columns[0] - 1], dtype=np.float64)
    found: Any = generator.lines(0.5)
    return [_smoothed(np.asarray(line, dtype=np.float64)[:, ::-1] + offset) for line in found]


def simplified(line: Line, tolerance: float) -> Line:
    """The line with fewer points, none of the dropped ones further than `tolerance` away (Douglas and Peucker 1973)."""
    keep = np.zeros(len(line), dtype=bool)
    keep[[0, -1]] = True
    spans = [(0, len(line) - 1)]
    while spans:
        first, last = spans.pop()
        if last - first < 2:
            continue
        distance = _distances(line[first + 1 : last], line[first], line[last])
        furthest = int(np.argmax(distance))
        if distance[furthest] > tolerance:
            middle = first + 1 + furthest
            keep[middle] = True
            spans += [(first, middle), (middle, last)]
    return line[keep]


def dashes(line: Line, on: float, off: float) -> list[Line]:
    """The line cut into dashes of length `on` with gaps of length `off`, in the unit of its points."""
    steps = np.hypot(*np.diff(line, axis=0).T)
    along = np.concatenate([[0.0], np.cumsum(steps)])
    starts = np.arange(0.0, along[-1], on + off)
    pieces = []
    for start, end in zip(starts, np.minimum(starts + on, along[-1]), strict=True):
        inner = along[(along > start) & (along < end)]
        at = np.concatenate([[start], inner, [end]])
        pieces.append(np.stack([np.interp(at, along, line[:, axis]) for axis in (0, 1)], axis=1))
    return pieces


def _smoothed(ring: Line) -> Line:
    """A closed line with its pixel steps evened out; short ones unchanged."""
    points = ring[:-1]
    if len(points) < _SHORTEST_SMOOTHED:
        return ring
    for _ in range(2):
        points = np.sum([weight * np.roll(points, shift, axis=0) for shift, weight in _KERNEL], axis=0)
    return np.concatenate([points, points[:1]])


def _distances(points: Line, start: Line, end: Line) -> NDArray[np.float64]:
    """(n,) distances of points from the segment between `start` and `end`, each (2,)."""
    way = end - start
    length = float(way @ way)
    share = np.clip((points - start) @ way / length, 0, 1) if length else np.zeros(len(points))
    return np.asarray(np.hypot(*(points - start - share[:, None] * way).T))
