from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from scipy import stats

from medunet.studies.clustered_ranks import NO_SPREAD, clustered_rank_test, rank_sum
from medunet.studies.groups import Groups


def by_drawing(value, label, subject):
    """The rank sum of every choice of one row a subject, averaged with equal weight."""
    rows = [np.flatnonzero(np.array(subject) == name) for name in sorted(set(subject))]
    sums = []
    for chosen in product(*rows):
        drawn = list(chosen)
        sums.append((stats.rankdata(value[drawn]) * label[drawn]).sum() / (len(rows) + 1))
    expected = sum(label[own].mean() for own in rows) / 2
    return np.mean(sums) - expected


@pytest.mark.parametrize("seed", range(4))
def test_the_statistic_is_the_mean_over_all_draws_of_one_row_a_subject(cohort, seed):
    value, label, subject = cohort(seed, subjects=7, rows=3, both=True, decimals=0)
    found, _ = rank_sum(Groups.of(value, label, subject))
    assert found == pytest.approx(by_drawing(value, label, subject), abs=1e-12)


def test_with_one_row_a_subject_it_is_mann_whitneys(cohort):
    value, label, subject = cohort(subjects=300, shift=0.2)
    excess, variance = rank_sum(Groups.of(value, label, subject))
    plain = stats.mannwhitneyu(value[label], value[~label], use_continuity=False)
    assert excess == pytest.approx((plain.statistic - 150 * 150 / 2) / 301)
    assert variance == pytest.approx(150 * 150 / 12 / 301, rel=0.02)
    assert clustered_rank_test(Groups.of(value, label, subject)).p_value == pytest.approx(plain.pvalue, rel=0.1)


@pytest.mark.parametrize("both", [False, True])
def test_size_where_the_number_of_rows_depends_on_the_value(both):
    """Without any difference 3 to 8 % of 300 studies are significant at 5 %, though ill subjects have more rows."""
    generator = np.random.default_rng(2)
    rejected = 0
    for _ in range(300):
        own = generator.normal(size=50)
        subject = np.arange(50).repeat(np.where(own > 0, 6, 1))
        label = generator.random(subject.size) < 0.5 if both else subject % 2 == 0
        value = own[subject] + generator.normal(size=subject.size) / 2
        rejected += clustered_rank_test(Groups.of(value, label, subject)).p_value < 0.05
    assert 0.03 <= rejected / 300 <= 0.08


@pytest.mark.parametrize("both", [False, True])
def test_rows_written_twice_change_nothing(cohort, both):
    value, label, subject = cohort(rows=4, both=both)
    once = clustered_rank_test(Groups.of(value, label, subject))
    twice = clustered_rank_test(Groups.of([*value, *value], [*label, *label], [*subject, *subject]))
    assert twice.statistic == pytest.approx(once.statistic, rel=1e-10)
    assert (twice.subjects, twice.rows) == (once.subjects, 2 * once.rows)


def test_the_sign_says_who_ranks_higher(cohort):
    value, label, subject = cohort(rows=3, both=True)
    assert clustered_rank_test(Groups.of(value, label, subject)).statistic > 0
    assert clustered_rank_test(Groups.of(-value, label, subject)).statistic < 0


def test_reasons(cohort):
    assert clustered_rank_test(Groups.of([1.0], [1])).reason.startswith("the only row")
    assert "9 subjects" in clustered_rank_test(Groups.of(*cohort(subjects=18, rows=9))).reason
    assert clustered_rank_test(Groups.of([1.0] * 40, [0, 1] * 20)).reason == "the numbers are all equal"
    same = Groups.of(np.tile(np.arange(20.0) / 7, 2), np.arange(40) < 20, list(range(20)) * 2)
    assert clustered_rank_test(same).reason == NO_SPREAD
