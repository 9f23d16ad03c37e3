"""Plane: a grid of points in millimetres on which thickness is painted, and outlines are filled.

Positions are (x, y) in mm: x runs to the picture's right (the patient's left), y runs down.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
"""Shorthand of this layer: an array of float64; its shape and unit are said where it is used."""


@dataclass(frozen=True)
class Plane:
    """A regular grid in mm.

    Attributes:
        left, top: position of the centre of element (0, 0), mm.
        step: mm between neighbours, the same along both axes.
        shape: (rows, columns).
    """

    left: float
    top: float
    step: float
    shape: tuple[int, int]

    @property
    def x(self) -> Floats:
        """(1, columns), mm: the columns' positions, ready to broadcast."""
        return self.left + self.step * np.arange(self.shape[1], dtype=np.float64)[None, :]

    @property
    def y(self) -> Floats:
        """(rows, 1), mm: the rows' positions, ready to broadcast."""
        return self.top + self.step * np.arange(self.shape[0], dtype=np.float64)[:, None]

    def deposit(self, points: Floats, volume: Floats) -> Floats:
        """Thickness that small drops of matter make, shared among the four nearest elements.

        Args:
            points: (n, 2) positions (x, y) in mm; those off the plane are lost.
            volume: (n,) mm³ of each drop.

        Returns:
            (rows, columns) thickness in mm.
        """
        rows, columns = self.shape
        u = (points[:, 0] - self.left) / self.step
        v = (points[:, 1] - self.top) / self.step
        inside = (u >= 0) & (v >= 0) & (u < columns - 1) & (v < rows - 1)
        u, v, drop = u[inside], v[inside], volume[inside] / self.step**2
        column, row = u.astype(np.int64), v.astype(np.int64)
        right, down = u - column, v - row
        at = row * columns + column
        lower = drop * down
        upper = drop - lower
        lower_right, upper_right = lower * right, upper * right
        elements = np.concatenate([at, at + 1, at + columns, at + columns + 1])
        shares = np.concatenate([upper - upper_right, upper_right, lower - lower_right, lower_right])
        total: Floats = np.bincount(elements, weights=shares, minlength=rows * columns).astype(np.float64)
        return total.reshape(self.shape)

    def fill(self, outline: Floats) -> NDArray[np.bool_]:
        """Which elements' centres lie inside a closed outline (even-odd rule, exact).

        Args:
            outline: (n, 2) corners (x, y) in mm, in order; the last joins the first.

        Returns:
            (rows, columns) bool.
        """
        rows, columns = self.shape
        u = (outline[:, 0] - self.left) / self.step
        v = (outline[:, 1] - self.top) / self.step
        u_next, v_next = np.roll(u, -1), np.roll(v, -1)
        row = np.arange(rows, dtype=np.float64)[:, None]
        crosses = (v <= row) != (v_next <= row)
        rows_hit, edges = np.nonzero(crosses)
        along = (rows_hit - v[edges]) / (v_next[edges] - v[edges])
        crossing = u[edges] + along * (u_next[edges] - u[edges])
        first = np.clip(np.ceil(crossing), 0, columns).astype(np.int64)
        toggles = np.bincount(rows_hit * (columns + 1) + first, minlength=rows * (columns + 1))
        inside: NDArray[np.bool_] = toggles.reshape(rows, columns + 1)[:, :columns].cumsum(axis=1) % 2 == 1
        return inside
