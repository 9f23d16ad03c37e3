from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from medunet.studies.score_gaps import GAP, SHARED_GAP, gap_of_means
from medunet.studies.subject_scores import SubjectScores


def drawn(n, start, seed, mean=0.9):
    generator = np.random.default_rng(seed)
    return generator.beta(50 * mean, 50 * (1 - mean), n), np.arange(start, start + n)


def test_two_groups_without_a_common_subject_are_welch_s():
    (one, first), (two, second) = drawn(12, 0, 1), drawn(30, 100, 2, 0.8)
    found = gap_of_means(SubjectScores.of(one, first), SubjectScores.of(two, second))
    theirs = stats.ttest_ind(one, two, equal_var=False).confidence_interval()
    assert (found.low, found.high) == pytest.approx((theirs.low, theirs.high), rel=1e-9)
    assert found.value == pytest.approx(one.mean() - two.mean())
    assert (found.rows, found.subjects, found.method) == (42, 42, GAP)
    back = gap_of_means(SubjectScores.of(two, second), SubjectScores.of(one, first))
    assert (back.low, back.high) == pytest.approx((-found.high, -found.low))


def test_the_same_subjects_in_both_groups_are_the_paired_t():
    one, subject = drawn(15, 0, 3)
    two = one - 0.05 + np.random.default_rng(4).normal(0, 0.01, 15)
    found = gap_of_means(SubjectScores.of(one, subject), SubjectScores.of(two, subject))
    theirs = stats.ttest_rel(one, two).confidence_interval()
    assert (found.low, found.high) == pytest.approx((theirs.low, theirs.high), rel=1e-9)
    assert (found.subjects, found.method) == (15, SHARED_GAP)


def test_every_row_written_twice_changes_nothing():
    (one, first), (two, second) = drawn(20, 0, 5), drawn(20, 10, 6)
    once, twice = (
        gap_of_means(
            SubjectScores.of(one.repeat(k), first.repeat(k)), SubjectScores.of(two.repeat(k), second.repeat(k))
        )
        for k in (1, 2)
    )
    assert (twice.value, twice.low, twice.high) == pytest.approx((once.value, once.low, once.high), rel=1e-12)


def test_a_higher_level_is_wider():
    groups = [SubjectScores.of(*drawn(12, start, start)) for start in (0, 100)]
    usual, wide = gap_of_means(*groups), gap_of_means(*groups, level=0.99)
    assert wide.low < usual.low < usual.high < wide.high


@pytest.mark.parametrize(
    ("one", "two", "reason"),
    [
        ([], [0.9] * 8, "one of the groups has no value"),
        ([0.9, 0.8], [0.9, 0.8, 0.7, 0.6, 0.9, 0.8], "one of the groups: 2 subjects; an interval needs 6"),
        ([0.9] * 8, [0.9, 0.8, 0.7, 0.6, 0.9, 0.8], "one of the groups: every subject has the same mean"),
    ],
)
def test_no_gap_without_an_interval(one, two, reason):
    found = gap_of_means(SubjectScores.of(one, np.arange(len(one))), SubjectScores.of(two, 100 + np.arange(len(two))))
    assert (found.value, found.low, found.reason) == (None, None, reason)


def test_a_gap_that_is_the_same_in_every_subject_has_no_interval():
    values, subject = drawn(10, 0, 7)
    found = gap_of_means(SubjectScores.of(values, subject), SubjectScores.of(values, subject))
    assert (found.value, found.reason) == (None, "every subject has the same gap")
