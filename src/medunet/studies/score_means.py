"""Mean and median of scores over cases, with intervals that hold for the skewed shapes that Dice and distances have."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from scipy import stats

from medunet.studies.estimate import LEVEL, Estimate, Method
from medunet.studies.skewed_limits import hall_limits, skewness_factor, student
from medunet.studies.subject_scores import SubjectScores

SCORE_MEAN = Method(
    "mean over cases; t interval over subjects with the skewness taken out by Hall's transformation", "Hall 1992"
)
SIGNED_MEAN = Method("mean over cases; t interval over subjects", "Student 1908; Rao and Scott 1992")
SCORE_MEDIAN = Method(
    "median of the subjects' means; interval between two of them by order statistics, free of any distribution, at the "
    "exact level that is stated",
    "Thompson 1936; Hahn and Meeker 1991",
)


def mean_of_scores(
    scores: SubjectScores, *, least: float | None = None, most: float | None = None, level: float = LEVEL
) -> Estimate:
    """Mean over cases; the interval takes the subject as the unit.

    Numbers with a bound (overlap, distances, absolute errors) lean against it, and their skewness is taken out. Signed
    errors have none and lean to no side; for them the plain t interval holds better.

    `benchmarks/interval_coverage.py` shows how often the interval holds the truth, by n and shape, beside the plain t
    and the percentile bootstrap. It cannot know of failures that no case of the sample shows.

    Args:
        scores: of one metric and structure.
        least: the smallest value that a score can have, where there is one; the limits are cut there.
        most: the largest value that it can have, likewise.
        level: confidence, in (0, 1).

    Source: P. Hall, J. R. Stat. Soc. B 1992;54:221; several cases of a subject: J. N. K. Rao and A. J. Scott,
    Biometrics 1992;48:577.
    """
    signed = least is None and most is None
    asked = scores.asked(SIGNED_MEAN if signed else SCORE_MEAN, level)
    reason = scores.why_no_interval()
    if not scores.n:
        return asked.nothing(reason)
    mean = scores.mean
    if reason:
        return asked.bare(mean, reason)
    parts = scores.influence
    squares = float((parts**2).sum())
    error = math.sqrt(scores.n / (scores.n - 1) * squares)
    skewness = 0.0 if signed else float((parts**3).sum()) / squares**1.5 * skewness_factor(scores.n)
    low, high = hall_limits(mean, error, skewness, student(level, scores.n - 1))
    low = low if least is None else max(least, low)
    high = high if most is None else min(most, high)
    return asked.answer(mean, min(low, mean), max(high, mean))


def median_of_scores(scores: SubjectScores, level: float = LEVEL) -> Estimate:
    """Median of the subjects' means; where each subject has one case, the median over cases.

    The interval is the narrowest symmetric pair of order statistics that reaches `level`; `Estimate.level` is what it
    reaches exactly for a continuous distribution, and at least reaches where scores are tied. With 5 subjects even the
    range from the lowest to the highest has 93.75 %.

    Source: W. R. Thompson, Ann. Math. Stat. 1936;7:122; G. J. Hahn and W. Q. Meeker, "Statistical Intervals", 1991,
    section 5.2.
    """
    asked = scores.asked(SCORE_MEDIAN, level)
    reason = scores.why_no_interval()
    if not scores.n:
        return asked.nothing(reason)
    median = float(np.median(scores.means))
    outside, reached = order_statistics(scores.n, level)
    if not reason and not outside:
        reason = f"{scores.n} subjects; no interval of {100 * level:g} % for a median exists"
    if reason:
        return asked.bare(median, reason)
    ordered = np.sort(scores.means)
    return scores.asked(SCORE_MEDIAN, reached).answer(median, float(ordered[outside - 1]), float(ordered[-outside]))


@lru_cache(maxsize=1024)
def order_statistics(n: int, level: float = LEVEL) -> tuple[int, float]:
    """Which order statistics bound a median: k, for the k-th lowest and k-th highest of n, and the exact level; or 0.

    The number of values below the median is binomial, so the k-th ones hold it with 1 − 2 P(fewer than k).
    """
    k = int(stats.binom.ppf((1 - level) / 2, n, 0.5))
    # The quantile is the first count that reaches the tail; the statistic before it may lose no more than the tail.
    while k > 0 and 2 * stats.binom.cdf(k - 1, n, 0.5) > 1 - level:
        k -= 1
    return k, float(1 - 2 * stats.binom.cdf(k - 1, n, 0.5)) if k else 0.0
