"""The bootstrap of whole subjects: a check of the area's interval, and an approximate one for a chosen cut-off."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from medunet.studies.estimate import LEVEL, Asked, Estimate, Method
from medunet.studies.resampled_curves import ResampledCurves

BOOTSTRAP_AREA = Method(
    "Mann–Whitney area under the ROC curve; percentile bootstrap of whole subjects within groups",
    "Efron and Tibshirani 1993, chapter 13; Field and Welsh 2007",
)
BOOTSTRAP_CUT_OFF = Method(
    "cut-off of the largest Youden index, in-sample; percentile bootstrap of whole subjects within groups, approximate",
    "Youden 1950; Efron and Tibshirani 1993, chapter 13",
)


def bootstrap_area(drawn: ResampledCurves, *, level: float = LEVEL) -> Estimate:
    """Area under the ROC curve with a percentile interval: a check beside `roc_area`, not the primary interval.

    Args:
        drawn: the curves of the rows and of their samples.
        level: confidence.
    """
    asked = Asked(BOOTSTRAP_AREA, level, drawn.rows, drawn.subjects)
    if drawn.reason:
        return asked.nothing(drawn.reason)
    if np.ptp(drawn.area) == 0:
        return asked.bare(drawn.area[0], "every bootstrap sample has the same area")
    return asked.answer(drawn.area[0], *_limits(drawn.area[1:], level))


def youden_cut_off(drawn: ResampledCurves, *, level: float = LEVEL) -> Estimate:
    """The cut-off that does best on these very rows, in the measurement's unit.

    It is in-sample: its sensitivity and specificity on the same rows are optimistic (Leeflang et al. 2008,
    doi:10.1373/clinchem.2007.096032); `validated_cut_off` gives those on other rows. The interval is approximate: the
    place of a maximum converges slower than a mean, and the bootstrap is known to be rough there.

    Args:
        drawn: the curves of the rows and of their samples.
        level: confidence.
    """
    asked = Asked(BOOTSTRAP_CUT_OFF, level, drawn.rows, drawn.subjects)
    if drawn.reason:
        return asked.nothing(drawn.reason)
    if not np.isfinite(drawn.cut_off[0]):
        return asked.nothing(NO_BETTER)
    return asked.answer(drawn.cut_off[0], *_limits(drawn.cut_off[np.isfinite(drawn.cut_off)], level))


NO_BETTER = "no cut-off does better than chance in the stated direction"
"""Why there is no chosen cut-off where the best point of the curve is one of its ends."""


def _limits(drawn: NDArray[np.float64], level: float) -> tuple[float, float]:
    """Percentiles that leave out the same share on both sides."""
    with np.errstate(all="ignore"):
        low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
