"""How far two groups lie apart without a unit: Hedges' g, the rank-biserial correlation."""

from __future__ import annotations

import math
from dataclasses import replace

from medunet.studies.effect_tests import sides_of, why_no_means
from medunet.studies.estimate import LEVEL, Asked, Estimate, Method
from medunet.studies.groups import Groups, why_no_interval
from medunet.studies.proportions import quantile_of

HEDGES = Method(
    "Hedges' g: standardised difference of the means of subjects; large-sample interval",
    "Hedges and Olkin 1985, chapter 5",
)
RANK_BISERIAL = "rank-biserial correlation, 2 AUC − 1, interval from that of the area: "


def hedges_g(groups: Groups, level: float = LEVEL) -> Estimate:
    """Difference of means over the pooled standard deviation, corrected for small groups.

    g = J d with Hedges' exact correction J; the variance is 1/n₁ + 1/n₂ + g² ÷ 2 (n₁ + n₂) (Hedges and Olkin 1985,
    Statistical Methods for Meta-Analysis, chapter 5). Other than Welch's test it takes both groups to spread alike.
    """
    asked = Asked(HEDGES, level, groups.value.size, groups.flow.subjects)
    if reason := why_no_means(groups):
        return asked.nothing(reason)
    sides = sides_of(groups.means_of_subjects())
    if isinstance(sides, str):
        return asked.nothing(sides)
    (upper, first, n), (lower, second, m) = sides.moments
    freedom = n + m - 2
    pooled = math.sqrt((first * (n - 1) + second * (m - 1)) / freedom)
    g = _correction(freedom) * (upper - lower) / pooled
    if reason := why_no_interval(groups.flow):
        return asked.bare(g, reason)
    reach = quantile_of(level) * math.sqrt(1 / n + 1 / m + g**2 / (2 * (n + m)))
    return asked.answer(g, g - reach, g + reach)


def rank_biserial(area: Estimate) -> Estimate:
    """2 AUC − 1: the share of pairs in the right order minus that in the wrong one, with the area's interval."""
    method = Method(RANK_BISERIAL + area.method.name, area.method.source)
    turned = (None if number is None else 2 * number - 1 for number in (area.value, area.low, area.high))
    value, low, high = turned
    return replace(area, value=value, low=low, high=high, method=method)


def _correction(freedom: int) -> float:
    """Hedges' J: the factor that takes the bias from d."""
    return math.exp(math.lgamma(freedom / 2) - math.lgamma((freedom - 1) / 2)) / math.sqrt(freedom / 2)
