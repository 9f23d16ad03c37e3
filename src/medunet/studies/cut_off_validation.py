"""A chosen cut-off on rows it was not chosen on: repeated cross-validation over whole subjects."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medunet.studies.clustered_draws import folds_of_rows
from medunet.studies.cut_off import Shares, passes, shares
from medunet.studies.cut_off_prevalence import predictive_values
from medunet.studies.estimate import LEVEL, Asked, Estimate, Method
from medunet.studies.groups import Groups, PositiveWhen, why_no_comparison, why_no_interval
from medunet.studies.roc import Steps

FOLDS = 5
REPEATS = 20

OUT_OF_SAMPLE = Method(
    "out-of-sample: the cut-off of the largest Youden index chosen on the other folds, repeated cross-validation over "
    "subjects; mean of the repeats, Wilson's limits averaged over them",
    "Youden 1950; Kim 2009; Wilson 1927",
)


@dataclass(frozen=True)
class ValidatedCutOff:
    """What choosing a cut-off in this way is worth on other subjects.

    Attributes:
        sensitivity, specificity, ppv, npv: of rows judged by a cut-off that was chosen without their subject.
        stated_prevalence: in (0, 1), or None.
        ppv_at_prevalence, npv_at_prevalence: predictive values there.
        cut_offs: (lowest, median, highest) of those that were chosen; () where none was.
        folds, repeats, seed: of the draw.
    """

    sensitivity: Estimate
    specificity: Estimate
    ppv: Estimate
    npv: Estimate
    stated_prevalence: float | None
    ppv_at_prevalence: Estimate
    npv_at_prevalence: Estimate
    cut_offs: tuple[float, ...]
    folds: int
    repeats: int
    seed: int


def validated_cut_off(
    groups: Groups,
    positive_when: PositiveWhen,
    *,
    prevalence: float | None = None,
    level: float = LEVEL,
    folds: int = FOLDS,
    repeats: int = REPEATS,
    seed: int = 0,
) -> ValidatedCutOff:
    """Choose on all folds but one, judge that one; several times with other folds.

    The intervals are those of one repeat, on average. They do not hold all the uncertainty of the choice itself (Bates,
    Hastie and Tibshirani 2024, doi:10.1080/01621459.2023.2197686), so they are approximate.

    Args:
        groups: the measured rows.
        positive_when: which values speak for the finding.
        prevalence: for the predictive values, in (0, 1), or None.
        level: confidence.
        folds: 2 to 10, so that every fold has both kinds.
        repeats: at least 1.
        seed: of the folds.
    """
    if reason := why_no_comparison(groups.flow) or why_no_interval(groups.flow):
        none = Asked(OUT_OF_SAMPLE, level, groups.value.size, groups.flow.subjects).nothing(reason)
        return ValidatedCutOff(none, none, none, none, prevalence, none, none, (), folds, repeats, seed)
    judged: list[Shares] = []
    chosen: list[float] = []
    steps = Steps.of(groups.score(positive_when), groups.positive)
    for repeat in range(repeats):
        fold = folds_of_rows(groups, folds, seed, "cut-off folds", repeat)
        called, cut_offs = _judged(groups, steps, fold, positive_when)
        judged.append(shares(groups, called, level))
        chosen += cut_offs
    sensitivity, specificity, ppv, npv = (
        _averaged([getattr(one, name) for one in judged]) for name in ("sensitivity", "specificity", "ppv", "npv")
    )
    after = predictive_values(sensitivity, specificity, prevalence, subjects=groups.flow.subjects)
    finite = np.array([one for one in chosen if np.isfinite(one)])
    spread = tuple(float(one) for one in np.quantile(finite, [0, 0.5, 1])) if finite.size else ()
    return ValidatedCutOff(sensitivity, specificity, ppv, npv, prevalence, *after, spread, folds, repeats, seed)


def _judged(
    groups: Groups, steps: Steps, fold: NDArray[np.int64], positive_when: PositiveWhen
) -> tuple[NDArray[np.bool_], list[float]]:
    """(n,) what each row is called by the cut-off of the other folds, and these cut-offs."""
    called = np.zeros(groups.value.size, dtype=np.bool_)
    cut_offs: list[float] = []
    for number in np.unique(fold):
        others = fold != number
        cut_offs.append(steps.best_cut_off(others.astype(np.int64), positive_when))
        called[~others] = passes(groups, cut_offs[-1], positive_when)[~others]
    return called, cut_offs


def _averaged(made: list[Estimate]) -> Estimate:
    """The mean of value and limits over the repeats; without a value where a repeat has none."""
    sizes = (round(np.mean([one.rows for one in made])), round(np.mean([one.subjects for one in made])))
    asked = Asked(OUT_OF_SAMPLE, made[0].level, *sizes)
    value, low, high = ([getattr(one, name) for one in made] for name in ("value", "low", "high"))
    if any(one is None for one in value):
        return asked.nothing(next(one.reason for one in made if one.value is None))
    return asked.answer(*(float(np.mean(numbers)) for numbers in (value, low, high)))
