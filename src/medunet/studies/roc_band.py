"""The band of a ROC curve: how high the sensitivity may lie at each share of false positives."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medunet.studies.estimate import LEVEL, Method
from medunet.studies.resampled_curves import ResampledCurves

BAND = Method(
    "pointwise band of the ROC curve: percentiles of the sensitivity at each 1 − specificity, bootstrap of whole "
    "subjects within groups",
    "Macskassy and Provost 2004; Efron and Tibshirani 1993, chapter 13",
)


@dataclass(frozen=True, eq=False)
class RocBand:
    """A pointwise band; at each place alone it holds the curve with the confidence it names, not the whole curve.

    Attributes:
        one_minus_specificity: float64 (k,), rising from 0 to 1; empty where there is no band.
        low, high: float64 (k,), limits of the sensitivity there, in [0, 1].
        level: confidence.
        reason: why there is no band, or "".
    """

    one_minus_specificity: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    level: float
    reason: str = ""


def roc_band(drawn: ResampledCurves, *, level: float = LEVEL) -> RocBand:
    """The band of the rows' curve.

    Where the curve lies in a corner (all rows there are of one kind) every draw agrees and the band has no height: it
    then says nothing of how sure that is.

    Args:
        drawn: the curves of the rows and of their samples.
        level: confidence.
    """
    if drawn.reason:
        return RocBand(np.empty(0), np.empty(0), np.empty(0), level, drawn.reason)
    low, high = np.quantile(drawn.sensitivity, [(1 - level) / 2, (1 + level) / 2], axis=0)
    return RocBand(np.linspace(0, 1, low.size), low, high, level)
