"""What a positive or negative result means at a stated prevalence: Bayes' rule, with an interval."""

from __future__ import annotations

import math
from dataclasses import replace

from medunet.studies.estimate import Asked, Estimate, Method

AT_PREVALENCE = Method(
    "predictive value at the stated prevalence by Bayes' rule; interval recovered from those of sensitivity and "
    "specificity (MOVER)",
    "Altman and Bland 1994; Donner and Zou 2012",
)
NO_PREVALENCE = "no prevalence was stated"


def predictive_values(
    sensitivity: Estimate, specificity: Estimate, prevalence: float | None, *, subjects: int
) -> tuple[Estimate, Estimate]:
    """PPV and NPV where this share of subjects has the finding.

    The odds of the finding after a positive result are those before it times sensitivity ÷ (1 − specificity). The
    limits of that ratio are recovered from the two intervals (Donner and Zou 2012), which
    needs no correction at 0 or 1. Sensitivity and specificity count as independent; where subjects have both labels
    that makes the interval rather too wide.

    Args:
        sensitivity: with its interval.
        specificity: with its interval.
        prevalence: in (0, 1), or None.
        subjects: different ones behind both together.

    Raises:
        ValueError: the prevalence is no share between 0 and 1.
    """
    level = sensitivity.level
    asked = Asked(AT_PREVALENCE, level, sensitivity.rows + specificity.rows, subjects)
    if prevalence is None:
        return asked.nothing(NO_PREVALENCE), asked.nothing(NO_PREVALENCE)
    if not 0 < prevalence < 1:
        raise ValueError(f"a prevalence lies between 0 and 1, got {prevalence}")
    odds = prevalence / (1 - prevalence)
    found = _after(asked, sensitivity, _complement(specificity), odds, "no row is positive at this cut-off")
    missed = _after(asked, specificity, _complement(sensitivity), 1 / odds, "no row is negative at this cut-off")
    return found, missed


def ratio_limits(upper: tuple[float, float, float], lower: tuple[float, float, float]) -> tuple[float, float]:
    """Limits of a ratio of two independent shares from (share, low, high) of each; the upper one may be infinite."""
    (a, a_low, a_high), (b, b_low, b_high) = upper, lower
    product = a * b
    numerator = a_low * (2 * a - a_low)
    root = math.sqrt(max(0.0, product**2 - numerator * b_high * (2 * b - b_high)))
    low = numerator / (product + root) if numerator > 0 else 0.0
    denominator = b_low * (2 * b - b_low)
    root = math.sqrt(max(0.0, product**2 - denominator * a_high * (2 * a - a_high)))
    return low, (product + root) / denominator if denominator > 0 else math.inf


def _after(asked: Asked, right: Estimate, wrong: Estimate, odds: float, never: str) -> Estimate:
    """The share of right results among all of one kind, from the odds before the test."""
    if right.value is None or wrong.value is None:
        return asked.nothing(right.reason if right.value is None else wrong.reason)
    if right.value == wrong.value == 0:
        return asked.nothing(never)
    value = odds * right.value / (odds * right.value + wrong.value)
    if right.low is None or right.high is None or wrong.low is None or wrong.high is None:
        return asked.bare(value, right.reason or wrong.reason)
    limits = ratio_limits((right.value, right.low, right.high), (wrong.value, wrong.low, wrong.high))
    low, high = (1.0 if math.isinf(ratio) else odds * ratio / (odds * ratio + 1) for ratio in limits)
    return asked.answer(value, low, high)


def _complement(share: Estimate) -> Estimate:
    """One minus a share."""
    if share.value is None:
        return share
    value = 1 - share.value
    if share.low is None or share.high is None:
        return replace(share, value=value)
    return replace(share, value=value, low=1 - share.high, high=1 - share.low)
