"""Placements, and the variance of the area under the ROC curve: DeLong's, and Obuchowski's for several rows a subject.

A placement is the share of the other group that lies on the right side of a row, ties half. The area is the mean of the
placements of either group: the Mann–Whitney U of the positive rows over the number of pairs. Its variance follows from
the spread of the placements (DeLong, DeLong and Clarke-Pearson 1988, doi:10.2307/2531595); where a subject has several
rows, from the spread of their sums over subjects (Obuchowski 1997, doi:10.2307/2533958), which is the same with one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Placements:
    """Where each row stands in the other group.

    Attributes:
        positive: float64 (M,), for each positive row the share of negative rows below it, ties half.
        negative: float64 (N,), for each negative row the share of positive rows above it, ties half.
    """

    positive: NDArray[np.float64]
    negative: NDArray[np.float64]

    @property
    def area(self) -> float:
        """Area under the ROC curve: chance that a positive row is above a negative one, ties half."""
        return float(min(1.0, self.positive.mean()))


def placements(score: NDArray[np.float64], positive: NDArray[np.bool_]) -> Placements:
    """Placements of all rows, by sorting: n log n.

    Args:
        score: float64 (n,), higher for the finding; infinities are allowed, NaN is not.
        positive: bool (n,), with rows of both kinds.
    """
    above, below = np.sort(score[positive]), np.sort(score[~positive])
    under = _rank(below, score[positive]) / below.size
    over = 1 - _rank(above, score[~positive]) / above.size
    return Placements(under, over)


def delong_variance(found: Placements) -> float:
    """Variance of the area with one row a subject (DeLong 1988); needs two rows in each group."""
    return float(
        np.var(found.positive, ddof=1) / found.positive.size + np.var(found.negative, ddof=1) / found.negative.size
    )


def obuchowski_variance(found: Placements, positive_of: NDArray[np.int64], negative_of: NDArray[np.int64]) -> float:
    """Variance of the area with subjects as units (Obuchowski 1997, equations 2 and 3); 0 where it cancels.

    Args:
        found: placements of M positive and N negative rows.
        positive_of: int64 (M,), the subjects of the positive rows, at least two different ones.
        negative_of: int64 (N,), the subjects of the negative rows, at least two different ones.
    """
    subjects = np.unique(np.concatenate([positive_of, negative_of]))
    ours, theirs = (np.searchsorted(subjects, numbers) for numbers in (positive_of, negative_of))
    size, area = subjects.size, found.area
    m, n = found.positive.size, found.negative.size
    spread_10 = np.bincount(ours, found.positive - area, size) / m
    spread_01 = np.bincount(theirs, found.negative - area, size) / n
    own = sum(
        float((spread**2).sum()) * _unbiased(np.unique(numbers).size)
        for spread, numbers in ((spread_10, ours), (spread_01, theirs))
    )
    whole = own + 2 * float((spread_10 * spread_01).sum()) * _unbiased(size)
    return whole if whole > _CANCELLED * own else 0.0


_CANCELLED = 1e-12
"""Below this share of its parts a variance is what rounding left of 0."""


def _unbiased(n: int) -> float:
    """The factor n ÷ (n − 1)."""
    return n / (n - 1)


def _rank(ordered: NDArray[np.float64], score: NDArray[np.float64]) -> NDArray[np.float64]:
    """How many of the ordered values are below each score, ties half."""
    return np.asarray((np.searchsorted(ordered, score, "left") + np.searchsorted(ordered, score, "right")) / 2)
