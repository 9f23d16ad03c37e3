"""The area under the ROC curve with its interval, which stays in [0, 1] and has a length at perfect separation."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from medunet.studies.delong import Placements, obuchowski_variance, placements
from medunet.studies.estimate import LEVEL, Asked, Estimate, Method
from medunet.studies.groups import Groups, PositiveWhen, why_no_comparison, why_no_interval
from medunet.studies.proportions import quantile_of

DELONG = Method(
    "Mann–Whitney area under the ROC curve; DeLong's interval on the logit scale",
    "DeLong, DeLong and Clarke-Pearson 1988; Pepe 2003, section 5.2",
)
OBUCHOWSKI = Method(
    "Mann–Whitney area under the ROC curve; interval for clustered data on the logit scale",
    "Obuchowski 1997; Pepe 2003, section 5.2",
)
SEPARATED = Method(
    "Mann–Whitney area under the ROC curve; at perfect separation an exact bound from disjoint pairs of subjects",
    "Clopper and Pearson 1934",
)


def roc_area(groups: Groups, positive_when: PositiveWhen, level: float = LEVEL) -> Estimate:
    """Area under the ROC curve; each row weighs the same, the interval is one over subjects.

    Between 0 and 1 the interval is taken for log (A ÷ (1 − A)) and turned back, so it cannot leave [0, 1]. At perfect
    separation the variance is 0 and says nothing. Then disjoint pairs of a positive and a negative subject are drawn
    up, as many as there are: each is in the right order with probability A, and all were, which has probability A^m.
    The bound is the A for which that is (1 − level) ÷ 2 (the limit of Clopper and Pearson 1934,
    doi:10.1093/biomet/26.4.404, for m successes of m).

    Args:
        groups: the rows; infinities are allowed.
        positive_when: which values speak for the finding.
        level: confidence.
    """
    flow = groups.flow
    asked = Asked(DELONG if groups.one_row_each else OBUCHOWSKI, level, groups.value.size, flow.subjects)
    if reason := why_no_comparison(flow):
        return asked.nothing(reason)
    found = placements(groups.score(positive_when), groups.positive)
    if reason := why_no_interval(flow):
        return asked.bare(found.area, reason)
    if found.area in (0.0, 1.0):
        return replace(asked, method=SEPARATED).answer(found.area, *_separated(groups, found.area, level))
    variance = _variance(groups, found)
    if variance <= 0:
        return asked.bare(found.area, _NO_SPREAD)
    return asked.answer(found.area, *_on_logits(found.area, variance, level))


_NO_SPREAD = "the estimated variance is 0: subjects do not differ"


def _variance(groups: Groups, found: Placements) -> float:
    """Variance of the area with subjects as units; DeLong's where each has one row."""
    return obuchowski_variance(found, groups.subject[groups.positive], groups.subject[~groups.positive])


def _on_logits(area: float, variance: float, level: float) -> tuple[float, float]:
    """Limits of the area from its variance."""
    logit = math.log(area) - math.log1p(-area)
    reach = quantile_of(level) * math.sqrt(variance) / (area * (1 - area))
    return _share(logit - reach), _share(logit + reach)


def _share(logit: float) -> float:
    """Back from the logit, without overflow."""
    return 1 / (1 + math.exp(-logit)) if logit > 0 else math.exp(max(logit, -700)) / (1 + math.exp(max(logit, -700)))


def _separated(groups: Groups, area: float, level: float) -> tuple[float, float]:
    """Limits where every positive row is on one side of every negative row."""
    sides = [np.unique(groups.subject[side]) for side in (groups.positive, ~groups.positive)]
    pairs = min(sides[0].size, sides[1].size, np.union1d(*sides).size // 2)
    bound = ((1 - level) / 2) ** (1 / pairs)
    return (bound, 1.0) if area == 1 else (0.0, 1 - bound)
