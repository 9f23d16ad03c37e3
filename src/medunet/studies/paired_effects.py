"""How far two runs lie apart: mean and median difference, rank-biserial correlation, d_z; subjects are the units."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

from medunet.studies.estimate import LEVEL, Estimate, Method
from medunet.studies.paired_subjects import PairedSubjects
from medunet.studies.signed_ranks import SignedRanks, walsh_reach
from medunet.studies.walsh import WalshAverages

MEAN = Method("mean of the subjects' mean differences; t interval", "Student 1908")
HODGES_LEHMANN = Method(
    "Hodges–Lehmann median of the subjects' mean differences (median of the Walsh averages); interval by "
    "inverting the signed-rank test",
    "Hodges and Lehmann 1963; Tukey 1949",
)
RANK_BISERIAL = Method(
    "matched-pairs rank-biserial correlation: rank sum above 0 minus rank sum below, over that of all, zeros by "
    "Pratt's rule; interval by leaving out one subject at a time, on the Fisher z scale, t quantile",
    "Kerby 2014; Efron and Tibshirani 1993",
)
ONE_SIDED = Method(
    "matched-pairs rank-biserial correlation where no two subjects point the other way; limit of n of n "
    "subjects, squared for the two of a Walsh average",
    "Kerby 2014; Clopper and Pearson 1934",
)
D_Z = Method(
    "d_z: mean over standard deviation of the subjects' mean differences; interval by inverting the non-central t",
    "Cohen 1988; Cumming and Finch 2001",
)

_LARGEST_T = 1_000.0
"""|t| up to which the non-central t distribution is inverted; far beyond, the search for it does not end."""

FEWEST_FOR_RANKS = 6
"""Subjects below which no error of a rank correlation is taken."""


def mean_difference(pairs: PairedSubjects, level: float = LEVEL) -> Estimate:
    """Mean over subjects of second − first, in the metric's unit.

    Source: Student, Biometrika 1908;6:1. `benchmarks/paired_coverage.py` shows by simulation how far the interval holds
    for differences of Dice.
    """
    asked = pairs.asked(MEAN, level)
    if not pairs.n:
        return asked.nothing(pairs.why_no_spread())
    mean = float(pairs.difference.mean())
    if reason := pairs.why_no_spread():
        return asked.bare(mean, reason)
    reach = float(stats.t.ppf((1 + level) / 2, pairs.n - 1)) * pairs.deviation / math.sqrt(pairs.n)
    return asked.answer(mean, mean - reach, mean + reach)


def median_difference(pairs: PairedSubjects, level: float = LEVEL) -> Estimate:
    """Hodges and Lehmann's estimate of the median difference; it belongs to Wilcoxon's test as the mean to t.

    Source: J. L. Hodges and E. L. Lehmann, Ann. Math. Statist. 1963;34:598; M. Hollander, D. A. Wolfe and E. Chicken,
    "Nonparametric Statistical Methods", 2014, sections 3.2 and 3.3.
    """
    asked = pairs.asked(HODGES_LEHMANN, level)
    if not pairs.n:
        return asked.nothing(pairs.why_no_spread())
    averages = WalshAverages(pairs.difference)
    median = averages.median()
    outside = walsh_reach(pairs.n, level)
    if outside < 0:
        return asked.bare(median, f"{pairs.n} subjects are too few for an interval of a median at {100 * level:g} %")
    if reason := pairs.why_no_spread():
        return asked.bare(median, reason)
    return asked.answer(median, averages.smallest(outside + 1), averages.smallest(averages.count - outside))


def rank_biserial(pairs: PairedSubjects, level: float = LEVEL) -> Estimate:
    """From −1 (the second below the first everywhere) to 1: share of the rank sum above 0 minus that below.

    It is the mean sign of the Walsh averages. Where all subjects have one sign the jackknife says nothing. Then the
    share of such subjects is at least Clopper and Pearson's limit for n of n, and the average of two of them has the
    same sign, so the share of such averages is at least its square.

    Source: D. S. Kerby, Comprehensive Psychology 2014;3:11.IT.3.1.
    """
    asked = pairs.asked(RANK_BISERIAL, level)
    if not pairs.n or not pairs.difference.any():
        return asked.nothing(pairs.why_no_spread())
    value = _correlation(pairs.difference)
    if pairs.n < FEWEST_FOR_RANKS:
        return asked.bare(value, f"fewer than {FEWEST_FOR_RANKS} subjects")
    if abs(value) > 1 - 1e-12:
        bound = 2 * ((1 - level) / 2) ** (2 / pairs.n) - 1
        limits = (bound, 1.0) if value > 0 else (-1.0, -bound)
        return replace(asked, method=ONE_SIDED).answer(round(value), *limits)
    others = np.arctanh(np.clip(_without_each(pairs.difference), -1 + 1e-9, 1 - 1e-9))
    error = math.sqrt((pairs.n - 1) / pairs.n * float(np.sum((others - others.mean()) ** 2)))
    if error == 0:
        return asked.bare(value, "leaving out any subject changes nothing")
    reach = float(stats.t.ppf((1 + level) / 2, pairs.n - 1)) * error
    return asked.answer(value, math.tanh(math.atanh(value) - reach), math.tanh(math.atanh(value) + reach))


def d_z(pairs: PairedSubjects, level: float = LEVEL) -> Estimate:
    """The mean difference in standard deviations of the differences.

    Source: J. Cohen, "Statistical Power Analysis for the Behavioral Sciences", 1988, section 2.3; G. Cumming and
    S. Finch, Educ. Psychol. Meas. 2001;61:532.
    """
    asked = pairs.asked(D_Z, level)
    if reason := pairs.why_no_spread():
        return asked.nothing(reason)
    value, root = float(pairs.difference.mean()) / pairs.deviation, math.sqrt(pairs.n)
    if pairs.n < 3:
        return asked.bare(value, "fewer than 3 subjects")
    if abs(value) * root > _LARGEST_T:
        return asked.bare(value, "the differences hardly spread beside their mean")
    tail = (1 - level) / 2
    centres = (float(special.nctdtrinc(pairs.n - 1, share, value * root)) for share in (1 - tail, tail))
    return asked.answer(value, *(centre / root for centre in centres))


def _correlation(difference: NDArray[np.float64]) -> float:
    """Rank sum above 0 minus that below, over n (n + 1) ÷ 2."""
    above, below = SignedRanks.of(difference).sums
    return (above - below) / (difference.size * (difference.size + 1) / 2)


def _without_each(difference: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n,) the correlation without one subject, from the signs of the averages that it has a part in."""
    n = difference.size
    ordered = np.sort(difference)
    above = n - np.searchsorted(ordered, -difference, side="right")
    below = np.searchsorted(ordered, -difference, side="left")
    # Of the pairs with itself only the sign is left: both orders of a pair are counted above, its own once.
    signs = (above - below).astype(np.float64)
    total = (signs.sum() + np.sign(difference).sum()) / 2
    return np.asarray((total - signs) / (n * (n - 1) / 2))
