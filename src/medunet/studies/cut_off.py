"""A cut-off on its rows: counts, sensitivity, specificity, predictive values, each with an interval over subjects."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from medunet.studies.cut_off_prevalence import predictive_values
from medunet.studies.estimate import LEVEL, Estimate
from medunet.studies.groups import Groups, PositiveWhen, why_no_interval
from medunet.studies.proportions import proportion

STATED = "stated beforehand"
IN_SAMPLE = "chosen on these rows: in-sample, optimistic"


@dataclass(frozen=True)
class CutOffAccuracy:
    """How a cut-off does. ``true_positive + false_negative`` are the positive rows.

    Attributes:
        cut_off: in the measurement's unit.
        positive_when: "higher": a row is positive above the cut-off, not at it; "lower": below it.
        origin: `STATED` or `IN_SAMPLE`.
        true_positive, false_positive, false_negative, true_negative: measured rows.
        sensitivity: share of the positive rows that are found.
        specificity: share of the negative rows that are let pass.
        prevalence: share of the study's rows that have the finding: of these rows, and of no population.
        ppv, npv: share of right results among positive and negative ones, at the study's prevalence.
        stated_prevalence: in (0, 1), or None.
        ppv_at_prevalence, npv_at_prevalence: the same at the stated prevalence.
        sensitivity_worst, specificity_worst: with every row without a measurement counted as a failure.
    """

    cut_off: float
    positive_when: PositiveWhen
    origin: str
    true_positive: int
    false_positive: int
    false_negative: int
    true_negative: int
    sensitivity: Estimate
    specificity: Estimate
    prevalence: Estimate
    ppv: Estimate
    npv: Estimate
    stated_prevalence: float | None
    ppv_at_prevalence: Estimate
    npv_at_prevalence: Estimate
    sensitivity_worst: Estimate
    specificity_worst: Estimate


def passes(groups: Groups, cut_off: float, positive_when: PositiveWhen) -> NDArray[np.bool_]:
    """(n,) whether each row is positive by its value: beyond the cut-off, not at it."""
    return groups.value > cut_off if positive_when == "higher" else groups.value < cut_off


def at_cut_off(
    groups: Groups,
    cut_off: float,
    positive_when: PositiveWhen,
    *,
    origin: str = STATED,
    prevalence: float | None = None,
    level: float = LEVEL,
) -> CutOffAccuracy:
    """How a cut-off does on rows.

    Args:
        groups: the rows; the missing ones count in the worst case.
        cut_off: in the measurement's unit.
        positive_when: on which side of it the finding lies.
        origin: where the cut-off comes from.
        prevalence: for the predictive values, in (0, 1), or None.
        level: confidence.
    """
    called = passes(groups, cut_off, positive_when)
    found = shares(groups, called, level)
    worst = groups.missing_as_failures(positive_when)
    least = shares(worst, passes(worst, cut_off, positive_when), level)
    after = predictive_values(found.sensitivity, found.specificity, prevalence, subjects=groups.flow.subjects)
    right, wrong = groups.positive, ~groups.positive
    return CutOffAccuracy(
        cut_off,
        positive_when,
        origin,
        true_positive=int((called & right).sum()),
        false_positive=int((called & wrong).sum()),
        false_negative=int((~called & right).sum()),
        true_negative=int((~called & wrong).sum()),
        sensitivity=found.sensitivity,
        specificity=found.specificity,
        prevalence=found.prevalence,
        ppv=found.ppv,
        npv=found.npv,
        stated_prevalence=prevalence,
        ppv_at_prevalence=after[0],
        npv_at_prevalence=after[1],
        sensitivity_worst=least.sensitivity,
        specificity_worst=least.specificity,
    )


@dataclass(frozen=True)
class Shares:
    """The proportions of one table of four."""

    sensitivity: Estimate
    specificity: Estimate
    ppv: Estimate
    npv: Estimate
    prevalence: Estimate


def shares(groups: Groups, called: NDArray[np.bool_], level: float) -> Shares:
    """Proportions of rows that were called positive or not; without intervals where a group is too small.

    Args:
        groups: n rows.
        called: bool (n,), whether each was called positive.
        level: confidence.
    """
    everyone = np.ones(called.size, dtype=np.bool_)
    too_few = why_no_interval(groups.flow)

    def share(of: str, rows: NDArray[np.bool_], success: NDArray[np.bool_]) -> Estimate:
        made = proportion(success[rows], groups.subject[rows], of=of, kind=groups.value_of_subject[rows], level=level)
        return replace(made, low=None, high=None, reason=too_few) if too_few and made.value is not None else made

    return Shares(
        sensitivity=share("positive rows", groups.positive, called),
        specificity=share("negative rows", ~groups.positive, ~called),
        ppv=share("rows that the cut-off calls positive", called, groups.positive),
        npv=share("rows that the cut-off calls negative", ~called, ~groups.positive),
        prevalence=share("rows", everyone, groups.positive),
    )
