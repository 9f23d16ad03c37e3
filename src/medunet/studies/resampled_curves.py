"""The ROC curves of drawn samples, drawn once for every figure that is taken from them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from medunet.studies.clustered_draws import bootstrap_weights, kinds_of_subjects
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
    subject = kinds_of_subjects(groups)[0]
    steps = Steps.of(groups.score(positive_when), groups.positive, subject)
    once = np.ones(int(subject.max()) + 1, dtype=np.int64)
    weights = chain([once], bootstrap_weights(groups, replicates, seed, "bootstrap"))
    areas, cut_offs, sensitivities = zip(*(steps.figures(one, positive_when, place) for one in weights), strict=True)
    return ResampledCurves(np.array(areas), np.array(cut_offs), np.array(sensitivities[1:]).reshape(-1, points), *size)
