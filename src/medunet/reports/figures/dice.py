"""Dice of every case, by structure: all points, the middle half, and how many were missed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from medunet.reports.figures.style import ACCENT, INK, MUTED, RULE, new_figure, nothing_to_show, styled
from medunet.reports.palette import colours_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from medunet.scoring import Score

_BOX_FROM = 5
"""Fewer values than this have no quartiles worth drawing."""


@styled
def dice_by_structure(scores: Sequence[Score], metric: str = "dice") -> Figure:
    """A row for each structure: a point for each case, a box from the lower to the upper quartile, the median.

    Penalties (missed, invented, not predicted) are 0; they stand as crosses in a lane of their own, so that they are
    seen without squeezing the rest. Cases without a value are counted beside, never drawn.

    Args:
        scores: scores of any metrics and structures; those of `metric` are shown, without the structure "all".
        metric: a ratio between 0 and 1.
    """
    mine = [score for score in scores if score.metric == metric and score.structure != "all"]
    names = list(dict.fromkeys(score.structure for score in mine))
    figure = new_figure(4.6, 1.0 + 0.58 * max(1, len(names)))
    axes = figure.subplots()
    if not names:
        nothing_to_show(axes, "no case was scored")
        return figure
    rows = [[score for score in mine if score.structure == name] for name in names]
    floor = _floor(rows)
    # With the whole axis shown, the lane is where 0 is.
    lane = floor - 0.13 * (1 - floor) if floor > 0 else 0.0
    for row, colour in enumerate(colours_of(names).values()):
        _draw_row(axes, row, rows[row], lane, colour.page)
    _dress(axes, names, floor, lane, any(_penalty(score) for score in mine))
    axes.set_xlabel(metric.capitalize() if metric == "dice" else metric)
    return figure


def _draw_row(axes: Axes, row: int, scores: Sequence[Score], lane: float, colour: str) -> None:
    """The points, the box and the words of one structure."""
    from matplotlib.patches import Rectangle

    values = np.array([score.value for score in scores if score.value is not None], dtype=np.float64)
    crosses = sum(_penalty(score) for score in scores)
    points = np.array([s.value for s in scores if s.value is not None and not _penalty(s)], dtype=np.float64)
    axes.plot(points, row + _spread(points), "o", color=colour, markersize=4, alpha=0.65, markeredgewidth=0)
    if values.size >= _BOX_FROM:
        # The penalties count: a box without them would be a box of the survivors.
        lower, median, upper = (float(quartile) for quartile in np.percentile(values, [25, 50, 75]))
        axes.add_patch(Rectangle((lower, row - 0.3), upper - lower, 0.6, facecolor=colour, alpha=0.16, linewidth=0))
        axes.plot([median, median], [row - 0.3, row + 0.3], color=INK, linewidth=1.6, solid_capstyle="butt")
    if crosses:
        axes.plot(np.full(crosses, lane), row + _spread(np.full(crosses, 0.0)), "x", color=ACCENT, markersize=5)
    axes.annotate(_words(scores, values), (1, row), xycoords=("axes fraction", "data"), xytext=(8, 0),
                  textcoords="offset points", va="center", fontsize=8.5, color=MUTED)  # fmt: skip


def _words(scores: Sequence[Score], values: NDArray[np.float64]) -> str:
    """The median, the number of values, and the cases that are missed, invented, not predicted or without a value."""
    counts: dict[str, int] = {}
    for score in scores:
        if _penalty(score) or score.value is None:
            reason = score.reason.split(":")[0].split(",")[0]
            counts[reason] = counts.get(reason, 0) + 1
    first = f"median {np.median(values):.3f} · n {values.size}" if values.size else "n 0"
    return "\n".join([first, *(f"{count} {reason}" for reason, count in counts.items())])


def _penalty(score: Score) -> bool:
    """Whether a value is no measurement but the 0 that a missed or invented structure gets."""
    return score.value == 0 and bool(score.reason)


def _spread(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n,) offsets across a row, evenly spread by the golden ratio in the order of the values; no randomness."""
    order = np.argsort(np.argsort(values, kind="stable"), kind="stable")
    return np.asarray((order * 0.6180339887 + 0.5) % 1 - 0.5) * 0.46


def _floor(rows: Sequence[Sequence[Score]]) -> float:
    """Where the axis begins: at the tenth below the lowest point and the lowest quartile of any structure.

    It leaves the bad half out of sight nowhere: where so much was missed that a box reaches down, it begins at 0.
    """
    lowest = [score.value for row in rows for score in row if score.value is not None and not _penalty(score)]
    for row in rows:
        values = [score.value for score in row if score.value is not None]
        if len(values) >= _BOX_FROM:
            lowest.append(float(np.percentile(values, 25)))
    return max(0.0, math.floor((min(lowest, default=0.0) - 0.01) * 10) / 10)


def _dress(axes: Axes, names: Sequence[str], floor: float, lane: float, crosses: bool) -> None:
    """Axis, lane and names."""
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_yticks(range(len(names)), names)
    axes.tick_params(axis="y", labelcolor=INK)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x")
    step = next(step for step in (0.05, 0.1, 0.2) if 1 - floor <= 5 * step + 1e-9)
    ticks = [round(float(tick), 2) for tick in np.arange(1, floor - 1e-9, -step)][::-1]
    labels = [f"{tick:.{2 if step == 0.05 else 1}f}" for tick in ticks]
    if crosses and floor > 0:
        axes.axvline(floor - 0.065 * (1 - floor), color=RULE, linewidth=0.8, linestyle=(0, (2, 2)))
        ticks, labels = [lane, *ticks], ["0", *labels]
    axes.set_xticks(ticks, labels)
    axes.set_xlim((lane if crosses else floor) - 0.03 * (1 - floor), 1.005)
