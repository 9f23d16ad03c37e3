"""The ROC curve of a measurement, with its band, and the cut-offs on it with their intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from medunet.reports.figures.style import ACCENT, INK, MARK, MUTED, RULE, new_figure, nothing_to_show, styled
from medunet.studies.estimate import Estimate
from medunet.studies.roc import Roc
from medunet.studies.roc_band import RocBand

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_POINTS = 2000
"""Points drawn of a curve; the table beside the figure holds them all."""


@dataclass(frozen=True, slots=True)
class CutOffPoint:
    """A cut-off on the curve.

    Attributes:
        words: what it is ("0.5, stated beforehand").
        sensitivity, specificity: with their intervals, drawn as a cross.
        stated: whether it was stated beforehand; drawn full, otherwise hollow.
    """

    words: str
    sensitivity: Estimate
    specificity: Estimate
    stated: bool


@styled
def study_roc(
    curve: Roc | None, band: RocBand, points: Sequence[CutOffPoint], area: str, why: str = "", *, narrow: bool = False
) -> Figure:
    """Sensitivity against 1 − specificity.

    Args:
        curve: all points, or None where there is none.
        band: pointwise, may be empty.
        points: cut-offs to mark.
        area: the area in words, with its interval.
        why: there is no curve.
        narrow: laid out for a phone.
    """
    size = 3.6 if narrow else 4.6
    figure = new_figure(size, size + 0.1)
    axes = figure.subplots()
    if curve is None:
        nothing_to_show(axes, why)
        return figure
    axes.plot([0, 1], [0, 1], color=RULE, linewidth=1, linestyle=(0, (3, 3)), zorder=1)
    axes.annotate("chance", (0.12, 0.12), xytext=(4, -4), textcoords="offset points", va="top", color=MUTED,
                  fontsize=8.5)  # fmt: skip
    if band.low.size:
        axes.fill_between(band.one_minus_specificity, band.low, band.high, color=MARK, alpha=0.18, linewidth=0)
    axes.plot(*_thinned(curve), color=MARK)
    for row, point in enumerate(points):
        _draw_point(axes, point, row)
    axes.annotate(area, (0.98, 0.03), xycoords="axes fraction", ha="right", color=INK, fontsize=9)
    axes.set_box_aspect(1)
    axes.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.01), xlabel="1 − specificity", ylabel="sensitivity")
    return figure


def _thinned(curve: Roc) -> tuple[np.ndarray[tuple[int], np.dtype[np.float64]], ...]:
    """The curve's points, or every k-th of very many with both ends."""
    across, up = curve.one_minus_specificity, curve.sensitivity
    kept = np.unique(np.linspace(0, across.size - 1, min(MOST_POINTS, across.size)).round().astype(np.int64))
    return across[kept], up[kept]


def _draw_point(axes: Axes, point: CutOffPoint, row: int) -> None:
    """A mark with the intervals of both shares; its words stand below the curve."""
    up, back = point.sensitivity, point.specificity
    if up.value is None or back.value is None:
        return
    colour = ACCENT if point.stated else INK
    if up.low is not None and up.high is not None:
        axes.plot([1 - back.value] * 2, [up.low, up.high], color=colour, linewidth=1.1)
    if back.low is not None and back.high is not None:
        axes.plot([1 - back.high, 1 - back.low], [up.value] * 2, color=colour, linewidth=1.1)
    face = colour if point.stated else "none"
    axes.plot(1 - back.value, up.value, "o", markersize=7, markerfacecolor=face, markeredgecolor=colour, mew=1.5)
    mark = "●" if point.stated else "○"
    axes.annotate(f"{mark} {point.words}", (0.98, 0.11 + 0.065 * row), xycoords="axes fraction", ha="right",
                  color=colour, fontsize=8.5)  # fmt: skip
