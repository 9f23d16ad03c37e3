"""Two methods against each other, with the line on which both give the same number."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from medunet.reports.figures.many_points import as_picture
from medunet.reports.figures.style import ACCENT, INK, MARK, MUTED, RULE, new_figure, nothing_to_show, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from medunet.studies import Readings


@styled
def equality_figure(
    readings: Readings,
    name: str,
    methods: tuple[str, str],
    *,
    cut_off: float | None = None,
    narrow: bool = False,
) -> Figure:
    """A point for each case, the second method across and the first upwards, on axes of one scale.

    Cases whose decision at the cut-off depends on the method lie in two corners of it and are crosses.

    Args:
        readings: of two methods.
        name: what was measured, with its unit.
        methods: what the two are called.
        cut_off: where a decision is made, or None.
        narrow: laid out for a phone.
    """
    figure = new_figure(3.7, 3.9) if narrow else new_figure(7.2, 4.6)
    axes = figure.subplots()
    if not readings.cases:
        nothing_to_show(axes, "no case has both numbers")
        return figure
    first, second = readings.values.T
    apart = (first > cut_off) != (second > cut_off) if cut_off is not None else np.zeros(readings.cases, dtype=bool)
    low, high = float(readings.values.min()), float(readings.values.max())
    room = 0.05 * (high - low) or 0.01 * abs(high) or 0.01
    ends = (low - room, high + room)
    axes.plot(ends, ends, color=INK, linewidth=1)
    if cut_off is not None and ends[0] < cut_off < ends[1]:
        axes.axhline(cut_off, color=RULE, linewidth=1.1, linestyle=(0, (4, 3)))
        axes.axvline(cut_off, color=RULE, linewidth=1.1, linestyle=(0, (4, 3)))
    many = as_picture(readings.cases)
    axes.plot(second[~apart], first[~apart], "o", color=MARK, markersize=4, alpha=0.6, markeredgewidth=0,
              rasterized=many)  # fmt: skip
    axes.plot(second[apart], first[apart], "x", color=ACCENT, markersize=4.5, rasterized=many)
    axes.set(xlim=ends, ylim=ends, aspect="equal", xlabel=f"{methods[1]}, {name}", ylabel=f"{methods[0]}, {name}")
    axes.set_anchor("W")
    title = f"{readings.cases} cases" if narrow else f"{readings.cases} cases of {readings.subjects} subjects"
    if cut_off is not None:
        title += f"; ✕ {int(apart.sum())} on different sides of {cut_off:g}"
    axes.set_title(title, fontweight="normal", fontsize=8.5, color=MUTED)
    return figure
