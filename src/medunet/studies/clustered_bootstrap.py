"""The bootstrap of whole subjects: a check of the area's interval, and an approximate one for a chosen cut-off."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from medunet.studies.clustered_draws import bootstrap_weights
from medunet.studies.estimate import LEVEL, Asked, Estimate, Method
from medunet.studies.groups import Groups, PositiveWhen, why_no_comparison, why_no_interval
from medunet.studies.roc import Roc, Steps

REPLICATES = 2000
"""Draws of an interval in a report."""

BOOTSTRAP_AREA = Method(
    "Mann–Whitney area under the ROC curve; percentile bootstrap of whole subjects within groups",
    "Efron and Tibshirani 1993, chapter 13; Field and Welsh 2007",
)
BOOTSTRAP_CUT_OFF = Method(
    "cut-off of the largest Youden index, in-sample; percentile bootstrap of whole subjects within groups, approximate",
    "Youden 1950; Efron and Tibshirani 1993, chapter 13",
)


def bootstrap_area(
    groups: Groups, positive_when: PositiveWhen, *, level: float = LEVEL, replicates: int = REPLICATES, seed: int = 0
) -> Estimate:
    """Area under the ROC curve with a percentile interval: a check beside `roc_area`, not the primary interval."""
    asked = _asked(groups, level, BOOTSTRAP_AREA)
    drawn = _drawn(groups, positive_when, replicates, seed, lambda curve: curve.area)
    if isinstance(drawn, str):
        return asked.nothing(drawn)
    if np.ptp(drawn) == 0:
        return asked.bare(drawn[0], "every bootstrap sample has the same area")
    return asked.answer(drawn[0], *_limits(drawn[1:], level))


def youden_cut_off(
    groups: Groups, positive_when: PositiveWhen, *, level: float = LEVEL, replicates: int = REPLICATES, seed: int = 0
) -> Estimate:
    """The cut-off that does best on these very rows, in the measurement's unit.

    It is in-sample: its sensitivity and specificity on the same rows are optimistic (Leeflang et al. 2008,
    doi:10.1373/clinchem.2007.096032); `validated_cut_off` gives those on other rows. The interval is approximate: the
    place of a maximum converges slower than a mean, and the bootstrap is known to be rough there.
    """
    asked = _asked(groups, level, BOOTSTRAP_CUT_OFF)
    drawn = _drawn(groups, positive_when, replicates, seed, lambda curve: float(curve.cut_off[curve.best]))
    if isinstance(drawn, str):
        return asked.nothing(drawn)
    if not np.isfinite(drawn[0]):
        return asked.nothing(NO_BETTER)
    return asked.answer(drawn[0], *_limits(drawn[np.isfinite(drawn)], level))


NO_BETTER = "no cut-off does better than chance in the stated direction"
"""Why there is no chosen cut-off where the best point of the curve is one of its ends."""


def _drawn(
    groups: Groups, positive_when: PositiveWhen, replicates: int, seed: int, figure: Callable[[Roc], float]
) -> NDArray[np.float64] | str:
    """(1 + replicates,) the figure of the rows as they are, then of each replicate; or why there is none.

    Every figure of one seed is taken from the same replicates.
    """
    if reason := why_no_comparison(groups.flow) or why_no_interval(groups.flow):
        return reason
    steps = Steps.of(groups.score(positive_when), groups.positive)
    once = np.ones(steps.step.size, dtype=np.int64)
    weights = chain([once], bootstrap_weights(groups, replicates, seed, "bootstrap"))
    return np.array([figure(steps.curve(weight, positive_when)) for weight in weights])


def _limits(drawn: NDArray[np.float64], level: float) -> tuple[float, float]:
    """Percentiles that leave out the same share on both sides."""
    with np.errstate(all="ignore"):
        low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def _asked(groups: Groups, level: float, method: Method) -> Asked:
    """What is asked of all measured rows."""
    return Asked(method, level, groups.value.size, groups.flow.subjects)
