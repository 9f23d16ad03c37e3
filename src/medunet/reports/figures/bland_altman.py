"""Difference against mean of two methods, with bias and limits of agreement (Bland and Altman, Lancet 1986)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from medunet.reports.figures.many_points import as_picture
from medunet.reports.figures.style import ACCENT, INK, MARK, MUTED, RULE, new_figure, nothing_to_show, styled
from medunet.reports.numbers_in_text import number

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from medunet.studies import Estimate, Readings
    from medunet.studies.bland_altman import BlandAltman


@styled
def bland_altman_figure(
    readings: Readings,
    found: BlandAltman,
    name: str,
    methods: tuple[str, str],
    *,
    digits: int = 3,
    narrow: bool = False,
) -> Figure:
    """A point for each case; bias and limits as lines with their intervals as bands; the line of the slope, dotted.

    Args:
        readings: of two methods.
        found: their bias, limits and slope.
        name: what was measured, with its unit.
        methods: what the two are called; differences are first − second.
        digits: decimals of the numbers beside the lines.
        narrow: laid out for a phone.
    """
    figure = new_figure(3.9, 3.7) if narrow else new_figure(7.2, 3.9)
    axes = figure.subplots()
    if not readings.cases:
        nothing_to_show(axes, "no case has both numbers")
        return figure
    axes.axhline(0, color=RULE, linewidth=1)
    axes.plot(readings.average, readings.difference, "o", color=MARK, markersize=4, alpha=0.6, markeredgewidth=0,
              rasterized=as_picture(readings.cases))  # fmt: skip
    for one, word, colour, style in (
        (found.upper, "upper limit", INK, (0, (5, 3))),
        (found.bias, "bias", ACCENT, "-"),
        (found.lower, "lower limit", INK, (0, (5, 3))),
    ):
        _level(axes, one, word, colour, style, digits, narrow)
    _slope(axes, readings, found.slope)
    axes.set_ylim(*_reach(readings, found))
    axes.grid(axis="y")
    axes.spines["left"].set_visible(False)
    axes.set_xlabel(f"mean of both, {name}" if narrow else f"mean of {methods[0]} and {methods[1]}, {name}")
    axes.set_ylabel(f"{methods[0]} − {methods[1]}")
    title = f"{readings.cases} cases of {readings.subjects} subjects"
    axes.set_title(title, fontweight="normal", fontsize=9, color=MUTED)
    return figure


def _level(axes: Axes, one: Estimate, word: str, colour: str, style: object, digits: int, narrow: bool) -> None:
    """One horizontal line, its interval as a band, and its number at the right."""
    if one.value is None:
        return
    if one.low is not None and one.high is not None:
        axes.axhspan(one.low, one.high, color=colour, alpha=0.13, linewidth=0)
    axes.axhline(one.value, color=colour, linewidth=1.2, linestyle=style)
    words = number(one.value, digits)
    if not narrow:
        limits = (
            ""
            if one.low is None or one.high is None
            else (f"\n{number(one.low, digits)} to {number(one.high, digits)}")
        )
        words = f"{word} {words}{limits}"
    axes.annotate(words, (1, one.value), xycoords=("axes fraction", "data"), xytext=(5, 0),
                  textcoords="offset points", va="center", color=colour, fontsize=8.5)  # fmt: skip


def _slope(axes: Axes, readings: Readings, slope: Estimate) -> None:
    """The least squares line of the differences on the means, over the range that was measured."""
    if slope.value is None:
        return
    size, difference = (readings.subject_means(one) for one in (readings.average, readings.difference))
    ends = np.array([readings.average.min(), readings.average.max()])
    heights = difference.mean() + slope.value * (ends - size.mean())
    axes.plot(ends, heights, color=MUTED, linewidth=1.3, linestyle=(0, (1, 2)), label="slope")


def _reach(readings: Readings, found: BlandAltman) -> tuple[float, float]:
    """Limits of the axis: every point, every band and zero, with some room."""
    ends = [0.0, float(readings.difference.min()), float(readings.difference.max())]
    for one in (found.bias, found.lower, found.upper):
        ends += [end for end in (one.value, one.low, one.high) if end is not None]
    low, high = min(ends), max(ends)
    room = 0.06 * (high - low) or 0.01 * float(np.abs(readings.values).max()) or 0.01
    return low - room, high + room
