"""The look of every figure: quiet, legible at the width of a phone, the same bytes each time it is drawn.

matplotlib is loaded when the first figure is drawn, not when medunet is: half a second that `predict` need not pay.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK = "#1b1f24"
"""Text and marks. A page replaces it by the colour of its own text, in light and in dark."""

MUTED = "#6a727c"
"""Axes' numbers and notes; replaced likewise."""

RULE = "#d4d8dd"
"""Thin lines that guide the eye; replaced likewise."""

MARK = "#2a7fc1"
"""Data that belongs to no structure."""

ACCENT = "#d55e00"
"""The one thing a figure wants seen."""

STYLE: dict[Any, Any] = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 9.5,
    "axes.titlesize": 10,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlecolor": INK,
    "axes.titlepad": 10,
    "axes.labelsize": 9.5,
    "axes.labelcolor": MUTED,
    "axes.edgecolor": RULE,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.facecolor": "none",
    "axes.unicode_minus": True,
    "grid.color": RULE,
    "grid.linewidth": 0.6,
    "figure.facecolor": "white",
    "xtick.color": RULE,
    "ytick.color": RULE,
    "xtick.labelcolor": MUTED,
    "ytick.labelcolor": MUTED,
    "xtick.major.size": 3,
    "ytick.major.size": 0,
    "lines.linewidth": 1.6,
    "text.color": INK,
    # A `$` in a structure's name is a dollar, not the beginning of a formula.
    "text.parse_math": False,
    # Text stays text: it can be searched, read aloud and edited for a paper.
    "svg.fonttype": "none",
    "svg.hashsalt": "medunet",
    "pdf.fonttype": 42,
}

P = ParamSpec("P")
R = TypeVar("R")


def styled(function: Callable[P, R]) -> Callable[P, R]:
    """Runs a function that draws or writes a figure in this style, whatever the user's own settings are."""

    @wraps(function)
    def in_style(*args: P.args, **kwargs: P.kwargs) -> R:
        import matplotlib

        with matplotlib.rc_context(), warnings.catch_warnings():
            # A name in letters that the font lacks stays text in the SVG, where the reader's own fonts show it.
            warnings.filterwarnings("ignore", message="Glyph")
            matplotlib.rcdefaults()
            matplotlib.rcParams.update(STYLE)
            return function(*args, **kwargs)

    return in_style


def new_figure(width: float, height: float) -> Figure:
    """An empty figure of `width` by `height` inches that no window system knows of."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained")


def nothing_to_show(axes: Axes, why: str) -> None:
    """Says in the place of the data why there is none."""
    axes.set_axis_off()
    axes.text(0.5, 0.5, why, transform=axes.transAxes, ha="center", va="center", color=MUTED)
