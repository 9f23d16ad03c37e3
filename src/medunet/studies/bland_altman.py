"""Bland–Altman: limits of agreement with their intervals, also with several cases a subject, and proportional bias."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import stats

from medunet.studies.agreement_errors import bias, clustered_mean
from medunet.studies.agreement_readings import Readings
from medunet.studies.agreement_reasons import EMPTY, FEW, FEWEST, SAME_DIFFERENCE, SAME_NUMBERS
from medunet.studies.estimate import LEVEL, Asked, Estimate, Method

FACTOR = float(stats.norm.ppf(0.975))
"""Standard deviations between bias and limit, 1.96, so that 95 % of normal differences lie within the limits."""

EXACT = Method("bias ± factor · SD of the differences; exact interval by the non-central t", "Carkeet 2015")
REPEATED = Method(
    "bias ± factor · SD of the differences, SD² = variance between + within subjects by one-way analysis of "
    "variance; interval by the non-central t with Satterthwaite's degrees of freedom",
    "Bland and Altman 2007; Mee and Owen 1983",
)
SPREAD = Method("SD of the differences; interval by chi-squared", "normal theory")
SPREAD_REPEATED = Method(
    "root of the variance between + within subjects; interval by chi-squared with Satterthwaite's degrees of freedom",
    "Bland and Altman 2007; Satterthwaite 1946",
)
SLOPE = Method(
    "slope of the differences on the means of both methods, least squares, one point a subject; t interval",
    "Bland and Altman 1999",
)
SLOPE_CAVEAT = (
    "A slope says that the difference changes with size, or that one method spreads more than the other: noise in one "
    "of them is enough (Bland and Altman 1995). It does not prove a proportional bias."
)


@dataclass(frozen=True, slots=True)
class BlandAltman:
    """The parts of a Bland–Altman plot, in the unit of the readings; differences are first − second.

    Attributes:
        bias: mean difference.
        sd: standard deviation of a difference of one case of a new subject.
        lower, upper: limits of agreement, each with its own interval at the level.
        slope: change of the difference with the mean of both methods; read `SLOPE_CAVEAT` with it.
        between_variance, within_variance: components of sd², between subjects and between the cases of one subject;
            None where no subject has several cases or there are no limits.
        factor: standard deviations between bias and limit.
    """

    bias: Estimate
    sd: Estimate
    lower: Estimate
    upper: Estimate
    slope: Estimate
    between_variance: float | None
    within_variance: float | None
    factor: float


@dataclass(frozen=True, slots=True)
class Spread:
    """Variance of the differences.

    Attributes:
        total: `between` + `within`.
        degrees: of freedom, those of the chi-squared that it is like.
        between, within: the components, or None with one case a subject.
    """

    total: float
    degrees: float
    between: float | None = None
    within: float | None = None


def bland_altman(readings: Readings, level: float = LEVEL, factor: float = FACTOR) -> BlandAltman:
    """Limits of agreement of two methods.

    With one case a subject the interval of a limit is exact for normal differences. With several, the variance of a
    difference is that between subjects plus that within, for a true value that varies between the cases of a subject,
    and unequal numbers of cases are allowed; a component below 0 counts as 0. The interval is then that of a tolerance
    limit under a random effect: the same non-central t, with the bias' own error and Satterthwaite's degrees of
    freedom. It goes over into the exact one as subjects with several cases become few.

    Args:
        readings: of two methods.
        level: confidence of the intervals.
        factor: standard deviations between bias and limit, above 0; 2 in the paper of 1986.

    Raises:
        ValueError: the readings are not of two methods, or level or factor is no such number.

    Source: J. M. Bland and D. G. Altman, Lancet 1986;i:307 and J Biopharm Stat 2007;17:571; A. Carkeet, Optom Vis Sci
    2015;92:e71; R. W. Mee and D. B. Owen, JASA 1983;78:901.
    """
    if not 0 < factor < math.inf:
        raise ValueError(f"the limits lie above 0 standard deviations from the bias, got {factor}")
    asked = readings.asked(REPEATED if readings.clustered else EXACT, level)
    sd = readings.asked(SPREAD_REPEATED if readings.clustered else SPREAD, level)
    centre, slope = bias(readings, level), proportional_bias(readings, level)
    why = EMPTY if not readings.cases else FEW if readings.subjects < FEWEST else ""
    if why:
        none = asked.nothing(why)
        return BlandAltman(centre, sd.nothing(why), none, none, slope, None, None, factor)
    if readings.same(readings.difference):
        limit = asked.bare(float(readings.difference.mean()), SAME_DIFFERENCE)
        return BlandAltman(centre, sd.bare(0.0, SAME_DIFFERENCE), limit, limit, slope, None, None, factor)
    spread = _repeated(readings) if readings.clustered else _single(readings)
    return BlandAltman(
        centre,
        _spread_estimate(sd, spread),
        _limit(readings, asked, spread, -factor),
        _limit(readings, asked, spread, factor),
        slope,
        spread.between,
        spread.within,
        factor,
    )


def proportional_bias(readings: Readings, level: float = LEVEL) -> Estimate:
    """The slope of the differences on the means of both methods; `SLOPE_CAVEAT` belongs to it.

    A subject with several cases is one point, the mean of its cases.

    Source: Bland and Altman, Stat Methods Med Res 1999;8:135, and, for the caveat, Lancet 1995;346:1085.
    """
    asked = readings.asked(SLOPE, level)
    if not readings.cases:
        return asked.nothing(EMPTY)
    if readings.subjects < FEWEST:
        return asked.nothing(FEW)
    size, difference = readings.subject_means(readings.average), readings.subject_means(readings.difference)
    if readings.same(size):
        return asked.nothing(f"{SAME_NUMBERS}: the means of both methods do not differ between subjects")
    if readings.same(difference):
        return asked.bare(0.0, SAME_DIFFERENCE)
    line = stats.linregress(size, difference)
    if line.stderr * float(np.ptp(size)) <= readings.rounding:
        return asked.bare(line.slope, "the differences lie on a line")
    half = float(stats.t.ppf((1 + level) / 2, readings.subjects - 2)) * line.stderr
    return asked.answer(line.slope, line.slope - half, line.slope + half)


def _single(readings: Readings) -> Spread:
    """The spread with one case a subject."""
    return Spread(float(np.var(readings.difference, ddof=1)), readings.cases - 1)


def _repeated(readings: Readings) -> Spread:
    """The spread with several cases a subject, from mean squares between and within subjects."""
    n, cases = readings.subjects, readings.cases
    means = readings.subject_means(readings.difference)
    between = float(readings.sizes @ (means - readings.difference.mean()) ** 2) / (n - 1)
    within = float(np.sum((readings.difference - means[readings.subject]) ** 2)) / (cases - n)
    divisor = (cases**2 - float(readings.sizes @ readings.sizes)) / ((n - 1) * cases)
    component = max(0.0, (between - within) / divisor)
    parts = np.array([between / divisor, (1 - 1 / divisor) * within])
    shares = parts / parts.sum()
    degrees = 1 / float(np.sum(shares**2 / np.array([n - 1, cases - n])))
    return Spread(component + within, degrees, component, within)


def _spread_estimate(asked: Asked, spread: Spread) -> Estimate:
    """The standard deviation with its interval by chi-squared."""
    tails = np.array([(1 + asked.level) / 2, (1 - asked.level) / 2])
    low, high = np.sqrt(spread.total * spread.degrees / stats.chi2.ppf(tails, spread.degrees))
    return asked.answer(math.sqrt(spread.total), low, high)


def _limit(readings: Readings, asked: Asked, spread: Spread, factor: float) -> Estimate:
    """Bias + factor · SD with its interval by the non-central t.

    The error of the bias is never taken for smaller than all cases could make it, were they independent.
    """
    mean, error = clustered_mean(readings.difference, readings)
    sd = math.sqrt(spread.total)
    error = max(error, sd / math.sqrt(readings.cases))
    tails = np.array([(1 - asked.level) / 2, (1 + asked.level) / 2])
    low, high = mean + error * stats.nct.ppf(tails, spread.degrees, factor * sd / error)
    return asked.answer(mean + factor * sd, low, high)
