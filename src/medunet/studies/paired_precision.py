"""What difference so many subjects can show: read before "no difference" is taken for "the same"."""

from __future__ import annotations

import math

from scipy import special, stats

from medunet.studies.estimate import LEVEL, Estimate, Method
from medunet.studies.paired_subjects import PairedSubjects

POWER = 0.8
"""Chance with which a difference is to be found."""

SHOWABLE = Method(
    "mean difference that a two-sided paired t test at 5 %, without correction for several tests, finds with 80 % "
    "power at the observed spread of the subjects' differences",
    "Cohen 1988",
)


def showable_difference(pairs: PairedSubjects, level: float = LEVEL, power: float = POWER) -> Estimate:
    """The smallest mean difference that would probably be found; it depends on n and spread, not on what was found.

    The limits come from those of the standard deviation (chi-squared interval, for normal differences).

    Source: J. Cohen, "Statistical Power Analysis for the Behavioral Sciences", 1988, sections 2.3 and 2.5.
    """
    asked = pairs.asked(SHOWABLE, level)
    if reason := pairs.why_no_spread():
        return asked.nothing(reason)
    unit = standardised_difference(pairs.n, level, power)
    low, high = deviation_limits(pairs.deviation, pairs.n - 1, level)
    return asked.answer(unit * pairs.deviation, unit * low, unit * high)


def standardised_difference(n: int, level: float = LEVEL, power: float = POWER) -> float:
    """The same in standard deviations of the differences (d_z), for n of at least 2 subjects.

    That a test finds the wrong side is not counted as finding.
    """
    critical = float(stats.t.ppf((1 + level) / 2, n - 1))
    return float(special.nctdtrinc(n - 1, 1 - power, critical)) / math.sqrt(n)


def deviation_limits(deviation: float, freedom: int, level: float = LEVEL) -> tuple[float, float]:
    """Limits of a standard deviation from the chi-squared distribution of its square."""
    tail = (1 - level) / 2
    low, high = (math.sqrt(freedom / float(stats.chi2.ppf(share, freedom))) for share in (1 - tail, tail))
    return deviation * low, deviation * high
