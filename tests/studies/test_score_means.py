from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from scipy import stats

from medunet.studies.score_means import (
    SCORE_MEAN,
    SCORE_MEDIAN,
    SIGNED_MEAN,
    mean_of_scores,
    median_of_scores,
    order_statistics,
)
from medunet.studies.subject_scores import NO_VALUE, SAME, SubjectScores


def one_each(values):
    return SubjectScores.of(values, np.arange(len(values)))


def skewed(n=38, seed=0):
    return np.random.default_rng(seed).beta(60, 4, n)


def test_the_mean_s_interval_is_hall_s_by_the_definition():
    values = skewed()
    found = mean_of_scores(one_each(values), least=0, most=1)
    error = values.std(ddof=1) / math.sqrt(38)
    a = stats.skew(values, bias=False) / math.sqrt(38)
    g = [
        t + a * t**2 / 3 + a**2 * t**3 / 27 + a / 6
        for t in ((found.value - e) / error for e in (found.low, found.high))
    ]
    assert g == pytest.approx([stats.t.ppf(0.975, 37), -stats.t.ppf(0.975, 37)], rel=1e-9)
    assert found.value == pytest.approx(values.mean(), rel=1e-14)
    assert (found.rows, found.subjects, found.level, found.method, found.reason) == (38, 38, 0.95, SCORE_MEAN, "")


@pytest.mark.parametrize("least", [None, -5])
def test_symmetric_numbers_have_student_s_interval(least):
    half = np.random.default_rng(1).normal(0, 0.02, 20)
    values = np.concatenate([half, -half])
    found = mean_of_scores(one_each(values), least=least)
    low, high = stats.t.interval(0.95, 39, 0, stats.sem(values))
    assert (found.low, found.high) == pytest.approx((low, high), rel=1e-9)


def test_signed_errors_have_student_s_interval_whatever_their_shape():
    values = np.array([0.01, -0.02, 0.0, 0.03, -0.01, 0.2])
    found = mean_of_scores(one_each(values))
    low, high = stats.t.interval(0.95, 5, values.mean(), stats.sem(values))
    assert (found.low, found.high, found.method) == (pytest.approx(low), pytest.approx(high), SIGNED_MEAN)


def test_the_limits_stay_where_scores_can_be():
    values = np.array([1.0, 1.0, 1.0, 1.0, 1.0, 0.98, 0.3, 0.1])
    free, cut = mean_of_scores(one_each(values), most=1), mean_of_scores(one_each(values), least=0, most=1)
    assert free.low < 0
    assert cut.low == 0
    assert cut.low <= cut.value <= cut.high <= 1
    distances = mean_of_scores(one_each([0.1, 0.2, 0.1, 0.1, 0.3, 40.0]), least=0)
    assert distances.low >= 0


@pytest.mark.parametrize("cases", [1, 3])
@pytest.mark.parametrize("of", [mean_of_scores, median_of_scores])
def test_every_row_written_twice_changes_no_interval(cases, of):
    generator = np.random.default_rng(5)
    subject = np.repeat(np.arange(25), generator.integers(1, cases + 1, 25))
    values = generator.beta(30, 3, subject.size)
    once, twice = (of(SubjectScores.of(values.repeat(k), subject.repeat(k))) for k in (1, 2))
    assert (twice.value, twice.low, twice.high) == pytest.approx((once.value, once.low, once.high), rel=1e-13)
    assert (twice.level, twice.subjects, twice.rows) == (once.level, 25, 2 * once.rows)


def test_cases_of_one_subject_make_no_interval_narrower():
    """38 subjects with four equal cases know as much as 38 subjects."""
    values = skewed()
    four = SubjectScores.of(values.repeat(4), np.arange(38).repeat(4))
    assert mean_of_scores(four, most=1).low == pytest.approx(mean_of_scores(one_each(values), most=1).low, rel=1e-12)


def test_the_mean_is_over_cases_and_its_interval_that_of_a_ratio():
    subject = np.array([0, 0, 0, 1, 2, 3, 4, 5, 5, 6])
    values = np.array([0.9, 0.92, 0.91, 0.7, 0.95, 0.88, 0.8, 0.93, 0.9, 0.85])
    found = mean_of_scores(SubjectScores.of(values, subject), most=1.5)
    assert found.value == pytest.approx(values.mean())
    moved = [(values[subject == one] - values.mean()).sum() for one in range(7)]
    error = math.sqrt(7 / 6 * np.square(moved).sum()) / 10
    a = stats.skew(np.array(moved), bias=False) / math.sqrt(7)
    t = (found.value - found.low) / error
    assert t + a * t**2 / 3 + a**2 * t**3 / 27 + a / 6 == pytest.approx(stats.t.ppf(0.975, 6), rel=1e-9)


