"""Thin, smooth lines in pixel pictures, each with a dark edge so that it shows on black and on white."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import PIL.Image
import PIL.ImageDraw

from medunet.reports.outlines import Line

_FINER = 3
"""Pillow draws lines without smooth edges: they are drawn this much finer and then reduced."""

_EDGE = (12, 14, 17)
_EDGE_STRENGTH = 0.45


def stroke(picture: PIL.Image.Image, lines: Sequence[Line], colour: str, width: float) -> None:
    """Draws lines into an RGB picture.

    Args:
        picture: mode RGB; changed in place.
        lines: (n, 2) x, y in picture pixels; 0, 0 is the picture's upper left corner.
        colour: `#rrggbb`.
        width: of the line in picture pixels; the dark edge adds as much again.
    """
    kept = [line for line in lines if len(line) > 1]
    if not kept:
        return
    points = np.concatenate(kept)
    margin = 2 * width + 1
    low = np.maximum(np.floor(points.min(axis=0) - margin), 0).astype(int)
    high = np.minimum(np.ceil(points.max(axis=0) + margin), picture.size).astype(int)
    if (high <= low).any():
        return
    corner, size = (int(low[0]), int(low[1])), (int(high[0] - low[0]), int(high[1] - low[1]))
    fine = [[(float(x), float(y)) for x, y in (line - low) * _FINER] for line in kept]
    edge = _coverage(fine, 2 * width, size).point([round(_EDGE_STRENGTH * value) for value in range(256)])
    picture.paste(_EDGE, corner, edge)
    picture.paste(colour, corner, _coverage(fine, width, size))


def ticks(start: tuple[float, float], end: tuple[float, float], length: float) -> list[Line]:
    """Short lines of `length` across both ends of a line; points are x, y in picture pixels."""
    way = np.subtract(end, start)
    reach = math.hypot(*way)
    if reach == 0:
        return []
    across = np.array([-way[1], way[0]]) / reach * length / 2
    return [np.stack([np.asarray(point) - across, np.asarray(point) + across]) for point in (start, end)]


def _coverage(lines: Sequence[Sequence[tuple[float, float]]], width: float, size: tuple[int, int]) -> PIL.Image.Image:
    """How much of each pixel the lines cover (mode L, `size`); the lines' points are `_FINER` times finer."""
    fine = PIL.Image.new("L", (size[0] * _FINER, size[1] * _FINER))
    pen = PIL.ImageDraw.Draw(fine)
    for line in lines:
        pen.line(line, fill=255, width=max(1, round(width * _FINER)), joint="curve")
    return fine.reduce(_FINER)
