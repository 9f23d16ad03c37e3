"""Means of trainings that differ in their seed alone: a point for each seed, rows for recipes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import fill
from typing import TYPE_CHECKING

from medunet.reports.figures.style import INK, MARK, MUTED, new_figure, nothing_to_show, styled
from medunet.reports.palette import colours_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class SeedRow:
    """One row of the figure: a recipe with the mean over subjects of each of its seeds, and words beside it."""

    name: str
    structure: str
    means: tuple[float, ...]
    words: str


@styled
def seed_means(rows: Sequence[SeedRow], label: str, *, narrow: bool = False) -> Figure:
    """A row for each recipe and structure: its seeds as points, their mean as a line.

    Args:
        rows: of one metric and unit.
        label: below the axis.
        narrow: laid out for a phone: the words stand above each row in the place of beside it.
    """
    figure = new_figure(3.9 if narrow else 7.2, 0.9 + (1.0 if narrow else 0.6) * max(1, len(rows)))
    axes = figure.subplots()
    if not rows:
        nothing_to_show(axes, "no recipe was trained with several seeds")
        return figure
    colours = colours_of(row.structure for row in rows if row.structure != "all")
    for place, row in enumerate(rows):
        colour = colours[row.structure].page if row.structure in colours else MARK
        mean = sum(row.means) / len(row.means)
        axes.plot([mean, mean], [place - 0.2, place + 0.2], color=INK, linewidth=1.6, solid_capstyle="butt")
        axes.plot(row.means, [place] * len(row.means), "o", color=colour, markersize=6, alpha=0.75, markeredgewidth=0)
        where: tuple[float, float] = (0, place - 0.5) if narrow else (1, place)
        shift, words = ((0, 0), f"{row.name}: {row.words}") if narrow else ((8, 0), row.words)
        axes.annotate(words, where, xycoords=("axes fraction", "data"), xytext=shift, textcoords="offset points",
                      va="center", fontsize=8.5, color=INK if narrow else MUTED)  # fmt: skip
    axes.set_ylim(len(rows) - 0.5, -0.85 if narrow else -0.5)
    axes.set_yticks([] if narrow else range(len(rows)), [] if narrow else [row.name for row in rows])
    axes.tick_params(axis="y", labelcolor=INK)
    axes.margins(x=0.08)
    axes.locator_params(axis="x", nbins=4 if narrow else 7)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x")
    axes.set_xlabel(fill(label, 44) if narrow else label)
    return figure
