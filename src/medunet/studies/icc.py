"""Intraclass correlation coefficients ICC(1,1), ICC(2,1) and ICC(3,1) with their intervals."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from medunet.studies.agreement_moments import JACKKNIFE, Moments, jackknife, moments
from medunet.studies.agreement_readings import Readings
from medunet.studies.agreement_reasons import EMPTY, FEW, FEWEST, SAME_DIFFERENCE, SAME_NUMBERS
from medunet.studies.estimate import LEVEL, Asked, Estimate, Method

_SOURCE = "Shrout and Fleiss 1979; McGraw and Wong 1996"
_WORDS = {
    "ICC(1,1)": "ICC(1,1), one-way random: each case read by other readers",
    "ICC(2,1)": "ICC(2,1), two-way random, absolute agreement: readers stand for many, a bias between them counts",
    "ICC(3,1)": "ICC(3,1), two-way mixed, consistency: these readers only, a bias between them does not count",
}


@dataclass(frozen=True, slots=True)
class Intraclass:
    """The three coefficients of a single reading; which one answers a question was decided before the data were seen.

    Attributes:
        one_way: ICC(1,1).
        absolute: ICC(2,1), of absolute agreement; the one for "may a method replace the other".
        consistency: ICC(3,1).
    """

    one_way: Estimate
    absolute: Estimate
    consistency: Estimate


def intraclass(readings: Readings, level: float = LEVEL) -> Intraclass:
    """ICC(1,1), ICC(2,1) and ICC(3,1) of two or more methods.

    With one case a subject the intervals rest on F distributions; that of ICC(2,1) uses Satterthwaite's degrees of
    freedom. With several, cases are targets and subjects are units: jackknife.

    Source: P. E. Shrout and J. L. Fleiss, Psychol Bull 1979;86:420; K. O. McGraw and S. P. Wong, Psychol Methods
    1996;1:30.
    """
    return Intraclass(
        _estimate(readings, level, "ICC(1,1)", _one_way, _one_way_interval),
        _estimate(readings, level, "ICC(2,1)", _absolute, _absolute_interval),
        _estimate(readings, level, "ICC(3,1)", _consistency, _consistency_interval),
    )


@dataclass(frozen=True, eq=False)
class MeanSquares:
    """Two-way analysis of variance of cases and methods, one reading a cell; arrays of sets of cases.

    Attributes:
        n, k: cases and methods.
        between: between cases (BMS).
        within: within cases (WMS).
        methods: between methods (JMS).
        error: residual (EMS).
    """

    n: NDArray[np.float64]
    k: int
    between: NDArray[np.float64]
    within: NDArray[np.float64]
    methods: NDArray[np.float64]
    error: NDArray[np.float64]


def mean_squares(moments: Moments) -> MeanSquares:
    """Mean squares from means and covariances."""
    k = moments.mean.shape[-1]
    between = moments.covariance.sum(axis=(-2, -1)) / k
    error = (np.trace(moments.covariance, axis1=-2, axis2=-1) - between) / (k - 1)
    methods = moments.n * moments.mean.var(axis=-1, ddof=1)
    within = ((moments.n - 1) * error + methods) / moments.n
    return MeanSquares(moments.n, k, between, within, methods, error)


Coefficient = Callable[[MeanSquares], NDArray[np.float64]]
Interval = Callable[[MeanSquares, float], tuple[float, float]]


def _estimate(readings: Readings, level: float, name: str, coefficient: Coefficient, interval: Interval) -> Estimate:
    """One coefficient, or the reason why there is none."""
    ending = JACKKNIFE if readings.clustered else "interval by F distributions"
    asked = readings.asked(Method(f"{_WORDS[name]}; {ending}", _SOURCE), level)
    if not readings.cases:
        return asked.nothing(EMPTY)
    if readings.subjects < FEWEST:
        return asked.nothing(FEW)
    if readings.same(readings.values):
        return asked.nothing(SAME_NUMBERS)
    squares = mean_squares(moments(readings))
    if math.sqrt(max(0.0, float(squares.error))) <= readings.rounding:
        return _without_error(asked, squares, coefficient)
    if not readings.clustered:
        return _with_interval(asked, float(coefficient(squares)), squares, interval)
    k = readings.methods
    return jackknife(
        asked,
        readings,
        lambda part: coefficient(mean_squares(part)),
        lambda ratio: np.asarray(np.log((1 + (k - 1) * ratio) / (1 - ratio)) / 2),
        lambda z: np.asarray((np.exp(2 * z) - 1) / (np.exp(2 * z) + k - 1)),
    )


def _with_interval(asked: Asked, value: float, squares: MeanSquares, interval: Interval) -> Estimate:
    """The coefficient with its interval; that of ICC(2,1) is approximate and can miss it where cases hardly differ."""
    with np.errstate(all="ignore"):
        low, high = interval(squares, asked.level)
    if low <= value <= high or not np.isfinite(high - low):
        return asked.answer(value, low, high)
    return asked.bare(value, "the approximate interval does not hold the number")


def _without_error(asked: Asked, squares: MeanSquares, coefficient: Coefficient) -> Estimate:
    """A coefficient where methods differ by a constant: a number where cases differ, never an interval."""
    if math.sqrt(max(0.0, float(squares.between))) <= _TINY * math.sqrt(float(squares.methods)):
        return asked.nothing("the cases do not differ, so no share of the spread lies between them")
    exact = MeanSquares(
        squares.n,
        squares.k,
        squares.between,
        squares.methods / squares.n,
        squares.methods,
        np.asarray(0.0),
    )
    return asked.bare(float(coefficient(exact)), SAME_DIFFERENCE)


def _one_way(squares: MeanSquares) -> NDArray[np.float64]:
    return np.asarray((squares.between - squares.within) / (squares.between + (squares.k - 1) * squares.within))


def _absolute(squares: MeanSquares) -> NDArray[np.float64]:
    bias = squares.k * (squares.methods - squares.error) / squares.n
    whole = squares.between + (squares.k - 1) * squares.error + bias
    return np.asarray((squares.between - squares.error) / whole)


def _consistency(squares: MeanSquares) -> NDArray[np.float64]:
    return np.asarray((squares.between - squares.error) / (squares.between + (squares.k - 1) * squares.error))


def _one_way_interval(squares: MeanSquares, level: float) -> tuple[float, float]:
    """McGraw and Wong 1996, table 7, case 1."""
    ratio = float(squares.between / squares.within)
    return _from_ratio(ratio, squares.k, float(squares.n) - 1, float(squares.n) * (squares.k - 1), level)


def _consistency_interval(squares: MeanSquares, level: float) -> tuple[float, float]:
    """McGraw and Wong 1996, table 7, ICC(C,1)."""
    degrees = float(squares.n) - 1
    return _from_ratio(float(squares.between / squares.error), squares.k, degrees, degrees * (squares.k - 1), level)


def _from_ratio(ratio: float, k: int, above: float, below: float, level: float) -> tuple[float, float]:
    """Interval of a coefficient from an F ratio and its degrees of freedom above and below the line."""
    tail = (1 + level) / 2
    low = ratio / float(stats.f.ppf(tail, above, below))
    high = ratio * float(stats.f.ppf(tail, below, above))
    return (low - 1) / (low + k - 1), (high - 1) / (high + k - 1)


def _absolute_interval(squares: MeanSquares, level: float) -> tuple[float, float]:
    """McGraw and Wong 1996, table 7, ICC(A,1)."""
    n, k, ratio = np.float64(squares.n), squares.k, np.float64(_absolute(squares))
    between, methods, error = (np.float64(part) for part in (squares.between, squares.methods, squares.error))
    a = k * ratio / (n * (1 - ratio))
    b = 1 + k * ratio * (n - 1) / (n * (1 - ratio))
    degrees = (a * methods + b * error) ** 2 / ((a * methods) ** 2 / (k - 1) + (b * error) ** 2 / ((n - 1) * (k - 1)))
    upper, lower = stats.f.ppf((1 + level) / 2, n - 1, degrees), stats.f.ppf((1 + level) / 2, degrees, n - 1)
    rest = k * methods + (k * n - k - n) * error
    low = n * (between - upper * error) / (upper * rest + n * between)
    high = n * (lower * between - error) / (rest + n * lower * between)
    return float(low), float(high)


_TINY = 1e-13
