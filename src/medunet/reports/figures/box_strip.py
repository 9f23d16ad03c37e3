"""Box and strip: every value of every group beside its quartiles, so that no summary hides what it sums up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from medunet.reports.figures.style import INK, MUTED, RULE, new_figure, nothing_to_show, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_POINTS = 600
"""Points drawn of a group: of more values every k-th by size, and always the lowest and the highest."""

_BOX_FROM = 5


@styled
def box_strip(
    groups: Mapping[str, NDArray[np.float64]],
    colours: Mapping[str, str],
    name: str,
    lines: Mapping[str, float] | None = None,
    *,
    narrow: bool = False,
) -> Figure:
    """A row for each group: its points, a box from the lower to the upper quartile, the median, its number.

    Args:
        groups: group → (n,) finite values; quartiles are Hyndman and Fan's type 2, as in the tables.
        colours: group → ``#rrggbb``.
        name: of the measurement, with its unit.
        lines: words → value: where a line is drawn across all groups (a cut-off).
        narrow: laid out for a phone.
    """
    width, height = (3.6, 0.95) if narrow else (6.4, 0.85)
    figure = new_figure(width, 1.1 + height * max(1, len(groups)))
    axes = figure.subplots()
    if not any(values.size for values in groups.values()):
        nothing_to_show(axes, "no row has a measurement and a certain label")
        return figure
    for row, (group, values) in enumerate(groups.items()):
        _draw_row(axes, row, group, values, colours[group])
    for words, value in (lines or {}).items():
        draw_line(axes, words, value)
    axes.set_ylim(len(groups) - 0.4, -0.75)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x")
    axes.set_xlabel(name)
    return figure


def draw_line(axes: Axes, words: str, value: float, *, inside: bool = False) -> None:
    """A line across the axes with its words above it, or inside beside its upper end."""
    axes.axvline(value, color=INK, linewidth=1, linestyle=(0, (4, 2)), zorder=3)
    side, height, shift = ("left", "top", (4, 0)) if inside else ("center", "bottom", (0, 3))
    axes.annotate(words, (value, 1), xycoords=("data", "axes fraction"), xytext=shift, textcoords="offset points",
                  ha=side, va=height, fontsize=8.5, color=INK, annotation_clip=False)  # fmt: skip


def points_shown(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """(m,) the values that are drawn, rising: all of them, or every k-th with both ends."""
    ordered = np.sort(values)
    if ordered.size <= MOST_POINTS:
        return ordered
    return ordered[np.unique(np.linspace(0, ordered.size - 1, MOST_POINTS).round().astype(np.int64))]


def _draw_row(axes: Axes, row: int, group: str, values: NDArray[np.float64], colour: str) -> None:
    """Words, box and points of one group."""
    from matplotlib.patches import Rectangle

    axes.annotate(f"{group}  ·  n {values.size}", (0, row - 0.36), xycoords=("axes fraction", "data"), va="bottom",
                  fontsize=9, color=MUTED)  # fmt: skip
    shown = points_shown(values)
    axes.plot(shown, row + _spread(shown.size), "o", color=colour, markersize=3.5, alpha=0.5, markeredgewidth=0)
    if values.size >= _BOX_FROM:
        quartiles = np.quantile(values, [0.25, 0.5, 0.75], method="averaged_inverted_cdf")
        low, median, high = (float(one) for one in quartiles)
        box = Rectangle((low, row - 0.3), high - low, 0.6, facecolor="none", edgecolor=INK, linewidth=1)
        axes.add_patch(box)
        axes.plot([median, median], [row - 0.3, row + 0.3], color=INK, linewidth=2, solid_capstyle="butt")
    axes.axhline(row + 0.5, color=RULE, linewidth=0.4)


def _spread(n: int) -> NDArray[np.float64]:
    """(n,) offsets across a row, evenly spread by the golden ratio in the order of the values; no randomness."""
    return np.asarray((np.arange(n) * 0.6180339887 + 0.5) % 1 - 0.5) * 0.5
