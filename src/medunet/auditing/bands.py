"""Bands: what the collimator, a scanner's frame or padding leave at the edges of a picture.

Flat black or white lines at an edge are a band. So is a black strip that ends on a straight line, also a tilted one,
and a white strip whose end shows as a step along a straight line through the whole picture: dense tissue is white as
well, but does not end on a line.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from medunet.auditing.look import THUMB

Grey = NDArray[np.float32]

_FLAT = 6.0  # grey steps of 255 within which a flat line varies
_EDGE = 12.0  # grey steps from black or white
_NEARLY = 14.0  # grey steps from a strip's own grey within which it goes on
_DARK, _BRIGHT = 30.0, 200.0  # what a black and a white strip have at most and at least
_STRAIGHT = 0.8  # share of columns on which a black strip ends on its line
_STEP_SHARE, _STEP, _MEAN_STEP = 0.98, 4.0, 22.0  # of a white strip's end: share of columns, step each, step on average
_LEAST = 0.02  # a strip's depth in shares of the picture
_REACH = THUMB // 3
_TILT = 0.2


def bands(thumb: NDArray[np.uint8]) -> tuple[float, float]:
    """Shares (0 to 1) of a thumbnail (row, column) that lie in black and in white bands at its edges."""
    grey = thumb.astype(np.float32)
    black = sum(_black_strip(side) for side in _sides(grey))
    white = sum(_white_strip(side) for side in _sides(grey))
    return max(_flat_lines(grey), min(black, 1.0)), max(_flat_lines(255 - grey), min(white, 1.0))


def _sides(grey: Grey) -> tuple[Grey, Grey, Grey, Grey]:
    """The picture (row, column), turned so that each edge in turn is its first row."""
    return grey, grey[::-1], grey.T, grey.T[::-1]


def _flat_lines(dark: Grey) -> float:
    """Share of a picture (row, column), 0 black, in lines at its edges that are black from end to end."""
    size = dark.shape[0]
    cut = []
    for lines in _sides(dark):
        low, high = np.percentile(lines, (5, 95), axis=1)
        flat = (high < _EDGE) & (high - low < _FLAT)
        cut.append(int(np.argmin(flat)) if not flat.all() else size)
    top, bottom, left, right = cut
    inner = max(0, size - top - bottom) * max(0, size - left - right)
    return 1 - float(inner) / float(size * size)


def _black_strip(side: Grey) -> float:
    """Depth (0 to 1) of a black strip along the first row that ends on a straight line; 0 for none."""
    size = len(side)
    own = float(np.median(side[:2]))
    beyond = np.abs(side - own) > _NEARLY
    depth = np.where(beyond.any(axis=0), beyond.argmax(axis=0), size).astype(np.float64)
    if own >= _DARK or np.median(depth) < 1:
        return 0.0
    columns, third = np.arange(size), size // 3
    slope = float(np.median(depth[-third:]) - np.median(depth[:third])) / (size - third)
    middle = float(np.median(depth - slope * (columns - (size - 1) / 2)))
    line = middle + slope * (columns - (size - 1) / 2)
    past = np.clip(np.rint(line), 0, size - 3).astype(int) + 2
    straight = np.mean(np.abs(depth - line) <= 1.5) >= _STRAIGHT
    ends = np.mean(np.abs(side[past, columns] - own) > 2 * _NEARLY) >= 0.7
    share = middle / size
    return share if straight and ends and _LEAST <= share < 0.5 else 0.0


def _white_strip(side: Grey) -> float:
    """Depth (0 to 1) of the white strip along the first row with the sharpest straight end; 0 for none."""
    lines = _lines()
    columns = np.arange(THUMB)
    fall = -np.diff(side[: _REACH + 3], axis=0)
    near = np.maximum(np.maximum(fall[:-2], fall[1:-1]), fall[2:])  # the line may lie a pixel off
    steps = near[lines - 1, columns]
    good = (np.mean(steps > _STEP, axis=1) >= _STEP_SHARE) & (np.minimum(steps, 60).mean(axis=1) >= _MEAN_STEP)
    if not good.any():
        return 0.0
    running = np.cumsum(side[: _REACH + 3], axis=0) / np.arange(1, _REACH + 4)[:, None]
    outside = np.median(running[lines[good] - 1, columns], axis=1)
    sharp = np.where(outside >= _BRIGHT, np.minimum(steps[good], 60).mean(axis=1), 0.0)
    if not sharp.any():
        return 0.0
    depth = float(lines[good][int(sharp.argmax())].mean() + 1) / THUMB
    return depth if depth >= _LEAST else 0.0


@cache
def _lines() -> NDArray[np.int64]:
    """(lines, `THUMB`): the row of each straight line at each column, for all ends within reach and little tilt."""
    one, other = (ends.ravel() for ends in np.meshgrid(np.arange(1, _REACH), np.arange(1, _REACH), indexing="ij"))
    little = np.abs(one - other) <= _TILT * THUMB
    across = np.linspace(0, 1, THUMB)
    return np.rint(one[little, None] * (1 - across) + other[little, None] * across).astype(np.int64)
