from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from medunet.studies.score_precision import showable_between_runs
from medunet.studies.subject_scores import SubjectScores


def scores(n=38, seed=0):
    return np.random.default_rng(seed).beta(60, 4, n)


def test_a_paired_t_test_finds_the_difference_with_80_percent():
    """By simulation of two runs whose scores correlate by .5."""
    deviation = 0.03
    values = np.random.default_rng(1).normal(size=30)
    values = 0.9 + deviation * (values - values.mean()) / values.std(ddof=1)
    difference = showable_between_runs(SubjectScores.of(values, np.arange(30))).value
    generator = np.random.default_rng(2)
    both = generator.multivariate_normal([0, difference], deviation**2 * np.array([[1, 0.5], [0.5, 1]]), (4000, 30))
    found = stats.ttest_rel(both[..., 0], both[..., 1], axis=1).pvalue < 0.05
    assert found.mean() == pytest.approx(0.8, abs=0.02)


def test_runs_that_are_more_alike_show_smaller_differences():
    one = SubjectScores.of(scores(), np.arange(38))
    half, high = showable_between_runs(one), showable_between_runs(one, correlation=0.875)
    assert high.value == pytest.approx(half.value / 2)
    assert half.low < half.value < half.high


def test_every_row_written_twice_changes_nothing():
    once, twice = (showable_between_runs(SubjectScores.of(scores().repeat(k), np.arange(38).repeat(k))) for k in (1, 2))
    assert (twice.value, twice.low, twice.high) == (once.value, once.low, once.high)


@pytest.mark.parametrize("values", [[], [0.9], [0.9, 0.8, 0.7], [0.9] * 10])
def test_reasons_in_the_place_of_numbers(values):
    found = showable_between_runs(SubjectScores.of(values, np.arange(len(values))))
    assert found.value is None
    assert found.reason
