"""Distributions: the shares of each group's values that fall into equal steps, one group above the other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from medunet.reports.figures.box_strip import draw_line
from medunet.reports.figures.style import MUTED, new_figure, nothing_to_show, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_STEPS = (8, 40)
"""Fewest and most steps of a distribution."""


@styled
def distributions(
    groups: Mapping[str, NDArray[np.float64]],
    colours: Mapping[str, str],
    name: str,
    lines: Mapping[str, float] | None = None,
    *,
    narrow: bool = False,
) -> Figure:
    """A panel for each group with one axis for all.

    Args:
        groups: group → (n,) finite values.
        colours: group → ``#rrggbb``.
        name: of the measurement, with its unit.
        lines: words → value: where a line is drawn (a cut-off).
        narrow: laid out for a phone.
    """
    there = {group: values for group, values in groups.items() if values.size}
    figure = new_figure(3.6 if narrow else 6.4, 0.9 + 1.25 * max(1, len(there)))
    if not there:
        nothing_to_show(figure.subplots(), "no row has a measurement and a certain label")
        return figure
    edges = steps_of(list(there.values()))
    panels = figure.subplots(len(there), 1, sharex=True, sharey=True, squeeze=False).ravel()
    for axes, (group, values) in zip(panels, there.items(), strict=True):
        axes.stairs(shares_of(values, edges), edges, fill=True, color=colours[group], alpha=0.45)
        axes.stairs(shares_of(values, edges), edges, color=colours[group], linewidth=1.2)
        axes.set_title(f"{group}  ·  n {values.size}", fontweight="normal", fontsize=9, color=MUTED, pad=4)
        axes.spines["left"].set_visible(False)
        axes.grid(axis="y")
        axes.yaxis.set_major_formatter(lambda share, _: f"{100 * share:.0f} %")
    for axes in panels:
        for words, value in (lines or {}).items():
            draw_line(axes, words if axes is panels[0] else "", value, inside=True)
    panels[0].set_ylim(top=1.2 * max(float(shares_of(values, edges).max()) for values in there.values()))
    panels[-1].set_xlabel(name)
    return figure


def steps_of(groups: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    """(k + 1,) edges of the steps that all groups share, by Freedman and Diaconis's rule (1981) for the smallest width.

    Args:
        groups: (n,) values each, none empty.
    """
    low, high = min(float(one.min()) for one in groups), max(float(one.max()) for one in groups)
    if high == low:
        half = abs(low) * 0.05 or 0.5
        return np.linspace(low - half, high + half, 4)
    widths = [2 * float(np.subtract(*np.percentile(one, [75, 25]))) / one.size ** (1 / 3) for one in groups]
    wanted = min((width for width in widths if width > 0), default=(high - low) / _STEPS[0])
    return np.linspace(low, high, int(np.clip(np.ceil((high - low) / wanted), *_STEPS)) + 1)


def shares_of(values: NDArray[np.float64], edges: NDArray[np.float64]) -> NDArray[np.float64]:
    """(k,) share of the values in each step; they add up to 1."""
    return np.histogram(values, edges)[0] / values.size
