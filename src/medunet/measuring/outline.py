"""Outline: the outer borders of a mask, row by row; all that lengths across a chest need of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Outline:
    """First and last column of a mask on every row that it reaches.

    Attributes:
        rows: (n,) row numbers, rising, n >= 1.
        first: (n,) lowest column of the mask on that row, pixels.
        last: (n,) highest column of the mask on that row, pixels; a mask of one pixel has first == last.
    """

    rows: NDArray[np.int64]
    first: NDArray[np.int64]
    last: NDArray[np.int64]

    @classmethod
    def of(cls, mask: NDArray[np.bool_]) -> Outline:
        """The outline of a mask that is not empty.

        Args:
            mask: bool (row, column).
        """
        rows = np.flatnonzero(mask.any(axis=1))
        if rows.size == 0:
            raise ValueError("an empty mask has no outline")
        band = mask[rows]
        return cls(rows, band.argmax(axis=1), mask.shape[1] - 1 - band[:, ::-1].argmax(axis=1))

    @property
    def widest(self) -> int:
        """Index into `rows` of the row with the largest distance from first to last; the middle one of equals."""
        width = self.last - self.first
        return middle(np.flatnonzero(width == width.max()))

    @property
    def points(self) -> NDArray[np.int64]:
        """(2 n, 2) the border pixels as (row, column): every extreme of the mask in any direction is among them."""
        return np.concatenate(
            [np.stack([self.rows, self.first], axis=1), np.stack([self.rows, self.last], axis=1)], axis=0
        )


def middle(indices: NDArray[np.int64]) -> int:
    """The middle one of some indices, so that a caliper on a straight border lies at half its height."""
    return int(indices[len(indices) // 2])
