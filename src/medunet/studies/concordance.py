"""Lin's concordance correlation coefficient: how closely two readings lie on the line of equality."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from medunet.studies.agreement_moments import JACKKNIFE, Moments, jackknife, moments
from medunet.studies.agreement_readings import Readings
from medunet.studies.agreement_reasons import EMPTY, FEW, FEWEST, SAME_NUMBERS
from medunet.studies.estimate import LEVEL, Estimate, Method

_SOURCE = "Lin 1989, variance as corrected in Lin 2000"
LIN = Method("concordance correlation coefficient, variances divided by n; interval by Fisher's z", _SOURCE)
LIN_CLUSTERED = Method(f"concordance correlation coefficient, variances divided by n; {JACKKNIFE}", _SOURCE)


@dataclass(frozen=True, slots=True)
class Concordance:
    """Lin's coefficient and its two factors, ``coefficient = precision × accuracy``.

    Attributes:
        coefficient: 1 where all pairs are equal.
        precision: Pearson's correlation; None where a method's numbers are all equal.
        accuracy: the bias correction factor C_b, 1 where means and spreads are equal; None as `precision`.
    """

    coefficient: Estimate
    precision: float | None
    accuracy: float | None


def concordance(readings: Readings, level: float = LEVEL) -> Concordance:
    """Lin's concordance correlation coefficient of two methods.

    With one case a subject the interval is Lin's, on the scale of Fisher's z; with several, the jackknife over
    subjects.

    Source: L. I.-K. Lin, Biometrics 1989;45:255, and 2000;56:324.
    """
    asked = readings.asked(LIN_CLUSTERED if readings.clustered else LIN, level)
    why = EMPTY if not readings.cases else FEW if readings.subjects < FEWEST else ""
    why = why or (SAME_NUMBERS if readings.same(readings.values.ravel()) else "")
    if why:
        return Concordance(asked.nothing(why), None, None)
    if any(readings.same(column) for column in readings.values.T):
        return Concordance(asked.bare(0.0, f"of one method {SAME_NUMBERS}"), None, None)
    whole = moments(readings)
    value, (precision, accuracy) = float(_coefficient(whole)), _factors(whole)
    if 1 - abs(precision) <= _ROUNDING:
        return Concordance(asked.bare(value, "the pairs lie on a line"), precision, accuracy)
    if readings.clustered:
        return Concordance(jackknife(asked, readings, _coefficient, _to_z, _from_z), precision, accuracy)
    half = float(stats.norm.ppf((1 + level) / 2)) * _error_of_z(whole)
    z = math.atanh(value)
    return Concordance(asked.answer(value, math.tanh(z - half), math.tanh(z + half)), precision, accuracy)


def _coefficient(moments: Moments) -> NDArray[np.float64]:
    """(…,) the coefficient; the means' squared distance is on the scale of variances divided by n."""
    covariance = moments.covariance * ((moments.n - 1) / moments.n)[..., None, None]
    distance = moments.mean[..., 0] - moments.mean[..., 1]
    whole = covariance[..., 0, 0] + covariance[..., 1, 1] + distance**2
    return np.asarray(2 * covariance[..., 0, 1] / whole)


def _factors(moments: Moments) -> tuple[float, float]:
    """Pearson's correlation and the bias correction factor of one set of cases."""
    one, two = np.sqrt(np.diag(moments.covariance) * (moments.n - 1) / moments.n)
    distance = moments.mean[0] - moments.mean[1]
    correlation = moments.covariance[0, 1] / math.sqrt(moments.covariance[0, 0] * moments.covariance[1, 1])
    return float(np.clip(correlation, -1, 1)), float(2 * one * two / (one**2 + two**2 + distance**2))


def _error_of_z(moments: Moments) -> float:
    """Standard error of the inverse hyperbolic tangent, written without dividing by the correlation, which may be 0."""
    correlation, factor = _factors(moments)
    value = correlation * factor
    one, two = np.sqrt(np.diag(moments.covariance) * (moments.n - 1) / moments.n)
    shift = float((moments.mean[0] - moments.mean[1]) ** 2 / (one * two))
    variance = (
        (1 - correlation**2) * factor**2 * (1 - value**2)
        + 2 * value**2 * factor * (1 - value) * shift
        - value**2 * factor**2 * shift**2 / 2
    ) / (float(moments.n) - 2)
    return math.sqrt(max(0.0, variance)) / (1 - value**2)


def _to_z(value: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.arctanh(value))


def _from_z(z: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.tanh(z))


_ROUNDING = 1e-12
