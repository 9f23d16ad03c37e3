"""The body's midline on a frontal film, and lengths on either side of a straight line.

The midline of the spine is not in the label map; it is inferred from the two lungs. Its direction is the middle one
(the median) of three signs, because each has its own way of going wrong:

1. the mid-points between the outer lung borders, row by row (a robust line, after Theil 1950 and Sen 1968); on a chest
   about as wide as it is high it sees only about half of a tilt, and high or low diaphragms pull at it;
2. the bisector of the two lungs' long axes; a large heart turns the left lung's axis;
3. the line that rests on both apices, which is square to the body; a white apex moves it.

On 193 hand-drawn films the median scatters less (2.3 degrees) than each sign alone.
Its place is the median of the mid-points between the outer lung borders.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medunet.measuring.outline import Outline, middle

Spacing = tuple[float, float]
"""Length of a pixel along the row axis and along the column axis, mm or px."""

_MOST_ROWS = 256  # the robust slope compares all pairs of rows; more rows than this add work and no accuracy


@dataclass(frozen=True, slots=True)
class Midline:
    """A straight line from top to bottom of a film: column = column + slope x row.

    Attributes:
        column: where the line meets row 0, in pixels; pixel (r, c) has its centre at (r, c).
        slope: columns per row; 0 is vertical, above 0 the lower end lies further right in the picture.
    """

    column: float
    slope: float = 0.0

    def column_at(self, row: float) -> float:
        """The line's column at a row, pixels."""
        return self.column + self.slope * row

    def degrees(self, spacing: Spacing) -> float:
        """The line's angle against the picture's vertical; above 0 the lower end lies further right."""
        return math.degrees(math.atan(self.slope * spacing[1] / spacing[0]))

    def at_distance(self, point: tuple[float, float], distance: float, spacing: Spacing) -> tuple[float, float]:
        """The point at a signed distance from the line, on the perpendicular to it through `point`.

        Args:
            point: (row, column), pixels.
            distance: mm or px as `spacing`; below 0 on the picture's left.
            spacing: length of a pixel along both axes.
        """
        tangent = self.slope * spacing[1] / spacing[0]
        norm = math.hypot(1.0, tangent)
        now = (point[1] - self.column_at(point[0])) * spacing[1] / norm
        step = (distance - now) / norm
        return point[0] - step * tangent / spacing[0], point[1] + step / spacing[1]


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a structure reaches on both sides of a line, edge of pixel to edge of pixel.

    Attributes:
        low: signed distance of the border furthest to the picture's left (the patient's right); mm or px.
        high: signed distance of the border furthest to the picture's right.
        low_at: (row, column) of the border pixel there.
        high_at: (row, column) of the border pixel there.
    """

    low: float
    high: float
    low_at: tuple[int, int]
    high_at: tuple[int, int]

    @property
    def width(self) -> float:
        """Whole width square to the line, mm or px."""
        return self.high - self.low


def reach(outline: Outline, line: Midline, spacing: Spacing) -> Reach:
    """The reach of a structure to both sides of a line, square to the line.

    Args:
        outline: the structure's borders, pixels.
        line: where distances begin.
        spacing: length of a pixel along both axes; distances come in its unit.
    """
    tangent = line.slope * spacing[1] / spacing[0]
    norm = math.hypot(1.0, tangent)
    # A pixel is a rectangle: its outermost corner, not its centre, is the structure's edge.
    half = (spacing[1] + abs(tangent) * spacing[0]) / 2
    axis = line.column + line.slope * outline.rows
    left, right = (outline.first - axis) * spacing[1], (outline.last - axis) * spacing[1]
    low, high = middle(np.flatnonzero(left == left.min())), middle(np.flatnonzero(right == right.max()))
    return Reach(
        float(left[low] - half) / norm,
        float(right[high] + half) / norm,
        (int(outline.rows[low]), int(outline.first[low])),
        (int(outline.rows[high]), int(outline.last[high])),
    )


def body_midline(left: NDArray[np.bool_], right: NDArray[np.bool_], spacing: Spacing) -> Midline:
    """The body's midline, inferred from both lungs (see the top of this module).

    Args:
        left: bool (row, column), the lung on the picture's left; not empty.
        right: bool (row, column), the lung on the picture's right; not empty.
        spacing: length of a pixel along both axes.
    """
    one, other = Outline.of(left), Outline.of(right)
    rows, at, with_ = np.intersect1d(one.rows, other.rows, return_indices=True)
    centres = (one.first[at] + other.last[with_]) / 2
    signs = [
        (_long_axis(left, spacing) + _long_axis(right, spacing)) / 2,
        _square_to_apices(one, other, spacing),
    ]
    if rows.size > 1:
        signs.append(math.atan(_robust_slope(rows, centres) * spacing[1] / spacing[0]))
    slope = math.tan(float(np.median(signs))) * spacing[0] / spacing[1]
    if rows.size == 0:
        row = (one.rows.mean() + other.rows.mean()) / 2
        return Midline(float((one.first.min() + other.last.max()) / 2 - slope * row), slope)
    return Midline(float(np.median(centres - slope * rows)), slope)


def _long_axis(mask: NDArray[np.bool_], spacing: Spacing) -> float:
    """Angle (radians, -pi/2 to pi/2) of a lung's long axis against the vertical, from its second moments."""
    rows, columns = np.nonzero(mask)
    y, x = (rows - rows.mean()) * spacing[0], (columns - columns.mean()) * spacing[1]
    return 0.5 * math.atan2(2 * float((x * y).mean()), float((y * y).mean() - (x * x).mean()))


def _square_to_apices(left: Outline, right: Outline, spacing: Spacing) -> float:
    """Angle (radians) against the vertical of the direction square to the line that rests on both lungs."""
    one, other = left.points * spacing, right.points * spacing
    angle = 0.0
    for _ in range(10):  # settles in two or three rounds; ten is the limit, not the plan
        up = np.array([math.cos(angle), math.sin(angle)])
        across = other[np.argmin(other @ up)] - one[np.argmin(one @ up)]
        before, angle = angle, -math.atan2(across[0], across[1])
        if angle == before or abs(angle) > math.pi / 4:
            break
    return angle


def _robust_slope(rows: NDArray[np.int64], columns: NDArray[np.float64]) -> float:
    """Median of the slopes (columns per row) between all pairs of points; rows must differ."""
    keep = np.unique(np.linspace(0, rows.size - 1, min(rows.size, _MOST_ROWS)).astype(int))
    rows, columns = rows[keep], columns[keep]
    i, j = np.triu_indices(rows.size, 1)
    return float(np.median((columns[j] - columns[i]) / (rows[j] - rows[i])))
