"""Welch's t and Mann and Whitney's U of two groups, with subjects as units."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from medunet.studies.estimate import BEYOND, Method
from medunet.studies.groups import Groups, why_no_comparison
from medunet.studies.significance import MEANS, ROWS, HypothesisTest

WELCH = Method("Welch's t test of the means, positive minus negative", "Welch 1947")
MANN_WHITNEY = Method(
    "Mann–Whitney U of the positive group, normal approximation corrected for ties and continuity",
    "Mann and Whitney 1947",
)
EXACT_MANN_WHITNEY = Method("Mann–Whitney U of the positive group, exact", "Mann and Whitney 1947")

SAME_NUMBERS = "the numbers are all equal"

_ROUNDING = 1e-12
"""A standard deviation below this share of the whole range is rounding."""

_EXACT_UP_TO = 400
"""Pairs for which the exact distribution is computed; beyond, the approximation is as good and fast."""


def why_no_means(groups: Groups) -> str:
    """Why subjects cannot be the units of two independent groups, or ""."""
    flow = groups.flow
    if reason := why_no_comparison(flow):
        return reason
    if flow.both_subjects:
        who = "subject has" if flow.both_subjects == 1 else "subjects have"
        both = f"{flow.both_subjects} {who} rows of both labels"
        return f"{both}: the groups are not independent, see the clustered rank test"
    return ""


@dataclass(frozen=True, eq=False)
class Sides:
    """The values of two groups, one of each subject, moved and scaled to [0, 1] so that no square overflows.

    Attributes:
        positive: float64 (n,).
        negative: float64 (m,).
        scale: what one unit is in the measurement's unit.
    """

    positive: NDArray[np.float64]
    negative: NDArray[np.float64]
    scale: float

    @property
    def moments(self) -> tuple[tuple[float, float, int], tuple[float, float, int]]:
        """Mean, variance (n − 1) and number of each group, positive first; needs two values in each."""
        first, second = (
            (float(side.mean()), float(side.var(ddof=1)), side.size) for side in (self.positive, self.negative)
        )
        return first, second


def sides_of(means: Groups) -> Sides | str:
    """Both groups, or why a standard error cannot be taken from them.

    Args:
        means: one row of each subject.
    """
    low = means.value.min()
    with np.errstate(over="ignore"):
        scale = float(means.value.max() - low)
    if scale == 0:
        return SAME_NUMBERS
    if not math.isfinite(scale):
        return BEYOND
    scaled = (means.value - low) / scale
    sides = Sides(scaled[means.positive], scaled[~means.positive], scale)
    if min(sides.positive.size, sides.negative.size) < 2:
        return "a group has one subject: there is no spread to take an error from"
    if max(variance for _, variance, _ in sides.moments) < _ROUNDING**2:
        return "the numbers are all equal within each group"
    return sides


def welch_test(groups: Groups) -> HypothesisTest:
    """Welch's t test; the mean of a subject counts once."""
    means, about, reason = _units(groups, WELCH)
    sides = reason or sides_of(means)
    if isinstance(sides, str):
        return HypothesisTest(None, None, *about, sides)
    numbers = [number for mean, variance, n in sides.moments for number in (mean, math.sqrt(variance), n)]
    found = stats.ttest_ind_from_stats(*numbers, equal_var=False)
    return HypothesisTest(float(found.statistic), float(found.pvalue), *about)


def mann_whitney_test(groups: Groups) -> HypothesisTest:
    """Mann and Whitney's test; the mean of a subject counts once. Up to 400 pairs without ties it is exact."""
    flow = groups.flow
    small = flow.positive_subjects * flow.negative_subjects <= _EXACT_UP_TO
    means, about, reason = _units(groups, MANN_WHITNEY)
    if not reason and means.value.min() == means.value.max():
        reason = SAME_NUMBERS
    if reason:
        return HypothesisTest(None, None, *about, reason)
    exact = small and np.unique(means.value).size == means.value.size
    method = "exact" if exact else "asymptotic"
    found = stats.mannwhitneyu(means.value[means.positive], means.value[~means.positive], method=method)
    about = (*about[:3], EXACT_MANN_WHITNEY if exact else MANN_WHITNEY)
    return HypothesisTest(float(found.statistic), float(found.pvalue), *about)


def _units(groups: Groups, method: Method) -> tuple[Groups, tuple[str, int, int, Method], str]:
    """One value for each subject, what a test says of itself, and why there is none."""
    reason = why_no_means(groups)
    units = ROWS if groups.one_row_each else MEANS
    means = groups if reason else groups.means_of_subjects()
    return means, (units, groups.value.size, groups.flow.subjects, method), reason
