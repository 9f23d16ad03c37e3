"""Roc: the curve of a measurement, a point for every value it takes; rows of one value join as one point."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medunet.studies.groups import PositiveWhen


@dataclass(frozen=True, eq=False)
class Roc:
    """All points of a curve, from (0, 0) to (1, 1).

    Attributes:
        cut_off: float64 (k,), in the measurement's unit, midway between two neighbouring values; a row counts as
            positive above it (``positive_when="lower"``: below it). The first is infinite and passed by none, the
            last by all.
        true_positive: float64 (k,), positive rows that pass, each times its weight.
        false_positive: float64 (k,), negative rows that pass.
        positive_when: which values speak for the finding.
    """

    cut_off: NDArray[np.float64]
    true_positive: NDArray[np.float64]
    false_positive: NDArray[np.float64]
    positive_when: PositiveWhen

    @property
    def sensitivity(self) -> NDArray[np.float64]:
        """(k,) share of the positive rows that pass."""
        return np.asarray(self.true_positive / self.true_positive[-1])

    @property
    def one_minus_specificity(self) -> NDArray[np.float64]:
        """(k,) share of the negative rows that pass."""
        return np.asarray(self.false_positive / self.false_positive[-1])

    @property
    def area(self) -> float:
        """Area under the curve, by trapezia: they count ties half, as Mann and Whitney's U does."""
        steps, heights = np.diff(self.false_positive), self.true_positive[1:] + self.true_positive[:-1]
        return float((steps * heights).sum() / (2 * self.true_positive[-1] * self.false_positive[-1]))

    @property
    def best(self) -> int:
        """Number of the point of the largest Youden index; of equal ones the most sensitive.

        The index J = sensitivity + specificity − 1 is compared in whole rows, so that rounding decides nothing
        (Youden 1950, doi:10.1002/1097-0142(1950)3:1<32::AID-CNCR2820030106>3.0.CO;2-3).
        """
        rows = self.true_positive * self.false_positive[-1] - self.false_positive * self.true_positive[-1]
        return int(np.flatnonzero(rows == rows.max())[-1])

    def sensitivity_at(self, place: NDArray[np.float64]) -> NDArray[np.float64]:
        """(k,) the largest sensitivity that is reached at each place, along straight lines between the points.

        Args:
            place: float64 (k,), values of 1 − specificity in [0, 1].
        """
        across, up = self.one_minus_specificity, self.sensitivity
        last = np.append(np.flatnonzero(np.diff(across)), across.size - 1)
        first = np.concatenate([[0], last[:-1] + 1])
        right = np.searchsorted(across[last], place, side="left")
        left = np.maximum(right - 1, 0)
        at = across[last][right] == place
        span = np.where(at | (right == 0), 1.0, across[first][right] - across[last][left])
        share = np.where(at, 0.0, (place - across[last][left]) / span)
        between = up[last][left] + share * (up[first][right] - up[last][left])
        return np.asarray(np.where(at, up[last][right], between))


def roc_of(
    value: NDArray[np.float64],
    positive: NDArray[np.bool_],
    positive_when: PositiveWhen,
    weight: NDArray[np.int64] | None = None,
) -> Roc:
    """The curve of a measurement.

    Args:
        value: float64 (n,), finite.
        positive: bool (n,), with rows of both kinds.
        positive_when: which values speak for the finding.
        weight: int64 (n,), how often each row counts; None: once. Both kinds must keep a weight.
    """
    steps = Steps.of(value if positive_when == "higher" else -value, positive)
    return steps.curve(np.ones(value.size, dtype=np.int64) if weight is None else weight, positive_when)


@dataclass(frozen=True, eq=False)
class Steps:
    """The values of a measurement in order, so that many weightings of its rows need one sorting.

    Attributes:
        level: float64 (d,), the different scores, falling.
        step: int64 (n,), number of each row's score in `level`.
        positive: bool (n,), whether the row has the finding.
    """

    level: NDArray[np.float64]
    step: NDArray[np.int64]
    positive: NDArray[np.bool_]

    @classmethod
    def of(cls, score: NDArray[np.float64], positive: NDArray[np.bool_]) -> Steps:
        """Steps of (n,) scores, higher for the finding."""
        level, rising = np.unique(score, return_inverse=True)
        return cls(level[::-1], (level.size - 1 - rising).astype(np.int64), positive)

    def curve(self, weight: NDArray[np.int64], positive_when: PositiveWhen) -> Roc:
        """The curve with each row counted `weight` times; what counts 0 times leaves no trace in it."""
        sides = [np.bincount(self.step, weight * side, self.level.size) for side in (self.positive, ~self.positive)]
        there = sides[0] + sides[1] > 0
        right, wrong = (np.append(0.0, np.cumsum(side[there])) for side in sides)
        cut_off = np.concatenate([[np.inf], _midway(self.level[there]), [-np.inf]])
        return Roc(cut_off if positive_when == "higher" else -cut_off, right, wrong, positive_when)


def _midway(falling: NDArray[np.float64]) -> NDArray[np.float64]:
    """(d − 1,) cut-offs between neighbours: the upper passes, the lower does not."""
    upper, lower = falling[:-1], falling[1:]
    middle = upper / 2 + lower / 2
    return np.where((middle < upper) & (middle >= lower), middle, lower)
