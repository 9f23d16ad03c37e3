"""Lin's coefficient against SimplyAgree, epiR, a delta method of its own, and simulated truth."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from medunet.studies.agreement_readings import readings
from medunet.studies.concordance import concordance

pytestmark = pytest.mark.filterwarnings("error")


def test_simplyagree(reps):
    """The vignette of SimplyAgree 0.2 prints: CCC .4791, 95 % interval .1276 to .7237."""
    got = concordance(readings(*reps)).coefficient
    assert [round(number, 4) for number in (got.value, got.low, got.high)] == [0.4791, 0.1276, 0.7237]


def test_epir():
    """The help page of `epi.ccc` in epiR 1.0-15, of 25 random pairs (R's seed 1234), here to 8 decimals: .9461401,
    95 % interval .8857455 to .9750329, bias correction .9910435."""
    first = (
        "-1.20706575 0.27742924 1.08444118 -2.34569770 0.42912469 0.50605589 -0.57473996 -0.54663186 -0.56445200 "
        "-0.89003783 -0.47719270 -0.99838644 -0.77625389 0.06445882 0.95949406 -0.11028549 -0.51100951 "
        "-0.91119542 -0.83717168 2.41583518 0.13408822 -0.49068590 -0.44054787 0.45958944 -0.69372025"
    )
    second = (
        "-1.63328587 0.08711584 1.30171292 -2.34115179 0.08212365 0.50998938 -0.58077904 -0.29543166 -0.88980218 "
        "-0.54164542 -0.11235887 -1.45652917 -0.95907174 -0.42179124 0.69851979 0.09620912 -0.70291475 "
        "-0.90264785 -1.28552506 2.48040502 -0.24443159 -0.09784952 -0.92592062 0.74271054 -1.10375891"
    )
    got = concordance(readings(*(np.array(text.split(), float) for text in (first, second))))
    whole = got.coefficient
    published = (0.9461401, 0.8857455, 0.9750329, 0.9910435)
    assert (whole.value, whole.low, whole.high, got.accuracy) == pytest.approx(published, abs=1e-7)


def by_the_delta_method(first, second):
    """Standard error of atanh by numerical derivatives and the normal theory of sample moments, with n − 2.

    Nothing is taken from Lin's formula: it must come out where his variance, as corrected in 2000, is right.
    """
    n = len(first)
    (a, c), (_, b) = np.cov(first, second, bias=True)
    point = np.array([first.mean(), second.mean(), a, b, c])

    def z(p):
        return math.atanh(2 * p[4] / (p[2] + p[3] + (p[0] - p[1]) ** 2))

    steps = np.eye(5) * 1e-6 * np.maximum(np.abs(point), 1e-3)
    slope = np.array([(z(point + step) - z(point - step)) / (2 * step.sum()) for step in steps])
    spread = np.zeros((5, 5))
    spread[:2, :2] = [[a, c], [c, b]]
    spread[2:, 2:] = [
        [2 * a * a, 2 * c * c, 2 * a * c],
        [2 * c * c, 2 * b * b, 2 * b * c],
        [2 * a * c, 2 * b * c, a * b + c * c],
    ]
    return z(point), math.sqrt(slope @ spread @ slope / (n - 2))


@pytest.mark.parametrize(("slope", "shift"), [(1, 0), (0.7, 0.5), (1.4, -2), (-0.5, 1), (0, 0.3)])
def test_the_interval_is_that_of_a_second_derivation(slope, shift):
    rng = np.random.default_rng(6)
    first = rng.normal(5, 1, 40)
    second = slope * first + shift + rng.normal(0, 0.5, 40)
    z, error = by_the_delta_method(first, second)
    got = concordance(readings(first, second)).coefficient
    expected = np.tanh([z, z - 1.959963985 * error, z + 1.959963985 * error])
    np.testing.assert_allclose((got.value, got.low, got.high), expected, atol=1e-6)


def test_the_coefficient_is_precision_times_accuracy(pefr):
    got = concordance(readings(*pefr))
    assert got.precision == pytest.approx(stats.pearsonr(*pefr).statistic)
    assert got.coefficient.value == pytest.approx(got.precision * got.accuracy)
    assert 0 < got.accuracy <= 1


def test_a_correlation_of_0_divides_by_nothing():
    got = concordance(readings([1, 1, -1, -1], [1, -1, 1, -1]))
    assert (got.coefficient.value, got.precision) == (0, 0)
    assert got.coefficient.low == pytest.approx(-got.coefficient.high)


def test_with_several_cases_the_interval_is_over_subjects(coverage):
    """Intervals of cases would hold far too seldom."""
    over_subjects, over_cases = coverage(lambda both: concordance(both).coefficient, seed=9)
    assert over_subjects == pytest.approx(0.95, abs=0.04)
    assert over_cases < 0.88


@pytest.mark.parametrize(
    ("first", "second", "subjects", "value", "reason"),
    [
        ([], [], None, None, "no case"),
        ([1, 2], [1, 3], None, None, "fewer than 3 subjects"),
        ([1, 2, 3], [1, 3, 5], ["a", "a", "a"], None, "fewer than 3 subjects"),
        ([4, 4, 4], [4, 4, 4], None, None, "the numbers are all equal"),
        ([4, 4, 4], [1, 2, 3], None, 0, "of one method the numbers are all equal"),
        ([1, 2, 4], [1, 2, 4], None, 1, "the pairs lie on a line"),
        ([0.1, 0.2, 0.4], [0.2, 0.4, 0.8], None, None, "the pairs lie on a line"),
    ],
    ids=["nothing", "two cases", "one subject", "all equal", "one constant", "perfect", "a line"],
)
def test_what_cannot_be_known_has_a_reason(first, second, subjects, value, reason):
    got = concordance(readings(first, second, subjects=subjects)).coefficient
    assert got.low is None
    assert reason in got.reason
    if reason != "the pairs lie on a line" or value is not None:
        assert got.value == (None if value is None else pytest.approx(value))
