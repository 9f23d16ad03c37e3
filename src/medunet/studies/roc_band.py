"""The band of a ROC curve: how high the sensitivity may lie at each share of false positives."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medunet.studies.clustered_bootstrap import REPLICATES
from medunet.studies.clustered_draws import bootstrap_weights
from medunet.studies.estimate import LEVEL, Method
from medunet.studies.groups import Groups, PositiveWhen, why_no_comparison, why_no_interval
from medunet.studies.roc import Roc, Steps

BAND = Method(
    "pointwise band of the ROC curve: percentiles of the sensitivity at each 1 − specificity, bootstrap of whole "
    "subjects within groups",
    "Macskassy and Provost 2004; Efron and Tibshirani 1993, chapter 13",
)
POINTS = 101


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


def roc_band(
    groups: Groups,
    positive_when: PositiveWhen,
    *,
    level: float = LEVEL,
    replicates: int = REPLICATES,
    seed: int = 0,
    points: int = POINTS,
) -> RocBand:
    """The band of the rows' curve.

    Where the curve lies in a corner (all rows there are of one kind) every draw agrees and the band has no height: it
    then says nothing of how sure that is.

    Args:
        groups: the rows.
        positive_when: which values speak for the finding.
        level: confidence.
        replicates: draws of whole subjects.
        seed: of the draws.
        points: places from 0 to 1 at which the band is known.
    """
    if reason := why_no_comparison(groups.flow) or why_no_interval(groups.flow):
        return RocBand(np.empty(0), np.empty(0), np.empty(0), level, reason)
    place = np.linspace(0, 1, points)
    steps = Steps.of(groups.score(positive_when), groups.positive)
    drawn = np.array(
        [
            sensitivity_at(steps.curve(weight, positive_when), place)
            for weight in bootstrap_weights(groups, replicates, seed, "bootstrap")
        ]
    )
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2], axis=0)
    return RocBand(place, low, high, level)


def sensitivity_at(curve: Roc, place: NDArray[np.float64]) -> NDArray[np.float64]:
    """The largest sensitivity that the curve reaches at each place, along straight lines between its points.

    Args:
        curve: of n rows.
        place: float64 (k,), values of 1 − specificity in [0, 1].
    """
    across, up = curve.one_minus_specificity, curve.sensitivity
    last = np.append(np.flatnonzero(np.diff(across)), across.size - 1)
    first = np.concatenate([[0], last[:-1] + 1])
    right = np.searchsorted(across[last], place, side="left")
    left = np.maximum(right - 1, 0)
    at = across[last][right] == place
    span = np.where(at | (right == 0), 1.0, across[first][right] - across[last][left])
    share = np.where(at, 0.0, (place - across[last][left]) / span)
    between = up[last][left] + share * (up[first][right] - up[last][left])
    return np.asarray(np.where(at, up[last][right], between))
