"""The signed-rank statistic and its exact distribution, also with ties and zeros."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

EXACT_UP_TO = 50
"""Differences for which the distribution is computed exactly; beyond, the normal approximation is as good."""


@dataclass(frozen=True, eq=False)
class SignedRanks:
    """Ranks of the absolute differences, zeros ranked with the others and then left out (Pratt), ties by mid-ranks.

    Attributes:
        n: differences, zeros included.
        ranks: (m,) of those that are not 0.
        positive: (m,) which of them are above 0.
    """

    n: int
    ranks: NDArray[np.float64]
    positive: NDArray[np.bool_]

    @classmethod
    def of(cls, difference: NDArray[np.float64]) -> SignedRanks:
        """From (n,) differences.

        Source: J. W. Pratt, "Remarks on zeros and ties in the Wilcoxon signed rank procedures", JASA 1959;54:655.
        """
        ranks, counts = stats.rankdata(np.abs(difference)), difference != 0
        return cls(difference.size, ranks[counts], difference[counts] > 0)

    @property
    def sums(self) -> tuple[float, float]:
        """Sum of the ranks of differences above 0, and of those below."""
        above = float(self.ranks[self.positive].sum())
        return above, float(self.ranks.sum()) - above

    def exact_p(self) -> float:
        """Two-sided p-value over all 2^m choices of signs; the ranks are kept as they are.

        Twice mid-ranks are whole numbers, so the distribution of their sum is a product of polynomials.
        """
        doubled = np.rint(2 * self.ranks).astype(np.int64)
        chances = np.zeros(int(doubled.sum()) + 1)
        chances[0] = 1.0
        for rank in doubled:
            moved = np.zeros_like(chances)
            moved[rank:] = chances[:-rank]
            chances = (chances + moved) / 2
        least = round(2 * min(self.sums))
        return min(1.0, 2 * float(chances[: least + 1].sum()))


def walsh_reach(n: int, level: float) -> int:
    """How many Walsh averages lie outside of the interval on each side; −1 where no interval of this level exists.

    It is the largest c with P(T ≤ c) ≤ (1 − level) ÷ 2, T the signed-rank sum of n differences without ties and zeros.

    Source: M. Hollander, D. A. Wolfe and E. Chicken, "Nonparametric Statistical Methods", 2014, section 3.3.
    """
    tail = (1 - level) / 2
    if n > EXACT_UP_TO:
        mean, deviation = n * (n + 1) / 4, (n * (n + 1) * (2 * n + 1) / 24) ** 0.5
        return int(mean + stats.norm.ppf(tail) * deviation - 0.5)
    chances = np.zeros(n * (n + 1) // 2 + 1)
    chances[0] = 1.0
    for rank in range(1, n + 1):
        moved = np.zeros_like(chances)
        moved[rank:] = chances[:-rank]
        chances = (chances + moved) / 2
    return int(np.searchsorted(np.cumsum(chances), tail * (1 + 1e-12), side="right")) - 1
