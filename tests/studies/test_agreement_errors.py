"""Bias, MAE, RMSE and CV against hand-made numbers, SciPy and simulated truth."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from medunet.studies.agreement_errors import (
    bias,
    clustered_mean,
    mean_absolute_error,
    root_mean_square_error,
    within_subject_cv,
    within_subject_cv_logarithmic,
)
from medunet.studies.agreement_readings import readings

FIGURES = [
    bias,
    mean_absolute_error,
    root_mean_square_error,
    within_subject_cv,
    within_subject_cv_logarithmic,
]
POSITIVE = FIGURES[1:]
pytestmark = pytest.mark.filterwarnings("error")


def test_bias_of_bland_and_altman_1986(pefr):
    """Printed: mean difference −2.1 L/min, 95 % interval −22.0 to 17.8."""
    got = bias(readings(*pefr))
    assert [round(number, 1) for number in (got.value, got.low, got.high)] == [-2.1, -22.0, 17.8]
    assert (got.rows, got.subjects) == (17, 17)


def test_bias_is_scipys_paired_t_interval(pefr):
    expected = stats.ttest_rel(*pefr).confidence_interval(0.9)
    got = bias(readings(*pefr), level=0.9)
    np.testing.assert_allclose((got.low, got.high), (expected.low, expected.high), rtol=1e-12)


def test_with_equal_numbers_of_cases_bias_is_the_t_interval_of_the_subjects_means():
    rng = np.random.default_rng(1)
    shift = np.repeat(rng.normal(0, 2, 9), 4)
    second = rng.normal(10, 3, 36)
    first = second + shift + rng.normal(0, 1, 36)
    got = bias(readings(first, second, subjects=list(np.repeat(np.arange(9), 4))))
    means = (first - second).reshape(9, 4).mean(axis=1)
    expected = stats.ttest_1samp(means, 0).confidence_interval()
    np.testing.assert_allclose((got.value, got.low, got.high), (means.mean(), *expected), rtol=1e-10)


def test_the_standard_error_with_unequal_numbers_by_hand():
    """Subject a: −1, 1, 3; b: 5. Mean 2; sums of residuals −3 and 3; √(2/1 · 18) / 4 = 1.5."""
    got = readings([-1, 1, 3, 5], [0, 0, 0, 0], subjects=["a", "a", "a", "b"])
    assert clustered_mean(got.difference, got) == (2, 1.5)


def test_mae_and_rmse_by_hand():
    got = readings([1, 2, 3, 4], [2, 2, 1, 8])
    assert mean_absolute_error(got).value == pytest.approx(7 / 4)
    assert root_mean_square_error(got).value == pytest.approx(math.sqrt(21 / 4))


def test_both_forms_of_the_cv_by_hand():
    got = readings([9.0, 11.0, 20.0], [11.0, 9.0, 20.0])
    assert within_subject_cv(got).value == pytest.approx(math.sqrt((0.2**2 / 2) * 2 / 3))
    assert within_subject_cv_logarithmic(got).value == pytest.approx(
        math.exp(math.sqrt(math.log(11 / 9) ** 2 / 2 * 2 / 3)) - 1
    )


def test_both_forms_agree_where_they_are_small_and_find_the_truth():
    rng = np.random.default_rng(3)
    true = rng.uniform(0.4, 0.6, 4000)
    first, second = true * np.exp(rng.normal(0, 0.02, (2, 4000)))
    got = readings(first, second)
    for figure in (within_subject_cv, within_subject_cv_logarithmic):
        assert figure(got).value == pytest.approx(0.02, rel=0.03)
        assert figure(got).low < 0.02 < figure(got).high


@pytest.mark.parametrize("figure", POSITIVE)
def test_an_interval_of_a_size_stays_above_0(figure):
    got = figure(readings([1.0, 2.0, 3.0, 4.0], [1.0, 2.0, 3.0, 9.0]))
    assert 0 < got.low < got.value < got.high


@pytest.mark.parametrize(
    ("figure", "truth"), [(mean_absolute_error, math.sqrt(2 / math.pi)), (root_mean_square_error, 1)]
)
@pytest.mark.parametrize(("n", "within"), [(10, 0.05), (30, 0.03)])
def test_intervals_hold_the_truth_as_often_as_they_say(figure, truth, n, within):
    """1000 samples of n standard normal differences: 95 % but for 4 standard errors and, of few, a known shortfall."""
    rng = np.random.default_rng(5)
    zero = np.zeros(n)
    held = [got.low <= truth <= got.high for got in (figure(readings(rng.normal(size=n), zero)) for _ in range(1000))]
    assert np.mean(held) == pytest.approx(0.95, abs=within)


@pytest.mark.parametrize("figure", FIGURES)
@pytest.mark.parametrize(
    ("first", "second", "subjects", "reason"),
    [
        ([], [], None, "no case"),
        ([math.nan], [1.0], None, "no case"),
        ([1.0, 2.0], [2.0, 4.0], None, "fewer than 3 subjects"),
        ([1.0, 2.0, 4.0, 5.0], [2.0, 4.0, 9.0, 5.5], ["a", "a", "a", "b"], "fewer than 3 subjects"),
        ([0.4, 0.4, 0.4], [0.4, 0.4, 0.4], None, "the differences are all equal"),
    ],
    ids=["nothing", "NaN", "two cases", "two subjects", "all equal"],
)
def test_what_cannot_be_known_has_a_reason(figure, first, second, subjects, reason):
    got = figure(readings(first, second, subjects=subjects))
    assert got.low is None
    assert reason in got.reason
    assert (got.value is None) == (reason == "no case")


def test_a_constant_difference_has_no_interval():
    got = bias(readings([1.1, 2.2, 3.3], [1.0, 2.1, 3.2]))
    assert got.value == pytest.approx(0.1)
    assert got.reason == "the differences are all equal"


def test_subjects_with_equal_means_have_no_interval():
    got = bias(readings([1, -1, 2, -2, 3, -3], np.zeros(6), subjects=list("aabbcc")))
    assert (got.value, got.low) == (0, None)
    assert "same mean" in got.reason


@pytest.mark.parametrize("figure", [within_subject_cv, within_subject_cv_logarithmic])
@pytest.mark.parametrize("low", [0.0, -0.1])
def test_a_cv_needs_numbers_above_0(figure, low):
    got = figure(readings([low, 1, 2, 3], [1, 2, 3, 5]))
    assert (got.value, got.reason) == (None, "a coefficient of variation needs numbers above 0")
