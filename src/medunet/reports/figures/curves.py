"""Curves of a training run: losses on the left, Dice on the right, the epoch of the kept weights marked."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from medunet.reports.figures.style import ACCENT, INK, MUTED, RULE, new_figure, nothing_to_show, styled
from medunet.reports.palette import colours_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DICE = "val_dice_"
"""Columns of `log.csv` that begin so hold the validation Dice of the structure the rest names."""

Value = str | float | int | None
"""A cell of `log.csv`, as read (text) or as written; empty or None where there is no number."""

_LOG_RATIO = 30
_LEADING = 0.085
_Curve = tuple[str, NDArray[np.float64], str, str]


@styled
def curves(log_rows: Sequence[Mapping[str, Value]], *, best: int | None = None, stacked: bool = False) -> Figure:
    """Losses and validation Dice by epoch.

    Args:
        log_rows: rows of `log.csv`: `epoch`, `train_loss`, `val_loss`, `val_dice_<structure>`; others are ignored.
        best: the epoch whose weights were kept. None marks the one of the highest mean Dice or, without Dice, of the
            lowest validation loss.
        stacked: one panel above the other, for narrow pages, in the place of side by side.
    """
    figure = new_figure(4.3, 5.2) if stacked else new_figure(7.6, 3.0)
    left, right = figure.subplots(2, 1) if stacked else figure.subplots(1, 2)
    epochs = _column(log_rows, "epoch")
    losses: list[_Curve] = [
        ("training", _column(log_rows, "train_loss"), MUTED, "-"),
        ("validation", _column(log_rows, "val_loss"), INK, "-"),
    ]
    columns = dict.fromkeys(key for row in log_rows for key in row)
    names = [key.removeprefix(DICE) for key in columns if key.startswith(DICE)]
    colours = colours_of(names)
    dice: list[_Curve] = [(name, _column(log_rows, DICE + name), colours[name].page, "-") for name in names]
    known = best is not None
    if best is None:
        best = _best_epoch(epochs, [values for _, values, _, _ in dice], losses[1][1])
    mark = f"{'kept' if known else 'best'}: {best}"
    _panel(left, "Loss", epochs, losses, best, mark)
    _panel(right, "Dice on validation", epochs, dice, best, mark)
    return figure


def _panel(
    axes: Axes, title: str, epochs: NDArray[np.float64], lines: Sequence[_Curve], best: int | None, mark: str
) -> None:
    """One panel of curves, each named at its end."""
    shown = [line for line in lines if np.isfinite(line[1]).any()]
    if not shown:
        axes.set_title(title)
        nothing_to_show(axes, "no epoch has been finished" if epochs.size == 0 else "not measured")
        return
    for _, values, colour, style in shown:
        marker = "o" if np.isfinite(values).sum() == 1 else ""
        axes.plot(epochs, values, color=colour, linestyle=style, marker=marker, markersize=4)
    every = np.concatenate([values[np.isfinite(values)] for _, values, _, _ in shown])
    if title == "Loss" and every.min() > 0 and every.max() > _LOG_RATIO * every.min():
        _plain_log(axes)
        title = "Loss (logarithmic)"
    if title.startswith("Dice"):
        axes.set_ylim(top=min(1.0, axes.get_ylim()[1]))
    axes.set_title(title, pad=17)
    axes.set_xlabel("epoch")
    axes.grid(axis="y")
    axes.spines["left"].set_visible(False)
    _integer_ticks(axes)
    if best is not None:
        axes.axvline(best, color=ACCENT, linewidth=0.9, linestyle=(0, (3, 3)), zorder=1)
        axes.annotate(mark, (best, 1), xycoords=("data", "axes fraction"), xytext=(0, 2),
                      textcoords="offset points", ha="center", va="bottom", color=ACCENT, fontsize=8.5)  # fmt: skip
    _name_ends(axes, epochs, shown)


def _name_ends(axes: Axes, epochs: NDArray[np.float64], lines: Sequence[_Curve]) -> None:
    """Names at the right end of the lines, moved apart where they would cover each other."""
    to_share = axes.transData + axes.transAxes.inverted()
    ends = [float(to_share.transform((epochs[-1], values[np.isfinite(values)][-1]))[1]) for _, values, _, _ in lines]
    for (name, _, colour, _), height in zip(lines, _apart(ends, _LEADING), strict=True):
        axes.annotate(name, (1, height), xycoords="axes fraction", xytext=(4, 0), textcoords="offset points",
                      va="center", color=colour, fontsize=9, annotation_clip=False)  # fmt: skip


def _apart(heights: Sequence[float], least: float) -> list[float]:
    """The heights moved apart to `least` between neighbours, in their order, and as a whole not above 1."""
    order = sorted(range(len(heights)), key=lambda index: heights[index])
    moved = list(heights)
    for below, index in pairwise(order):
        moved[index] = max(moved[index], moved[below] + least)
    ceiling = 1.0
    for index in reversed(order):
        moved[index] = min(moved[index], ceiling)
        ceiling = moved[index] - least
    return moved


def _plain_log(axes: Axes) -> None:
    """A logarithmic axis with plain numbers: figures here leave off the mathematical text that powers of ten need."""
    from matplotlib.ticker import LogLocator, NullFormatter, StrMethodFormatter

    axes.set_yscale("log")
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.yaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    axes.yaxis.set_minor_formatter(NullFormatter())


def _integer_ticks(axes: Axes) -> None:
    """Epochs are whole numbers."""
    from matplotlib.ticker import MaxNLocator

    axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))
    axes.tick_params(axis="x", color=RULE)


def _best_epoch(
    epochs: NDArray[np.float64], dice: Sequence[NDArray[np.float64]], loss: NDArray[np.float64]
) -> int | None:
    """The epoch of the highest mean Dice over structures, or of the lowest loss; the first of several."""
    # A structure that no validation case holds has no Dice in any epoch and says nothing.
    measured = [values for values in dice if np.isfinite(values).any()]
    merit = np.mean(measured, axis=0) if measured else -loss
    return int(epochs[np.nanargmax(merit)]) if np.isfinite(merit).any() else None


def _column(rows: Sequence[Mapping[str, Any]], name: str) -> NDArray[np.float64]:
    """(rows,) numbers of a column, NaN where it has none."""
    cells = [row.get(name) for row in rows]
    return np.array([math.nan if cell in (None, "") else float(cell) for cell in cells], dtype=np.float64)
