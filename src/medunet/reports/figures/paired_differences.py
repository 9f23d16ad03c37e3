"""Differences of two runs: a point for each subject, the mean with its interval, zero where they would be the same."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import fill
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from medunet.reports.figures.style import INK, MARK, MUTED, RULE, new_figure, nothing_to_show, styled
from medunet.reports.palette import colours_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_ALL_UP_TO = 400
"""Subjects that are drawn one by one; of more, the middle as a box and the outermost of them."""

_OUTERMOST = 40


@dataclass(frozen=True, eq=False)
class DifferenceRow:
    """One row of the figure.

    Attributes:
        name: what was compared.
        structure: gives the colour; "all" has none of its own.
        differences: (n,) of subjects.
        mean, low, high: mean difference with its interval, None where there is none.
        words: beside the row.
    """

    name: str
    structure: str
    differences: NDArray[np.float64]
    mean: float | None
    low: float | None
    high: float | None
    words: str


@styled
def paired_differences(rows: Sequence[DifferenceRow], label: str, *, narrow: bool = False) -> Figure:
    """A row for each comparison.

    Args:
        rows: of one metric and unit.
        label: below the axis: what a difference is, and which side is better.
        narrow: laid out for a phone: the words stand above each row in the place of beside it.
    """
    figure = new_figure(3.9 if narrow else 7.2, 0.9 + (1.15 if narrow else 0.72) * max(1, len(rows)))
    axes = figure.subplots()
    drawn = [row for row in rows if row.differences.size]
    if not drawn:
        nothing_to_show(axes, "no case has a value in both")
        return figure
    colours = colours_of(row.structure for row in rows if row.structure != "all")
    for place, row in enumerate(rows):
        colour = colours[row.structure].page if row.structure in colours else MARK
        _draw(axes, place, row, colour, narrow)
    axes.axvline(0, color=RULE, linewidth=1, zorder=0)
    reach = max(float(np.abs(row.differences).max()) for row in drawn)
    reach = max(reach, *(abs(limit) for row in drawn for limit in (row.low or 0.0, row.high or 0.0))) or 1.0
    axes.set_xlim(-1.05 * reach, 1.05 * reach)
    axes.set_ylim(len(rows) - 0.55, -0.95 if narrow else -0.5)
    axes.set_yticks([] if narrow else range(len(rows)), [] if narrow else [row.name for row in rows])
    axes.tick_params(axis="y", labelcolor=INK)
    axes.locator_params(axis="x", nbins=4 if narrow else 7)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x")
    axes.set_xlabel(fill(label, 44) if narrow else label)
    return figure


def _draw(axes: Axes, place: int, row: DifferenceRow, colour: str, narrow: bool) -> None:
    """Points, mean, interval and words of a row."""
    points = np.sort(row.differences)
    if points.size > _ALL_UP_TO:
        _box(axes, place, points, colour)
        points = np.concatenate([points[:_OUTERMOST], points[-_OUTERMOST:]])
    axes.plot(points, place + _spread(points.size), "o", color=colour, markersize=3.6, alpha=0.6, markeredgewidth=0)
    below = place + (0.24 if narrow else 0.33)
    if row.mean is not None:
        if row.low is not None and row.high is not None:
            axes.plot([row.low, row.high], [below] * 2, color=INK, linewidth=1.6, solid_capstyle="butt")
        axes.plot(row.mean, below, "D", color=INK, markersize=5)
    if narrow:
        axes.annotate(f"{row.name}: {row.words}", (0, place - 0.55), xycoords=("axes fraction", "data"), va="center",
                      fontsize=8, color=INK)  # fmt: skip
    else:
        axes.annotate(row.words, (1, place), xycoords=("axes fraction", "data"), xytext=(8, 0),
                      textcoords="offset points", va="center", fontsize=8.5, color=MUTED)  # fmt: skip


def _box(axes: Axes, place: int, points: NDArray[np.float64], colour: str) -> None:
    """The middle 90 % and the middle half of many subjects."""
    from matplotlib.patches import Rectangle

    for low, high, height in ((5, 95, 0.2), (25, 75, 0.4)):
        left, right = (float(limit) for limit in np.percentile(points, [low, high]))
        axes.add_patch(
            Rectangle((left, place - height / 2), right - left, height, facecolor=colour, alpha=0.25, linewidth=0)
        )


def _spread(count: int) -> NDArray[np.float64]:
    """(n,) offsets across a row by the golden ratio, in the order of the values; no randomness."""
    share = (np.arange(count) * (math.sqrt(5) - 1) / 2 + 0.5) % 1
    return np.asarray((share - 0.5) * 0.36)
