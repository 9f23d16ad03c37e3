"""ROC curves: the whole square, and the corner that matters, with the point of the mask on each curve."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from medunet.reports.figures.style import INK, MUTED, RULE, new_figure, nothing_to_show, styled
from medunet.reports.palette import colours_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from medunet.scoring import RocCurve

Point = tuple[float, float]
"""(1 − specificity, sensitivity)."""

_WIDTHS = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4)
"""Widths and heights that the corner may have."""

_ROOM = 3
"""The corner is as many times as wide as the distance of its curves' bends."""


@styled
def roc_figure(
    curves: Mapping[str, RocCurve],
    areas: Mapping[str, float | None],
    masks: Mapping[str, Point],
    *,
    stacked: bool = False,
) -> Figure:
    """Sensitivity against 1 − specificity: left the whole, right the corner of high sensitivity and specificity.

    Args:
        curves: structure → its curve; "all" is drawn dashed.
        areas: structure → area under it, None where there is none.
        masks: structure → the point of its mask, drawn as a ring.
        stacked: one panel above the other, for narrow pages.
    """
    corner = _corner(curves, masks)
    panels = 1 if corner is None else 2
    figure = new_figure(4.3, 3.9 * panels) if stacked else new_figure(3.9 * panels, 3.9)
    figure.set_layout_engine("constrained", hspace=0.08)
    if not curves:
        nothing_to_show(figure.subplots(), "no structure has pixels inside and outside of it")
        return figure
    first, *others = figure.subplots(*((panels, 1) if stacked else (1, panels)), squeeze=False).ravel()
    _panel(first, curves, {}, "All thresholds")
    first.plot([0, 1], [0, 1], color=RULE, linewidth=1, linestyle=(0, (3, 3)), zorder=1)
    first.annotate("chance", (0.3, 0.3), xytext=(4, -4), textcoords="offset points", va="top", color=MUTED,
                   fontsize=8.5)  # fmt: skip
    first.set(xlim=(-0.01, 1), ylim=(0, 1.01))
    _name(first, curves, areas)
    for axes in others:
        _panel(axes, curves, masks, "Its upper left corner")
        axes.grid()
        width, height = corner or (1, 1)
        axes.set(xlim=(-0.02 * width, width), ylim=(1 - height, 1 + 0.02 * height))
    return figure


def _panel(axes: Axes, curves: Mapping[str, RocCurve], masks: Mapping[str, Point], title: str) -> None:
    """Curves, rings, and what the axes are."""
    colours = _colours(curves)
    for name, curve in curves.items():
        line = (0, (4, 2)) if _together(name) else "-"
        axes.plot(curve.one_minus_specificity, curve.sensitivity, color=colours[name], linestyle=line)
        if name in masks:
            axes.plot(*masks[name], "o", markersize=7, markerfacecolor="none", markeredgecolor=colours[name], mew=1.5)
    axes.set_box_aspect(1)
    axes.set_title(title + (" (rings: the masks)" if masks else ""))
    axes.set_xlabel("1 − specificity")
    axes.set_ylabel("sensitivity")


def _name(axes: Axes, curves: Mapping[str, RocCurve], areas: Mapping[str, float | None]) -> None:
    """Names and areas below the diagonal, where no curve of worth runs."""
    colours = _colours(curves)
    for row, name in enumerate(reversed(list(curves))):
        words = "all together" if _together(name) else name
        axes.annotate(f"{words}: {area_text(areas.get(name))}", (0.97, 0.05 + 0.07 * row), xycoords="axes fraction",
                      ha="right", color=colours[name], fontsize=9)  # fmt: skip


def area_text(area: float | None) -> str:
    """An area in words: "AUC 0.9987"; 1 only where it is 1."""
    if area is None:
        return "no AUC"
    return "AUC > 0.9999" if 0.99995 <= area < 1 else f"AUC {area:.4f}"


def _colours(names: Mapping[str, RocCurve]) -> dict[str, str]:
    """Name → colour; "all" is no structure."""
    own = colours_of(name for name in names if not _together(name))
    return {name: INK if _together(name) else own[name].page for name in names}


def _together(name: str) -> bool:
    """Whether a curve is that of all structures together."""
    from medunet.scoring import ALL  # a page without curves need not pay for it

    return name == ALL


def _corner(curves: Mapping[str, RocCurve], masks: Mapping[str, Point]) -> tuple[float, float] | None:
    """Width and height of the corner in which every curve bends and every mask lies; None where it is the whole."""
    bends = [_bend(curve) for curve in curves.values()]
    points = [*bends, *(point for name, point in masks.items() if name in curves)]
    if not points:
        return None
    width, height = max(x for x, _ in points), max(1 - y for _, y in points)
    sizes = (_least(_WIDTHS, _ROOM * width), _least(_WIDTHS, _ROOM * height))
    return None if None in sizes else sizes  # type: ignore[return-value]


def _least(sizes: Sequence[float], wanted: float) -> float | None:
    """The smallest of the sizes that is large enough."""
    return next((size for size in sizes if size >= wanted), None)


def _bend(curve: RocCurve) -> Point:
    """The point that is highest above the diagonal (Youden 1950)."""
    at = int(np.argmax(curve.sensitivity - curve.one_minus_specificity))
    return float(curve.one_minus_specificity[at]), float(curve.sensitivity[at])
