"""Reliability curves: how often a structure is where its probability says so, before and after the temperature."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from medunet.reports.figures.style import INK, MUTED, RULE, new_figure, nothing_to_show, styled
from medunet.reports.palette import colours_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from medunet.scoring import Reliability

    Moments = tuple[Reliability, Reliability | None]
    """Before the temperature, and after it or None where there is none."""

_WIDE = 3
"""Structures beside each other."""

_LEAST_SHARE = 1e-6
"""Where the axis of the pixels' shares begins."""


@styled
def calibration_figure(found: Mapping[str, Moments], *, stacked: bool = False) -> Figure:
    """For each structure the share of pixels inside against the mean probability of their bin, and how many they are.

    Before the temperature points are hollow and the line dashed, after it full. Bins without pixels have no point.

    Args:
        found: structure → its counts.
        stacked: one structure below the other, for narrow pages.
    """
    columns = 1 if stacked else max(1, min(_WIDE, len(found)))
    rows = max(1, ceil(len(found) / columns))
    figure = new_figure(3.6 * columns if not stacked else 4.0, 4.7 * rows)
    if not found:
        nothing_to_show(figure.subplots(), "no structure has probabilities to judge")
        return figure
    grid = figure.subplots(2 * rows, columns, squeeze=False, height_ratios=[3.6, 1.1] * rows)
    colours = colours_of(found)
    places = [(grid[2 * row, column], grid[2 * row + 1, column]) for row in range(rows) for column in range(columns)]
    for (curve, counts), (name, moments) in zip(places, found.items(), strict=False):
        _draw_curve(curve, name, moments, colours[name].page)
        _draw_counts(counts, moments, colours[name].page)
    for unused in places[len(found) :]:
        for axes in unused:
            axes.set_axis_off()
    return figure


def _draw_curve(axes: Axes, name: str, moments: Moments, colour: str) -> None:
    """Observed against stated, and the diagonal on which they are equal."""
    axes.plot([0, 1], [0, 1], color=RULE, linewidth=1, zorder=1)
    before, after = moments
    _line(axes, before, colour, hollow=True)
    if after is not None:
        _line(axes, after, colour, hollow=False)
    axes.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02), xticks=[0, 0.5, 1], yticks=[0, 0.5, 1])
    axes.set_title(name)
    axes.set_ylabel("share inside")
    axes.tick_params(labelbottom=False)
    words = "dashed: before\nfull: after" if after is not None else "before; no temperature"
    axes.annotate(words, (0.03, 0.97), xycoords="axes fraction", va="top", color=MUTED, fontsize=8.5)
    for words, place, side in (("stated too high", (0.97, 0.05), "right"), ("stated too low", (0.03, 0.62), "left")):
        axes.annotate(words, place, xycoords="axes fraction", ha=side, color=MUTED, fontsize=8.5)


def _line(axes: Axes, one: Reliability, colour: str, *, hollow: bool) -> None:
    """Points of the bins that hold pixels."""
    held = one.pixels > 0
    look = {"linestyle": (0, (3, 2)), "markerfacecolor": "none"} if hollow else {"linestyle": "-"}
    axes.plot(one.mean_probability[held], one.observed[held], marker="o", markersize=4, color=colour, linewidth=1.3,
              **look)  # fmt: skip


def _draw_counts(axes: Axes, moments: Moments, colour: str) -> None:
    """Share of the pixels in each bin, on a logarithmic scale: most lie at the ends."""
    edges = np.linspace(0, 1, moments[0].pixels.size + 1)
    for one, hollow in zip(moments, (True, False), strict=True):
        if one is not None:
            shares = one.pixels / one.pixels.sum()
            axes.stairs(np.maximum(shares, _LEAST_SHARE), edges, baseline=_LEAST_SHARE, fill=not hollow,
                        color=INK if hollow else colour, alpha=1 if hollow else 0.35, linewidth=0.9)  # fmt: skip
    axes.set_yscale("log")
    axes.set(xlim=(-0.02, 1.02), ylim=(_LEAST_SHARE, 2), xticks=[0, 0.5, 1], yticks=[1e-6, 1e-3, 1])
    axes.set_yticklabels(["10⁻⁶", "10⁻³", "1"])
    axes.minorticks_off()
    axes.set_xlabel("probability")
    axes.set_ylabel("of pixels")
