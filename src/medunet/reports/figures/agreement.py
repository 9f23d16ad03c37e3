"""Agreement of a measurement with its reference: difference against mean, after Bland and Altman (Lancet 1986)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from medunet.reports.figures.style import ACCENT, MARK, MUTED, RULE, new_figure, nothing_to_show, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@styled
def measurement_agreement(
    reference: Sequence[float | None], predicted: Sequence[float | None], name: str, *, unit: str = ""
) -> Figure:
    """A point for each case: predicted minus reference against the mean of both, with the bias as a line.

    Args:
        reference: (n,) the reference's numbers; None, NaN or infinity where there is none.
        predicted: (n,) the predicted numbers, in the same order.
        name: what was measured.
        unit: "" for a ratio.

    Raises:
        ValueError: the two differ in length.
    """
    both = zip(reference, predicted, strict=True)
    pairs = [(r, p) for r, p in both if r is not None and p is not None and math.isfinite(r - p)]
    holes = len(reference) - len(pairs)
    figure = new_figure(4.5, 3.1)
    axes = figure.subplots()
    counted = f"n {len(pairs)}" + (f", {holes} without a pair" if holes else "")
    if not pairs:
        nothing_to_show(axes, f"no pair of numbers ({counted})")
        return figure
    first, second = np.array(pairs, dtype=np.float64).T
    difference = second - first
    bias, spread = float(difference.mean()), float(np.abs(difference).max())
    reach = 1.15 * (spread or 0.01 * float(np.abs(first).max()) or 0.01)
    axes.axhline(0, color=RULE, linewidth=1)
    axes.plot((first + second) / 2, difference, "o", color=MARK, markersize=4.5, alpha=0.75, markeredgewidth=0)
    axes.axhline(bias, color=ACCENT, linewidth=1.2)
    axes.annotate(f"bias {_signed(bias, reach)}", (1, bias), xycoords=("axes fraction", "data"), xytext=(5, 0),
                  textcoords="offset points", va="center", color=ACCENT, fontsize=9)  # fmt: skip
    # Equal room above and below zero shows a bias as what it is.
    axes.set_ylim(-reach, reach)
    axes.grid(axis="y")
    axes.spines["left"].set_visible(False)
    words = f" ({unit})" if unit else ""
    axes.set_xlabel(f"mean of reference and predicted {name}{words}")
    axes.set_ylabel("predicted − reference")
    axes.set_title(counted, fontweight="normal", fontsize=9, color=MUTED)
    return figure


def _signed(value: float, scale: float) -> str:
    """A number with its sign and as many decimals as the scale of the differences needs."""
    decimals = int(np.clip(2 - np.floor(np.log10(scale)), 0, 6))
    return f"{value:+.{decimals}f}".replace("-", "−")
