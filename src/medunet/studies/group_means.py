"""The difference of two groups' means, also where subjects have rows of both labels.

A subject counts once under each label that it has, by the mean of its rows there. Its two means are alike, so the error
is taken over subjects, not over means: the cluster-robust variance CR2 of Bell and McCaffrey (2002, Survey Methodology
28:169; Pustejovsky and Tipton 2018, doi:10.1080/07350015.2016.1247004). Where no subject has both labels it is Welch's
interval, where all have both it is the paired t interval.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from medunet.studies.effect_tests import Sides, sides_of
from medunet.studies.estimate import LEVEL, Asked, Estimate, Method
from medunet.studies.groups import Groups, why_no_comparison, why_no_interval

WELCH = Method("difference of the means of subjects, positive minus negative; Welch's t interval", "Welch 1947")
CLUSTERED = Method(
    "difference of the means of subjects, positive minus negative, where some are in both groups; cluster-robust t "
    "interval (CR2, Satterthwaite's degrees of freedom)",
    "Bell and McCaffrey 2002; Pustejovsky and Tipton 2018",
)

SAME_DIFFERENCE = "the estimated variance is 0: the subjects do not differ in their difference"

_ROUNDING = 1e-24
"""A variance below this, of values in [0, 1], is what rounding left of 0."""


@dataclass(frozen=True, slots=True)
class Moments:
    """What is known of the means of n subjects with the label and m without, of whom some are the same.

    Attributes:
        n, m: subjects of each group.
        both: subjects in both.
        first, second: variances of the two groups.
        shared: covariance of the two means of a subject; 0 where none has both.
        squares: the squared standard error of the difference.
    """

    n: int
    m: int
    both: int
    first: float
    second: float
    shared: float
    squares: float

    @property
    def freedom(self) -> float:
        """Satterthwaite's degrees of freedom, for normal means with the variances and the covariance of the data.

        The squared error is a sum over subjects of g² with g normal; its degrees of freedom are (Σ v)² ÷ Σ v², with v
        the covariances of all pairs of subjects. Subjects of one kind are alike in them, so pairs are counted by kind.
        """
        kinds = ((True, False, self.n - self.both), (False, True, self.m - self.both), (True, True, self.both))
        trace = square = 0.0
        for one in kinds:
            own = self._covariance(one, one, same=True)
            trace += one[2] * own
            square += one[2] * own**2
            for other in kinds:
                square += one[2] * (other[2] - (one is other)) * self._covariance(one, other, same=False) ** 2
        return trace**2 / square

    def _covariance(self, one: tuple[bool, bool, int], other: tuple[bool, bool, int], *, same: bool) -> float:
        """Of the parts that two subjects, or one with itself, add to the error."""
        n, m = self.n, self.m
        upper = one[0] * other[0] * (same - 1 / n) * self.first / (n * (n - 1))
        lower = one[1] * other[1] * (same - 1 / m) * self.second / (m * (m - 1))
        crossed = 0.0
        for a, b in ((one, other), (other, one)):
            if a[0] and b[1]:
                in_both = (a[0] and a[1]) / m + (b[0] and b[1]) / n
                crossed += (same and a[1]) - in_both + self.both / (n * m)
        return upper + lower - crossed * self.shared / math.sqrt(n * (n - 1) * m * (m - 1))


def mean_difference(groups: Groups, level: float = LEVEL) -> Estimate:
    """Mean over the subjects with positive rows minus that over those with negative ones, in the measurement's unit.

    Equal variances are not assumed. What lies between subjects and what within is not told apart: where all subjects
    have both labels it is the mean difference within a subject, where none has, that between subjects.
    """
    flow = groups.flow
    asked = Asked(CLUSTERED if flow.both_subjects else WELCH, level, groups.value.size, flow.subjects)
    if reason := why_no_comparison(flow):
        return asked.nothing(reason)
    cells, subject = cells_of(groups)
    sides = sides_of(cells)
    if isinstance(sides, str):
        return asked.bare(_plain_difference(cells), why_no_interval(flow) or sides)
    difference = (float(sides.positive.mean()) - float(sides.negative.mean())) * sides.scale
    if reason := why_no_interval(flow):
        return asked.bare(difference, reason)
    moments = moments_of(sides, subject[cells.positive], subject[~cells.positive])
    if moments.squares <= _ROUNDING:
        return asked.bare(difference, SAME_DIFFERENCE)
    quantile = float(stats.t.ppf((1 + level) / 2, moments.freedom))
    reach = quantile * math.sqrt(moments.squares) * sides.scale
    return asked.answer(difference, difference - reach, difference + reach)


def cells_of(groups: Groups) -> tuple[Groups, NDArray[np.int64]]:
    """One row for each subject and label, the mean of its rows; and (k,) the number of its subject."""
    number = np.unique(groups.subject, return_inverse=True)[1].astype(np.int64)
    cells = replace(groups, subject=2 * number + groups.positive).means_of_subjects()
    return cells, cells.subject // 2


def moments_of(sides: Sides, positive_subject: NDArray[np.int64], negative_subject: NDArray[np.int64]) -> Moments:
    """The moments of two groups.

    Args:
        sides: n and m values, one of each subject, at least 2 in each.
        positive_subject: (n,) whose the positive ones are, each once.
        negative_subject: (m,) whose the negative ones are, each once.
    """
    (mean, first, n), (other, second, m) = sides.moments
    both, mine, theirs = np.intersect1d(positive_subject, negative_subject, return_indices=True)
    products = float((sides.positive[mine] - mean) @ (sides.negative[theirs] - other))
    squares = first / n + second / m - 2 * products / math.sqrt(n * (n - 1) * m * (m - 1))
    most = math.sqrt(first * second)
    shared = products / both.size * math.sqrt(n * m / ((n - 1) * (m - 1))) if both.size else 0.0
    return Moments(n, m, both.size, first, second, min(max(shared, -most), most), squares)


def _plain_difference(cells: Groups) -> float:
    """Difference of the means where no error can be taken; not finite where it overflows."""
    with np.errstate(all="ignore"):
        return float(cells.value[cells.positive].mean() - cells.value[~cells.positive].mean())
