"""Bland–Altman against the papers of 1986 and 2007, tables of tolerance factors, and simulated truth."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import integrate, stats

from medunet.studies.agreement_readings import readings
from medunet.studies.bland_altman import bland_altman, proportional_bias

pytestmark = pytest.mark.filterwarnings("error")


def rounded(estimate, digits=1):
    return [round(number, digits) for number in (estimate.value, estimate.low, estimate.high)]


def test_bland_and_altman_1986(pefr):
    """Printed: mean −2.1, SD 38.8, limits −79.7 and 75.5 from the rounded numbers; without rounding −79.6 and 75.4."""
    got = bland_altman(readings(*pefr), factor=2)
    assert round(got.sd.value, 1) == 38.8
    assert got.lower.value == pytest.approx(-79.7, abs=0.1)
    assert got.upper.value == pytest.approx(75.5, abs=0.1)
    assert (got.between_variance, got.within_variance) == (None, None)


def test_the_exact_interval_beside_the_approximate_one_of_1986(pefr):
    """Printed, by √(3 s²/n): −114.3 to −45.1 and 40.9 to 110.1. Exact ones reach further outwards than inwards."""
    got = bland_altman(readings(*pefr), factor=2)
    reach = stats.t.ppf(0.975, 16) * math.sqrt(3 * got.sd.value**2 / 17)
    assert got.lower.value - reach == pytest.approx(-114.3, abs=0.2)
    assert got.lower.value + reach == pytest.approx(-45.1, abs=0.2)
    assert got.upper.value - reach == pytest.approx(40.9, abs=0.2)
    assert got.upper.value + reach == pytest.approx(110.1, abs=0.2)
    assert got.upper.high - got.upper.value > reach > got.upper.value - got.upper.low


@pytest.mark.parametrize(("n", "k"), [(10, 2.911), (20, 2.396), (30, 2.220)])
def test_the_outer_end_is_the_tolerance_factor_of_the_tables(n, k):
    """One-sided factors for 95 % of the normal with 95 % confidence: NIST/SEMATECH e-Handbook 7.2.6.3."""
    differences = np.random.default_rng(n).normal(size=n)
    got = bland_altman(readings(differences, np.zeros(n)), level=0.9, factor=float(stats.norm.ppf(0.95)))
    for limit, sign in ((got.lower.low, -1), (got.upper.high, 1)):
        assert (limit - differences.mean()) / differences.std(ddof=1) == pytest.approx(sign * k, abs=6e-4)


def test_the_exact_interval_by_integration(pefr):
    """P(bias + c SD covers the limit) over the distribution of SD, without the non-central t."""
    got = bland_altman(readings(*pefr))
    n, z = 17, got.factor
    for end, tail in ((got.upper.low, 0.025), (got.upper.high, 0.975)):
        c = (end - got.bias.value) / got.sd.value

        def above(s, c=c):
            chi = stats.chi.pdf(s * math.sqrt(n - 1), n - 1) * math.sqrt(n - 1)
            return chi * stats.norm.cdf(math.sqrt(n) * (c * s - z))

        assert integrate.quad(above, 0, 4)[0] == pytest.approx(tail, abs=1e-7)


def test_both_limits_mirror_each_other(pefr):
    one, other = bland_altman(readings(*pefr)), bland_altman(readings(*pefr[::-1]))
    np.testing.assert_allclose(
        (one.lower.value, one.lower.low, one.lower.high), (-other.upper.value, -other.upper.high, -other.upper.low)
    )


def test_the_spread_has_the_chi_squared_interval(pefr):
    got = bland_altman(readings(*pefr)).sd
    variance = np.var(pefr[0] - pefr[1], ddof=1)
    expected = np.sqrt(16 * variance / stats.chi2.ppf([0.975, 0.025], 16))
    np.testing.assert_allclose((got.low, got.high), expected, rtol=1e-12)


def test_bland_and_altman_2007(ejection):
    """The paper's analysis for a true value that varies, as recomputed from its table 1 with the factor 1.96.

    Residual mean square .1707, components .8106 and .1707, SD .9906, bias .6022, limits −1.3395 and 2.5438.
    """
    first, second, subjects = ejection
    got = bland_altman(readings(first, second, subjects=subjects), factor=1.96)
    assert (got.bias.rows, got.bias.subjects) == (60, 12)
    assert got.within_variance == pytest.approx(0.170714026, rel=1e-6)
    assert got.between_variance == pytest.approx((4.2090856 - 0.170714026) / 4.9818182, rel=1e-6)
    assert got.sd.value == pytest.approx(0.99062408, rel=1e-6)
    assert got.bias.value == pytest.approx(0.6021667, rel=1e-6)
    assert got.lower.value == pytest.approx(-1.3394565, abs=1e-6)
    assert got.upper.value == pytest.approx(2.5437899, abs=1e-6)


def test_repeated_intervals_are_those_of_mee_and_owen_where_numbers_are_equal():
    """Their factor for a balanced random effect, from mean squares, with the ratio of components estimated."""
    rng = np.random.default_rng(7)
    n, m = 12, 3
    table = rng.normal(0, 2, (n, 1)) + rng.normal(0, 1, (n, m))
    got = bland_altman(readings(table.ravel(), np.zeros(n * m), subjects=list(np.repeat(np.arange(n), m))))
    between, within = m * table.mean(axis=1).var(ddof=1), table.var(axis=1, ddof=1).mean()
    ratio = (between - within) / m / within
    degrees = (ratio + 1) ** 2 / ((ratio + 1 / m) ** 2 / (n - 1) + (1 - 1 / m) / (n * m))
    effective = n * m * (ratio + 1) / (m * ratio + 1)
    sd = math.sqrt(between / m + (1 - 1 / m) * within)
    factors = stats.nct.ppf([0.025, 0.975], degrees, got.factor * math.sqrt(effective)) / math.sqrt(effective)
    np.testing.assert_allclose((got.upper.low, got.upper.high), table.mean() + factors * sd, rtol=1e-10)


SIZES = {"1 to 4": [1, 2, 3, 4] * 4, "3 each": [3] * 12, "one film, but for two": [1] * 18 + [2, 2]}


@pytest.mark.parametrize("sizes", SIZES.values(), ids=SIZES)
def test_repeated_intervals_hold_the_truth_as_often_as_they_say(sizes):
    """1500 samples of subjects whose films share half of the variance: 95 % within 2.5 %, 4 standard errors."""
    rng = np.random.default_rng(11)
    subject = np.repeat(np.arange(len(sizes)), sizes)
    truth = 1.959964 * math.sqrt(2)
    held = []
    for _ in range(1500):
        difference = rng.normal(size=len(sizes))[subject] + rng.normal(size=len(subject))
        upper = bland_altman(readings(difference, np.zeros(len(subject)), subjects=list(subject))).upper
        held.append(upper.low <= truth <= upper.high)
    assert np.mean(held) == pytest.approx(0.95, abs=0.025)


def test_one_subject_seen_twice_hardly_changes_the_interval(pefr):
    """So a study need not fear to keep a second film: the method goes over into the exact one."""
    alone = bland_altman(readings(*pefr)).upper
    more = [np.append(part, part[0] + extra) for part, extra in zip(pefr, (5, 0), strict=True)]
    got = bland_altman(readings(*more, subjects=[*range(17), 0])).upper
    assert got.method != alone.method
    assert got.low == pytest.approx(alone.low, abs=4)
    assert got.high == pytest.approx(alone.high, abs=8)


def test_a_component_below_0_counts_as_0():
    got = bland_altman(readings([3, -3, 2, -2, 4, -4.5], np.zeros(6), subjects=list("aabbcc")))
    assert got.between_variance == 0
    assert got.sd.value == pytest.approx(math.sqrt(got.within_variance))
    assert got.sd.low <= got.sd.value <= got.sd.high


def test_the_slope_is_the_one_of_least_squares(pefr):
    got = proportional_bias(readings(*pefr))
    size, difference = (pefr[0] + pefr[1]) / 2, pefr[0] - pefr[1]
    design = np.column_stack([np.ones(17), size])
    coefficients, (rest,), *_ = np.linalg.lstsq(design, difference, rcond=None)
    error = math.sqrt(rest / 15 * np.linalg.inv(design.T @ design)[1, 1])
    half = stats.t.ppf(0.975, 15) * error
    np.testing.assert_allclose((got.value, got.low, got.high), coefficients[1] + np.array([0, -half, half]), rtol=1e-9)


def test_the_slope_answers_the_test_of_pitman_and_morgan(pefr):
    """It is 0 where both methods spread alike: the caveat in numbers. Sums and differences correlate then."""
    first, second = pefr
    expected = stats.pearsonr(first + second, first - second).pvalue
    got = proportional_bias(readings(first, second), level=1 - expected)
    assert min(abs(got.low), abs(got.high)) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(
    ("first", "second", "subjects", "reason"),
    [
        ([], [], None, "no case"),
        ([1, 2], [2, 4], None, "fewer than 3 subjects"),
        ([1, 2, 4, 5], [2, 4, 9, 5.5], ["a"] * 4, "fewer than 3 subjects"),
    ],
    ids=["nothing", "two cases", "one subject"],
)
def test_too_little_has_no_limits_and_a_reason(first, second, subjects, reason):
    got = bland_altman(readings(first, second, subjects=subjects))
    for estimate in (got.sd, got.lower, got.upper, got.slope):
        assert estimate.value is None
        assert reason in estimate.reason


def test_a_constant_difference_is_its_own_limit_without_an_interval():
    got = bland_altman(readings([1.1, 2.2, 3.3], [1.0, 2.1, 3.2]))
    assert (got.lower.value, got.upper.value) == (pytest.approx(0.1), pytest.approx(0.1))
    assert (got.sd.value, got.slope.value) == (0, 0)
    assert {one.reason for one in (got.sd, got.lower, got.upper, got.slope)} == {"the differences are all equal"}


def test_equal_means_of_both_methods_have_no_slope():
    got = proportional_bias(readings([1, 2, 3], [3, 2, 1]))
    assert got.value is None
    assert "the means of both methods do not differ" in got.reason


def test_differences_on_a_line_have_a_slope_without_an_interval():
    got = proportional_bias(readings([1.1, 2.2, 3.3, 4.4], [1, 2, 3, 4]))
    assert got.value == pytest.approx(0.1 / 1.05)
    assert got.reason == "the differences lie on a line"


@pytest.mark.parametrize("factor", [0, -2, math.inf, math.nan])
def test_the_factor_is_above_0(pefr, factor):
    with pytest.raises(ValueError, match="standard deviations from the bias"):
        bland_altman(readings(*pefr), factor=factor)
