"""A film as it should not come: turned, mirrored, cut to a part, taken to pieces.

Made from real films, so that a check does not learn to tell drawn from real. `WRONG` lists the kinds with what a
picture of that kind looks like, in the words of a reason.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from medunet.phantoms.plane import Floats

LEFT, RIGHT = "turned by 90 degrees to the left", "turned by 90 degrees to the right"
UPSIDE_DOWN, MIRRORED, PART, UNLIKE = "upside down", "mirrored", "only a part of a film", "unlike any training film"
LOOKS = (LEFT, RIGHT, UPSIDE_DOWN, MIRRORED, PART, UNLIKE)
"""What a picture that is not as it should be can look like."""

Change = Callable[[Floats, np.random.Generator], Floats]


def _corner(film: Floats, rng: np.random.Generator) -> Floats:
    rows, columns = film.shape
    tall, wide = (max(2, int(side * rng.uniform(0.25, 0.5))) for side in film.shape)
    top, left = int(rng.choice([0, rows - tall])), int(rng.choice([0, columns - wide]))
    return film[top : top + tall, left : left + wide]


def _patch(film: Floats, rng: np.random.Generator) -> Floats:
    tall, wide = (max(2, int(side * rng.uniform(0.1, 0.35))) for side in film.shape)
    top, left = int(rng.integers(film.shape[0] - tall + 1)), int(rng.integers(film.shape[1] - wide + 1))
    return film[top : top + tall, left : left + wide]


def _strip(film: Floats, rng: np.random.Generator) -> Floats:
    wide = film if rng.random() < 0.5 else film.T
    tall = max(2, int(wide.shape[0] * rng.uniform(0.12, 0.4)))
    top = int(rng.integers(wide.shape[0] - tall + 1))
    cut = wide[top : top + tall]
    return cut if wide is film else cut.T


def _half(film: Floats, rng: np.random.Generator) -> Floats:
    """One half, at times drawn out to the width of the whole: one lung before a spine, as from the side."""
    middle = film.shape[1] // 2
    half = film[:, :middle] if rng.random() < 0.5 else film[:, middle:]
    half = np.repeat(half, 2, axis=1) if rng.random() < 0.6 else half
    return half[:, ::-1] if rng.random() < 0.5 else half


def _twice(film: Floats, rng: np.random.Generator) -> Floats:
    """The same half twice, face to face."""
    middle = film.shape[1] // 2
    half = film[:, :middle] if rng.random() < 0.5 else film[:, middle:]
    pair = (half[:, ::-1], half) if rng.random() < 0.5 else (half, half[:, ::-1])
    return np.concatenate(pair, axis=1)


def _pieces(film: Floats, rng: np.random.Generator) -> Floats:
    """Squares in any order."""
    count = int(rng.choice([2, 3, 4, 8]))
    tall, wide = (max(1, side // count) for side in film.shape)
    places = [(row * tall, column * wide) for row in range(count) for column in range(count)]
    squares = [film[top : top + tall, left : left + wide] for top, left in places]
    squares = [squares[place] for place in rng.permutation(len(squares))]
    return np.block([squares[row * count : (row + 1) * count] for row in range(count)])


WRONG: dict[str, tuple[str, Change]] = {
    "left": (LEFT, lambda film, rng: np.rot90(film, 1)),
    "right": (RIGHT, lambda film, rng: np.rot90(film, -1)),
    "half turn": (UPSIDE_DOWN, lambda film, rng: np.rot90(film, 2)),
    "mirror": (MIRRORED, lambda film, rng: film[:, ::-1]),
    "left and mirror": (LEFT, lambda film, rng: np.rot90(film, 1)[::-1]),
    "right and mirror": (RIGHT, lambda film, rng: np.rot90(film, -1)[::-1]),
    "half turn and mirror": (UPSIDE_DOWN, lambda film, rng: film[::-1]),
    "corner": (PART, _corner),
    "patch": (PART, _patch),
    "strip": (PART, _strip),
    "half": (PART, _half),
    "twice": (UNLIKE, _twice),
    "pieces": (UNLIKE, _pieces),
}
"""Kind → what it looks like, and how it is made of a film (rows, columns)."""
