"""The rank-sum test for clustered data: each subject weighs the same, and may have rows of both labels.

One row of each subject is drawn and the ranks of the positive rows are summed; the statistic is the mean over all such
draws, which needs no drawing (Datta and Satten 2005, doi:10.1198/016214504000001583). So a subject counts once however
many rows it has, also where the number of rows depends on how ill a subject is.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from medunet.studies.effect_tests import SAME_NUMBERS
from medunet.studies.estimate import Method
from medunet.studies.groups import Groups, why_no_comparison, why_no_interval
from medunet.studies.significance import SUBJECTS, HypothesisTest

CLUSTERED_RANKS = Method("rank-sum test for clustered data, z of the positive rows", "Datta and Satten 2005")

NO_SPREAD = "the estimated variance is 0: no subject tells the labels apart"

_ROUNDING = 1e-20
"""A variance below this for each subject is what rounding left of 0."""


def clustered_rank_test(groups: Groups) -> HypothesisTest:
    """Whether positive rows rank higher than negative ones, with subjects as units.

    z is above 0 where positive rows rank higher. The variance is taken from the data, subject by subject, and the
    normal distribution is an approximation; it needs 10 subjects in each group.
    """
    flow = groups.flow
    about = (SUBJECTS, groups.value.size, flow.subjects, CLUSTERED_RANKS)
    reason = why_no_comparison(flow) or why_no_interval(flow)
    if not reason and groups.value.min() == groups.value.max():
        reason = SAME_NUMBERS
    if reason:
        return HypothesisTest(None, None, *about, reason)
    excess, variance = rank_sum(groups)
    if variance <= _ROUNDING * flow.subjects:
        return HypothesisTest(None, None, *about, NO_SPREAD)
    z = excess / math.sqrt(variance)
    return HypothesisTest(z, math.erfc(abs(z) / math.sqrt(2)), *about)


def rank_sum(groups: Groups) -> tuple[float, float]:
    """The mean rank sum over all draws, divided by k + 1, less its expectation; and its variance.

    Args:
        groups: rows of k subjects, with both labels.
    """
    subject = np.unique(groups.subject, return_inverse=True)[1]
    rows = np.bincount(subject)
    k, weight = rows.size, 1 / rows[subject]
    overall, own = _standing(groups.value, subject, weight)
    positive = np.bincount(subject, weight * groups.positive)
    ranks = 1 + k * overall - own
    excess = float((weight * groups.positive * ranks).sum()) / (k + 1) - float(positive.sum()) / 2
    pull = (k - 1) * groups.positive - (positive.sum() - positive)[subject]
    parts = np.bincount(subject, weight * pull * (overall - 0.5)) / (k + 1)
    return excess, float((parts**2).sum())


def _standing(
    value: NDArray[np.float64], subject: NDArray[np.intp], weight: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(n,) share of rows below each row, ties half: among all, each subject weighing the same, and in its subject."""
    level = np.unique(value, return_inverse=True)[1]
    mass = np.bincount(level, weight) / weight.sum()
    overall = (np.cumsum(mass) - mass / 2)[level]
    pairs, of_row, count = np.unique(subject * (int(level.max()) + 1) + level, return_inverse=True, return_counts=True)
    below = np.cumsum(count) - count / 2
    first = np.searchsorted(pairs, subject * (int(level.max()) + 1))
    start = (np.cumsum(count) - count)[first]
    return overall, (below[of_row] - start) * weight
