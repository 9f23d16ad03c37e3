"""The confusion matrix: how often a reference class was found as which."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from medunet.reports.figures.style import INK, MARK, MUTED, RULE, new_figure, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_ON_DARK = "#ffffff"


@styled
def confusion_figure(names: Sequence[str], matrix: NDArray[np.integer[Any]], *, unit: str = "pixels") -> Figure:
    """A table of shares and counts, shaded by the share of its row.

    Args:
        names: the classes, background included.
        matrix: (k, k) counts; rows are the reference, columns what was found.
        unit: what was counted.

    Raises:
        ValueError: the matrix is not k by k or holds a negative count.
    """
    from matplotlib.patches import Rectangle

    counts = np.asarray(matrix)
    size = len(names)
    if counts.shape != (size, size) or (counts < 0).any():
        raise ValueError(f"{size} classes need a {size} x {size} matrix of counts, got shape {counts.shape}")
    figure = new_figure(1.3 + 0.82 * size, 1.1 + 0.58 * size)
    axes = figure.subplots()
    totals = counts.sum(axis=1)
    for row, column in np.ndindex(size, size):
        share = counts[row, column] / totals[row] if totals[row] else 0.0
        axes.add_patch(Rectangle((column, row), 1, 1, facecolor=MARK, alpha=float(share), linewidth=0))
        axes.add_patch(Rectangle((column, row), 1, 1, fill=False, edgecolor=RULE, linewidth=0.6))
        colour = _ON_DARK if share > 0.55 else INK
        axes.text(column + 0.5, row + 0.42, _percent(share) if totals[row] else "–", ha="center", color=colour,
                  fontsize=10.5)  # fmt: skip
        axes.text(column + 0.5, row + 0.76, short_count(int(counts[row, column])), ha="center", fontsize=8,
                  color=_ON_DARK if share > 0.55 else MUTED)  # fmt: skip
    axes.set(xlim=(0, size), ylim=(size, 0))
    axes.set_xticks(np.arange(size) + 0.5, names, rotation=0 if size <= 5 else 45, ha="center" if size <= 5 else "left")
    axes.set_yticks(np.arange(size) + 0.5, names)
    axes.tick_params(length=0, labeltop=True, labelbottom=False, labelcolor=INK)
    axes.spines[:].set_visible(False)
    axes.xaxis.set_label_position("top")
    axes.set_xlabel("found as")
    axes.set_ylabel("reference")
    figure.supxlabel(f"share of the reference's {unit}, count below", color=MUTED, fontsize=8.5)
    return figure


def short_count(count: int) -> str:
    """A count in at most four figures: 950, 12.3 k, 4.57 M."""
    if count < 1000:
        return str(count)
    value, suffix = (count / 1e3, "k") if count < 999_500 else (count / 1e6, "M")
    if suffix == "M" and value >= 999.5:
        value, suffix = value / 1e3, "G"
    return f"{value:#.3g}".rstrip(".") + f" {suffix}"


def _percent(share: float) -> str:
    """A share in per cent; 100 and 0 only where nothing or everything is elsewhere."""
    if 0 < share < 0.0005:
        return "< 0.1 %"
    if 0.9995 <= share < 1:
        return "> 99.9 %"
    return f"{100 * share:.1f} %"