@pytest.mark.parametrize(
    ("n", "k", "level"), [(5, 0, 0), (6, 1, 0.96875), (8, 1, 0.9921875), (9, 2, 0.9609375), (20, 6, 0.9586)]
)
def test_order_statistics_of_published_tables(n, k, level):
    """Conover 1999, table A3 (binomial, p = .5); n = 20: 6th and 15th."""
    assert order_statistics(n) == (k, pytest.approx(level, abs=5e-5))


@pytest.mark.parametrize("n", [6, 11, 12])
def test_the_level_of_the_median_is_exact_by_counting(n):
    """Each value is below the true median or above it, with even chances: count all 2^n ways."""
    k, level = order_statistics(n)
    held = sum(k <= sum(ways) <= n - k for ways in itertools.product((0, 1), repeat=n))
    assert level == pytest.approx(held / 2**n, rel=1e-12)
    assert level >= 0.95
    assert k + 1 > n / 2 or 1 - 2 * stats.binom.cdf(k, n, 0.5) < 0.95  # the next pair would hold too little


@pytest.mark.parametrize("n", [5, 100, 1001, 200_000])
def test_no_narrower_pair_reaches_the_level(n):
    k, level = order_statistics(n)
    assert level == 0 or level >= 0.95
    assert 1 - 2 * stats.binom.cdf(k, n, 0.5) < 0.95


def test_the_median_lies_between_two_of_the_subjects_and_states_its_level():
    values = skewed(20)
    found = median_of_scores(one_each(values))
    ordered = np.sort(values)
    assert (found.value, found.low, found.high) == (np.median(values), ordered[5], ordered[14])
    assert found.level == pytest.approx(0.9586, abs=5e-5)
    assert found.method == SCORE_MEDIAN


def test_the_median_is_that_of_the_subjects_means():
    subject = np.array([0, 0, 0, 1, 2, 3, 4, 5])
    values = np.array([0.1, 0.1, 0.1, 0.9, 0.8, 0.85, 0.95, 0.7])
    assert median_of_scores(SubjectScores.of(values, subject)).value == np.median([0.1, 0.9, 0.8, 0.85, 0.95, 0.7])


@pytest.mark.parametrize("of", [mean_of_scores, median_of_scores])
def test_reasons_in_the_place_of_numbers(of):
    nothing, one, few, same = (
        of(one_each(values)) for values in ([None, float("nan")], [0.9], [0.9, 0.8, 0.7, 0.6, 0.5], [0.0] * 9)
    )
    assert (nothing.value, nothing.low, nothing.reason) == (None, None, NO_VALUE)
    assert (one.value, one.low, one.reason) == (0.9, None, "1 subject; an interval needs 6")
    assert (few.value, few.low, few.reason) == (pytest.approx(0.7), None, "5 subjects; an interval needs 6")
    assert (same.value, same.low, same.reason) == (0.0, None, SAME)


def test_a_median_of_few_subjects_has_no_interval_of_a_high_level():
    found = median_of_scores(one_each([0.1, 0.2, 0.3, 0.4, 0.5, 0.6]), level=0.99)
    assert (found.value, found.low) == (pytest.approx(0.35), None)
    assert found.reason == "6 subjects; no interval of 99 % for a median exists"


@pytest.mark.parametrize(("n", "least"), [(10, 0.93), (38, 0.935)])
def test_the_mean_s_interval_holds_for_dice_and_the_plain_t_less_often(n, least):
    """Beta shape of a good model's Dice; 2000 samples, Monte-Carlo error .005."""
    generator = np.random.default_rng(11)
    held, plain = 0, 0
    for _ in range(2000):
        values = generator.beta(19, 1, n)
        found = mean_of_scores(one_each(values), least=0, most=1)
        held += found.low <= 0.95 <= found.high
        low, high = stats.t.interval(0.95, n - 1, values.mean(), values.std(ddof=1) / math.sqrt(n))
        plain += low <= 0.95 <= high
    assert held / 2000 > least
    assert held > plain
