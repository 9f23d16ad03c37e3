"""Lettering: the lead letters of a film, drawn as strokes."""

from __future__ import annotations

import numpy as np

from medunet.phantoms.curves import resampled
from medunet.phantoms.plane import Floats

# Strokes of each letter in a box 0 to 1 wide and 0 (top) to 1 (bottom) high.
_STROKES: dict[str, tuple[tuple[tuple[float, float], ...], ...]] = {
    "A": (((0, 1), (0.5, 0), (1, 1)), ((0.2, 0.62), (0.8, 0.62))),
    "B": (((0, 0), (0, 1), (0.75, 1), (1, 0.75), (0.75, 0.5), (0, 0.5)), ((0.7, 0.5), (0.9, 0.25), (0.7, 0), (0, 0))),
    "E": (((1, 0), (0, 0), (0, 1), (1, 1)), ((0, 0.5), (0.8, 0.5))),
    "L": (((0, 0), (0, 1), (1, 1)),),
    "O": (((0.5, 0), (0, 0.25), (0, 0.75), (0.5, 1), (1, 0.75), (1, 0.25), (0.5, 0)),),
    "P": (((0, 1), (0, 0), (0.8, 0), (1, 0.25), (0.8, 0.5), (0, 0.5)),),
    "R": (((0, 1), (0, 0), (0.8, 0), (1, 0.25), (0.8, 0.5), (0, 0.5)), ((0.45, 0.5), (1, 1))),
    "T": (((0, 0), (1, 0)), ((0.5, 0), (0.5, 1))),
    "U": (((0, 0), (0, 0.8), (0.3, 1), (0.7, 1), (1, 0.8), (1, 0)),),
}


def word_points(word: str, height: float, spacing: float) -> Floats:
    """Points along the strokes of a word.

    Args:
        word: capital letters out of ABELOPRTU.
        height: of a letter, in any unit of length.
        spacing: between points, in the same unit.

    Returns:
        (n, 2) points (x, y), the word's upper left corner at (0, 0).
    """
    points = []
    for place, letter in enumerate(word):
        for stroke in _STROKES[letter]:
            corners = np.array(stroke, dtype=np.float64) * np.array([0.62, 1.0]) + np.array([0.92 * place, 0.0])
            points.append(resampled(corners * height, spacing))
    return np.concatenate(points)
