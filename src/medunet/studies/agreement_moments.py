"""Means and covariances of the methods, of all cases and with one subject left out at a time."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from medunet.studies.agreement_readings import Readings
from medunet.studies.estimate import BEYOND, Asked, Estimate

JACKKNIFE = "interval by leaving out one subject at a time (jackknife) on the Fisher z scale, t quantile"
"""The interval of a coefficient where subjects have several cases; Efron and Tibshirani 1993, chapter 11."""


@dataclass(frozen=True, eq=False)
class Moments:
    """Of one set of cases, or of several along the leading axes.

    Attributes:
        n: (…,) cases.
        mean: (…, method) in the unit of the readings, from an origin that all share.
        covariance: (…, method, method), divided by n − 1.
    """

    n: NDArray[np.float64]
    mean: NDArray[np.float64]
    covariance: NDArray[np.float64]


def moments(readings: Readings) -> Moments:
    """The moments of all cases; needs two."""
    return _from_sums(_origin(readings), *(part.sum(axis=0) for part in _sums(readings)))


def without_each_subject(readings: Readings) -> Moments:
    """(subject, …) the moments of the cases of all other subjects; needs three subjects."""
    return _from_sums(_origin(readings), *(part.sum(axis=0) - part for part in _sums(readings)))


def jackknife(
    asked: Asked,
    readings: Readings,
    coefficient: Callable[[Moments], NDArray[np.float64]],
    to_z: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    from_z: Callable[[NDArray[np.float64]], NDArray[np.float64]],
) -> Estimate:
    """A coefficient of agreement with an interval that takes subjects as units.

    Args:
        asked: the question.
        readings: of at least three subjects.
        coefficient: moments → (…,) coefficient.
        to_z: to the scale on which the coefficient is nearly normal.
        from_z: and back.
    """
    with np.errstate(all="ignore"):
        value = float(coefficient(moments(readings)))
        z = to_z(np.asarray(value))
        others = to_z(coefficient(without_each_subject(readings)))
        n = readings.subjects
        error = math.sqrt((n - 1) / n * float(np.sum((others - others.mean()) ** 2)))
        half = float(stats.t.ppf((1 + asked.level) / 2, n - 1)) * error
        low, high = from_z(np.array([z - half, z + half]))
    return asked.answer(value, low, high) if error > 0 else asked.bare(value, BEYOND)


def _sums(readings: Readings) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """(subject, …) number of cases, sums, and sums of products, each method from its own mean.

    From one origin for all, a method that spreads little would drown in the rounding of one that lies far away.
    """
    centred = readings.values - readings.values.mean(axis=0)
    first = np.concatenate([[0], np.cumsum(readings.sizes)[:-1]])
    products = centred[:, :, None] * centred[:, None, :]
    return readings.sizes.astype(np.float64), np.add.reduceat(centred, first), np.add.reduceat(products, first)


def _origin(readings: Readings) -> NDArray[np.float64]:
    """(method,) the methods' means, from the mean of all of them."""
    means = readings.values.mean(axis=0)
    return np.asarray(means - means.mean())


def _from_sums(
    origin: NDArray[np.float64],
    n: NDArray[np.float64],
    sums: NDArray[np.float64],
    products: NDArray[np.float64],
) -> Moments:
    """Moments from counts, sums and sums of products along any leading axes."""
    n = np.asarray(n)
    mean = sums / n[..., None]
    spread = products - n[..., None, None] * mean[..., :, None] * mean[..., None, :]
    return Moments(n, origin + mean, spread / (n[..., None, None] - 1))
