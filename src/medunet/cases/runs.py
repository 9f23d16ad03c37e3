"""Runs: masks written as text, as CheXmask has them: run-lengths, or the points of an outline."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from medunet.errors import InputError

LANDMARKS: Mapping[str, tuple[int, int]] = {"right lung": (0, 44), "left lung": (44, 94), "heart": (94, 120)}
"""Structure → [first, end) of its points among the 120 landmarks of CheXmask."""

_REMEDY = "Take the row out, or get the table again"
_NUMBERS = re.compile(r"\s*+(?:-?\d{1,18}+(?:\s++|$))*+")
"""Whole numbers, looked at together: word by word takes longer than all else of a mask."""
_SLACK = 0.05  # share of the grid's size by which a reader may have dragged a point beyond the film's edge


def mask_of_runs(text: str, shape: tuple[int, int], where: str, what: str) -> NDArray[np.bool_]:
    """The mask (row, column) that run-length text describes.

    Args:
        text: pairs ``start length`` of whole numbers; starts are counted from 1 on the mask flattened row by row.
        shape: rows and columns.
        where: file and row, for messages.
        what: the structure, for messages.

    Raises:
        InputError: no whole numbers, an odd count of them, a start or length below 1, runs that overlap or are not in
            order, or one that ends beyond the grid.
    """
    words = text.split()
    if not _NUMBERS.fullmatch(text):
        word = next(word for word in words if not _NUMBERS.fullmatch(word))
        raise _fault(where, what, f"holds {word[:20]!r}, which is no whole number")
    if len(words) % 2:
        raise _fault(where, what, f"has {len(words)} numbers, which is odd: a start has no length")
    starts, lengths = np.array(words, dtype=np.int64).reshape(-1, 2).T
    for name, values in (("start", starts), ("length", lengths)):
        if len(values) and values.min() < 1:
            raise _fault(where, what, f"has the {name} {values.min()}; the least is 1")
    ends = starts - 1 + lengths
    if (late := np.flatnonzero(starts[1:] - 1 < ends[:-1])).size:
        what_is = "overlap" if starts[late[0] + 1] >= starts[late[0]] else "are not in order"
        raise _fault(where, what, f"has runs that {what_is}, at the start {starts[late[0] + 1]}")
    size = shape[0] * shape[1]
    if len(ends) and ends[-1] > size:
        raise _fault(where, what, f"ends at {ends[-1]:,}, beyond the {size:,} pixels of {shape[0]} × {shape[1]}")
    steps = np.zeros(size + 1, dtype=np.int8)
    np.add.at(steps, starts - 1, 1)
    np.add.at(steps, ends, -1)
    return np.cumsum(steps[:-1], dtype=np.int8).reshape(shape).astype(np.bool_)


def points_of(text: str, where: str) -> NDArray[np.float64]:
    """The 120 landmarks (point, x and y) in pixels, from text with or without brackets.

    Raises:
        InputError: no 120 pairs of finite numbers.
    """
    words = re.sub(r"[\[\](),;]", " ", text).split()
    try:
        values = np.array([float(word) for word in words])
    except ValueError as error:
        raise _fault(where, "Landmarks", "holds what is no number") from error
    wanted = 2 * LANDMARKS["heart"][1]
    if len(values) != wanted or not np.isfinite(values).all():
        raise _fault(where, "Landmarks", f"has {len(values)} numbers where {wanted} finite ones are expected")
    return values.reshape(-1, 2)


def mask_of_points(points: NDArray[np.float64], shape: tuple[int, int], where: str, what: str) -> NDArray[np.bool_]:
    """The mask (row, column) inside a closed outline, its line included.

    Args:
        points: (point, x and y) in pixels, one after the other around the structure; (0, 0) is the centre of the
            first pixel.
        shape: rows and columns.
        where: file and row, for messages.
        what: the structure, for messages.

    Raises:
        InputError: a point lies further beyond the film than a reader's hand explains.
    """
    from PIL import Image, ImageDraw

    size = np.array([shape[1], shape[0]])
    if (points < -_SLACK * size).any() or (points > (1 + _SLACK) * size).any():
        raise _fault(where, what, f"has landmarks beyond the {shape[0]} × {shape[1]} pixels of its film")
    picture = Image.new("1", (shape[1], shape[0]))
    outline: Sequence[tuple[float, float]] = [(float(x), float(y)) for x, y in np.rint(points)]
    ImageDraw.Draw(picture).polygon(outline, fill=1, outline=1)
    return np.asarray(picture, dtype=np.bool_)


def _fault(where: str, what: str, fault: str) -> InputError:
    """The fault of one cell."""
    return InputError(where, f"{what} {fault}", _REMEDY)
