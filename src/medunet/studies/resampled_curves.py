"""The ROC curves of drawn samples, drawn once for every figure that is taken from them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medunet.studies.clustered_draws import bootstrap_weights
from medunet.studies.groups import Groups, PositiveWhen, why_no_comparison, why_no_interval
from medunet.studies.roc import Steps

REPLICATES = 2000
"""Draws of an interval in a report."""

POINTS = 101
"""Places of 1 − specificity at which a sensitivity is kept."""


@dataclass(frozen=True, eq=False)
class ResampledCurves:
    """Figures of the curve of the rows as they are, and of that of each sample of whole subjects.

    Attributes:
        area: float64 (1 + replicates,), under the curve; the rows' own comes first.
        cut_off: float64 (1 + replicates,), of the largest Youden index, in the measurement's unit; infinite where none
            does better than chance.
        sensitivity: float64 (replicates, points), of the samples, at evenly spaced 1 − specificity from 0 to 1.
        rows: how many rows there are.
        subjects: of how many subjects.
        reason: why there are no figures, or "".
    """

    area: NDArray[np.float64]
    cut_off: NDArray[np.float64]
    sensitivity: NDArray[np.float64]
    rows: int
    subjects: int
    reason: str = ""


def resampled_curves(
    groups: Groups,
    positive_when: PositiveWhen,
    *,
    replicates: int = REPLICATES,
    seed: int = 0,
    points: int = POINTS,
) -> ResampledCurves:
    """Draw whole subjects within their kind, with replacement, and take the figures of each sample.

    Args:
        groups: the rows.
        positive_when: which values speak for the finding.
        replicates: samples.
        seed: of the draws.
        points: places from 0 to 1 at which the sensitivity is kept.
    """
    size = groups.value.size, groups.flow.subjects
    if reason := why_no_comparison(groups.flow) or why_no_interval(groups.flow):
        return ResampledCurves(np.empty(0), np.empty(0), np.empty((0, points)), *size, reason)
    place = np.linspace(0, 1, points)
    steps = Steps.of(groups.score(positive_when), groups.positive)
    own = steps.curve(np.ones(steps.step.size, dtype=np.int64), positive_when)
    areas, cut_offs, sensitivities = [own.area], [own.cut_off[own.best]], []
    for weight in bootstrap_weights(groups, replicates, seed, "bootstrap"):
        curve = steps.curve(weight, positive_when)
        areas.append(curve.area)
        cut_offs.append(curve.cut_off[curve.best])
        sensitivities.append(curve.sensitivity_at(place))
    return ResampledCurves(np.array(areas), np.array(cut_offs), np.array(sensitivities), *size)
