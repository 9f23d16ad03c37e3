"""Bias, MAE, RMSE and within-subject coefficient of variation; subjects are the units of their intervals."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from medunet.studies.agreement_readings import Readings
from medunet.studies.agreement_reasons import EMPTY, FEW, FEWEST, NOT_POSITIVE, SAME_DIFFERENCE, SAME_MEANS
from medunet.studies.estimate import LEVEL, Asked, Estimate, Method

BIAS = Method("mean of first − second; t interval, subjects as units", "Bland and Altman 1986; Rao and Scott 1992")
MAE = Method("mean of |first − second|; t interval of its logarithm, subjects as units", "delta method")
RMSE = Method("root of the mean of (first − second)²; t interval of its logarithm, subjects as units", "delta method")
CV_ROOT_MEAN_SQUARE = Method(
    "within-subject CV by root mean square: root of the mean of (d²/2)/m², d the difference of a case and m the mean "
    "of its readings; t interval of its logarithm, subjects as units",
    "Jones and Payne 1997; Bland 2006",
)
CV_LOGARITHMIC = Method(
    "within-subject CV by logarithms: exp(s) − 1, s² the mean of (ln first − ln second)²/2; t interval of the "
    "logarithm of s², subjects as units",
    "Bland and Altman 1996",
)


def bias(readings: Readings, level: float = LEVEL) -> Estimate:
    """The mean difference first − second, in the unit of the readings.

    Source: Bland and Altman, Lancet 1986;i:307. With several cases a subject the mean is over cases, each once, and
    its standard error comes from the subjects' sums of residuals; with equal numbers this is the t interval of the
    subjects' means.
    """
    asked = readings.asked(BIAS, level)
    if not readings.cases:
        return asked.nothing(EMPTY)
    mean, error = clustered_mean(readings.difference, readings)
    if readings.subjects < FEWEST:
        return asked.bare(mean, FEW)
    if error <= readings.rounding:
        return asked.bare(mean, SAME_DIFFERENCE if readings.same(readings.difference) else SAME_MEANS)
    half = t_quantile(readings, level) * error
    return asked.answer(mean, mean - half, mean + half)


def mean_absolute_error(readings: Readings, level: float = LEVEL) -> Estimate:
    """The mean of the absolute differences, in the unit of the readings."""
    return _positive_mean(readings.asked(MAE, level), np.abs(readings.difference), readings, float)


def root_mean_square_error(readings: Readings, level: float = LEVEL) -> Estimate:
    """The square root of the mean squared difference, in the unit of the readings."""
    return _positive_mean(readings.asked(RMSE, level), readings.difference**2, readings, math.sqrt)


def within_subject_cv(readings: Readings, level: float = LEVEL) -> Estimate:
    """The coefficient of variation between two readings of one case, by root mean square, as a ratio (.02 is 2 %).

    A bias between the methods counts as variation. "Within-subject" is the name in the literature; here it is within a
    case, one film read twice.

    Source: J. M. Bland, "How should I calculate a within-subject coefficient of variation?", 2006; R. Jones and
    B. Payne, "Clinical Investigation and Statistics in Laboratory Medicine", 1997.
    """
    asked = readings.asked(CV_ROOT_MEAN_SQUARE, level)
    if (readings.values <= 0).any():
        return asked.nothing(NOT_POSITIVE)
    return _positive_mean(asked, (readings.difference / readings.average) ** 2 / 2, readings, math.sqrt)


def within_subject_cv_logarithmic(readings: Readings, level: float = LEVEL) -> Estimate:
    """As `within_subject_cv`, by the standard deviation of the logarithms; the two agree where they are small.

    Source: J. M. Bland and D. G. Altman, "Measurement error proportional to the mean", BMJ 1996;313:106.
    """
    asked = readings.asked(CV_LOGARITHMIC, level)
    if (readings.values <= 0).any():
        return asked.nothing(NOT_POSITIVE)
    first, second = np.log(readings.values).T
    return _positive_mean(asked, (first - second) ** 2 / 2, readings, lambda mean: float(np.expm1(math.sqrt(mean))))


def clustered_mean(numbers: NDArray[np.float64], readings: Readings) -> tuple[float, float]:
    """Mean of a (case,) array over cases, and its standard error with subjects as units.

    With one case a subject this is s / √n. The error is infinite for a single subject.

    Source: ratio estimator for clusters: N. A. Obuchowski, Biometrics 1997;53:567; J. N. K. Rao and A. J. Scott,
    Biometrics 1992;48:577.
    """
    mean = float(numbers.mean())
    n = readings.subjects
    sums = np.bincount(readings.subject, numbers - mean)
    error = math.sqrt(n / (n - 1) * float(np.sum(sums**2))) / readings.cases if n > 1 else math.inf
    return mean, error


def t_quantile(readings: Readings, level: float) -> float:
    """The two-sided t quantile for subjects as units."""
    return float(stats.t.ppf((1 + level) / 2, readings.subjects - 1))


def _positive_mean(
    asked: Asked, numbers: NDArray[np.float64], readings: Readings, scale: Callable[[float], float]
) -> Estimate:
    """`scale` of the mean of numbers that are never below 0; the interval is made on the log scale."""
    if not readings.cases:
        return asked.nothing(EMPTY)
    mean, error = clustered_mean(numbers, readings)
    if readings.subjects < FEWEST:
        return asked.bare(scale(mean), FEW)
    if readings.same(readings.difference):
        return asked.bare(scale(mean), SAME_DIFFERENCE)
    if error <= _ROUNDING * mean:
        return asked.bare(scale(mean), SAME_MEANS)
    exponent = t_quantile(readings, asked.level) * error / mean
    factor = math.exp(min(exponent, _LARGEST_EXPONENT))
    with np.errstate(over="ignore"):
        return asked.answer(scale(mean), scale(mean / factor), scale(mean * factor))


_ROUNDING = 1e-13
_LARGEST_EXPONENT = 100.0
