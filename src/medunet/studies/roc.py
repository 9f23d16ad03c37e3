"""Roc: the curve of a measurement, a point for every value it takes; rows of one value join as one point."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

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
        return _read_off(self.one_minus_specificity, self.true_positive, place)


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
        unit: int64 (n,), whose weight is each row's in `figures` and `best_cut_off`: a row's own, or its subject's.
    """

    level: NDArray[np.float64]
    step: NDArray[np.int64]
    positive: NDArray[np.bool_]
    unit: NDArray[np.int64]

    @classmethod
    def of(
        cls, score: NDArray[np.float64], positive: NDArray[np.bool_], unit: NDArray[np.int64] | None = None
    ) -> Steps:
        """Steps of (n,) scores, higher for the finding; None: every row is its own unit."""
        level, rising = np.unique(score, return_inverse=True)
        step = (level.size - 1 - rising).astype(np.int64)
        return cls(level[::-1], step, positive, np.arange(score.size) if unit is None else unit)

    @cached_property
    def _units_in_order(self) -> tuple[tuple[NDArray[np.int64], NDArray[np.int64]], ...]:
        """For the positive and the negative rows: their units by falling score, and (d + 1,) how many come before."""
        order = np.argsort(self.step, kind="stable")
        sides = []
        for side in (self.positive, ~self.positive):
            rows = order[side[order]]
            before = np.searchsorted(self.step[rows], np.arange(self.level.size + 1)).astype(np.int64)
            sides.append((self.unit[rows], before))
        return tuple(sides)

    def figures(
        self, weight: NDArray[np.int64], positive_when: PositiveWhen, place: NDArray[np.float64]
    ) -> tuple[float, float, NDArray[np.float64]]:
        """Area, best cut-off and sensitivities of the curve with each unit counted `weight` times.

        They are those of `curve`, `Roc.best` and `Roc.sensitivity_at` to the last bit, in less time: scores that
        count 0 times stay in the sums, where they change nothing.

        Args:
            weight: int64 (units,), both kinds must keep a weight.
            positive_when: which values speak for the finding.
            place: float64 (k,), values of 1 − specificity in [0, 1].
        """
        right, wrong = self._passing(weight)
        area = float(np.dot(np.diff(wrong), right[1:] + right[:-1]) / (2 * right[-1] * wrong[-1]))
        found = _read_off(wrong / wrong[-1], right, place)
        return area, self._best_cut_off(right, wrong, positive_when), found

    def best_cut_off(self, weight: NDArray[np.int64], positive_when: PositiveWhen) -> float:
        """The best cut-off alone; see `figures`."""
        return self._best_cut_off(*self._passing(weight), positive_when)

    def _passing(self, weight: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """For positive and negative rows (d + 1,) what passes with the first score, the first two, …; 0 comes first."""
        sides = []
        for units, before in self._units_in_order:
            passed = np.zeros(units.size + 1)
            np.cumsum(weight.take(units), out=passed[1:])
            sides.append(passed.take(before))
        return sides[0], sides[1]

    def _best_cut_off(
        self, right: NDArray[np.float64], wrong: NDArray[np.float64], positive_when: PositiveWhen
    ) -> float:
        """The cut-off of the largest Youden index from what passes."""
        gain = right * wrong[-1] - wrong * right[-1]
        cut_off = self._cut_off_after(gain.size - 1 - int(np.argmax(gain[::-1])), right + wrong)
        return cut_off if positive_when == "higher" else -cut_off

    def _cut_off_after(self, passed: int, counted: NDArray[np.float64]) -> float:
        """The cut-off that the first `passed` scores pass, midway between the neighbours that count.

        Args:
            passed: how many scores; the next one counts, or there is none.
            counted: float64 (d + 1,), rows that have passed with each.
        """
        if counted[passed] == 0:
            return np.inf
        if counted[passed] == counted[-1]:
            return -np.inf
        upper = int(np.searchsorted(counted, counted[passed], side="left")) - 1
        return float(_midway(self.level[[upper, passed]])[0])

    def curve(self, weight: NDArray[np.int64], positive_when: PositiveWhen) -> Roc:
        """The curve with each row counted `weight` times; what counts 0 times leaves no trace in it."""
        sides = [np.bincount(self.step, weight * side, self.level.size) for side in (self.positive, ~self.positive)]
        there = sides[0] + sides[1] > 0
        right, wrong = (np.append(0.0, np.cumsum(side[there])) for side in sides)
        cut_off = np.concatenate([[np.inf], _midway(self.level[there]), [-np.inf]])
        return Roc(cut_off if positive_when == "higher" else -cut_off, right, wrong, positive_when)


def _read_off(
    across: NDArray[np.float64], passed: NDArray[np.float64], place: NDArray[np.float64]
) -> NDArray[np.float64]:
    """(k,) the largest sensitivity at each place, along straight lines between the points of a curve.

    Args:
        across: float64 (d,), 1 − specificity of the points, rising from 0 to 1.
        passed: float64 (d,), positive rows that pass there, rising.
        place: float64 (k,), in [0, 1].
    """
    first = np.searchsorted(across, place, side="left")
    last = np.searchsorted(across, across[first], side="right") - 1
    left = np.maximum(first - 1, 0)
    at = across[first] == place
    span = np.where(at, 1.0, across[first] - across[left])
    share = np.where(at, 0.0, (place - across[left]) / span)
    top, low, high = (passed[points] / passed[-1] for points in (last, left, first))
    return np.asarray(np.where(at, top, low + share * (high - low)))


def _midway(falling: NDArray[np.float64]) -> NDArray[np.float64]:
    """(d − 1,) cut-offs between neighbours: the upper passes, the lower does not."""
    upper, lower = falling[:-1], falling[1:]
    middle = upper / 2 + lower / 2
    return np.where((middle < upper) & (middle >= lower), middle, lower)
