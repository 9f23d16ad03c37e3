"""The difference of means against SciPy, R, statsmodels, a second derivation by matrices, and simulated truth."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import linalg, stats

from medunet.studies.effect_tests import sides_of
from medunet.studies.group_means import CLUSTERED, SAME_DIFFERENCE, WELCH, cells_of, mean_difference, moments_of
from medunet.studies.groups import Groups


@pytest.fixture
def sleep():
    """Extra hours of sleep of ten patients with each of two drugs (Student 1908); the second is the positive one."""
    first = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
    second = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]
    return Groups.of([*first, *second], [0] * 10 + [1] * 10, [*range(10), *range(10)])


def by_matrices(groups):
    """Difference, standard error and degrees of freedom of CR2 as Bell and McCaffrey write them, with the moments'
    variances and covariance as working model."""
    cells, subject = cells_of(groups)
    found = moments_of(sides_of(cells), subject[cells.positive], subject[~cells.positive])
    scale = sides_of(cells).scale
    design = np.stack([cells.positive, ~cells.positive], axis=1).astype(float)
    bread = np.linalg.inv(design.T @ design)
    rest = np.eye(len(subject)) - design @ bread @ design.T
    contrast = np.array([1.0, -1.0])
    coefficients = bread @ design.T @ cells.value
    model = np.diag(np.where(cells.positive, found.first, found.second))
    model += found.shared * ((subject[:, None] == subject) & ~np.eye(len(subject), dtype=bool))
    parts = []
    for name in np.unique(subject):
        own = np.flatnonzero(subject == name)
        root = linalg.fractional_matrix_power(rest[np.ix_(own, own)], -0.5)
        parts.append(rest[:, own] @ root @ design[own] @ bread @ contrast)
    parts = np.array(parts)
    squares = ((parts @ (rest @ cells.value)) ** 2).sum()
    spread = parts @ model @ parts.T
    freedom = np.trace(spread) ** 2 / (spread**2).sum()
    return contrast @ coefficients, np.sqrt(squares), freedom, found, scale


def limits(found):
    return found.value, found.low, found.high


def test_student_s_sleep(sleep):
    """Student 1908 has the mean 1.58; R's paired t test prints .7001142 to 2.4598858."""
    found = mean_difference(sleep)
    assert limits(found) == pytest.approx((1.58, 0.7001142, 2.4598858), abs=1e-6)
    assert found.method is CLUSTERED


def test_where_no_subject_has_both_labels_it_is_welchs(cohort):
    value, label, subject = cohort(subjects=60)
    found = mean_difference(Groups.of(value, label, subject))
    interval = stats.ttest_ind(value[label], value[~label], equal_var=False).confidence_interval(0.95)
    assert found.value == pytest.approx(value[label].mean() - value[~label].mean())
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high), rel=1e-9)
    assert found.method is WELCH


def test_where_all_have_both_it_is_the_paired_t(cohort):
    value, _, subject = cohort(2, subjects=25, rows=1)
    other = value + np.random.default_rng(3).normal(0.5, 1, 25)
    groups = Groups.of([*other, *value], [1] * 25 + [0] * 25, [*subject, *subject])
    interval = stats.ttest_rel(other, value).confidence_interval(0.95)
    assert limits(mean_difference(groups))[1:] == pytest.approx((interval.low, interval.high), rel=1e-9)


def test_where_all_have_both_it_is_the_mixed_models(sleep):
    """A random intercept of each patient, REML, by statsmodels: the standard error to the 1e-4 of its optimiser."""
    models = pytest.importorskip("statsmodels.regression.mixed_linear_model", reason="statsmodels is not installed")
    design = np.stack([np.ones(20), sleep.positive], axis=1)
    fitted = models.MixedLM(sleep.value, design, sleep.subject).fit(reml=True)
    found = mean_difference(sleep)
    assert found.value == pytest.approx(fitted.params[1], abs=1e-6)
    assert (found.high - found.low) / 2 / stats.t.ppf(0.975, 9) == pytest.approx(fitted.bse[1], rel=1e-4)


@pytest.mark.parametrize(("seed", "rows"), [(1, 2), (2, 2), (3, 3), (4, 6)])
def test_a_second_derivation_by_matrices(cohort, seed, rows):
    """Where some subjects have both labels and some one."""
    groups = Groups.of(*cohort(seed, subjects=30, rows=rows, both=True, decimals=3))
    assert 0 < groups.flow.both_subjects < 30
    difference, error, freedom, found, scale = by_matrices(groups)
    assert found.freedom == pytest.approx(freedom, rel=1e-9)
    assert np.sqrt(found.squares) * scale == pytest.approx(error, rel=1e-9)
    reach = stats.t.ppf(0.975, freedom) * error
    assert limits(mean_difference(groups)) == pytest.approx((difference, difference - reach, difference + reach))


@pytest.mark.parametrize("both", [False, True])
def test_rows_written_twice_change_nothing(cohort, both):
    value, label, subject = cohort(rows=4, both=both)
    once = mean_difference(Groups.of(value, label, subject))
    twice = mean_difference(Groups.of([*value, *value], [*label, *label], [*subject, *subject]))
    assert limits(twice) == limits(once)
    assert (twice.rows, twice.subjects) == (2 * once.rows, once.subjects)


@pytest.mark.parametrize("ill_have_more", [False, True])
def test_the_interval_holds_the_truth_as_often_as_it_says(ill_have_more):
    """300 studies of 30 subjects, 1 to 5 films each, labels by film, a true difference of 1: 92 to 98 %."""
    generator = np.random.default_rng(5)
    held = 0
    for _ in range(300):
        own = generator.normal(size=30)
        rows = np.where(own > 0, 5, 2) if ill_have_more else generator.integers(1, 6, 30)
        subject = np.arange(30).repeat(rows)
        label = generator.random(subject.size) < 0.4
        value = own[subject] + label + generator.normal(size=subject.size) / 2
        found = mean_difference(Groups.of(value, label, subject))
        held += found.low is not None and found.low <= 1 <= found.high
    assert 0.92 <= held / 300 <= 0.98


def test_reasons():
    assert mean_difference(Groups.of([1.0], [1])).reason.startswith("the only row")
    few = mean_difference(Groups.of([1.0, 2, 3, 5], [0, 0, 1, 1]))
    assert few.value == pytest.approx(2.5)
    assert few.reason.startswith("2 subjects")
    huge = mean_difference(Groups.of([1e308, -1e308] * 20, [0, 0, 1, 1] * 10))
    assert huge.low is None
    assert huge.reason
    flat = mean_difference(Groups.of([0.1, 0.2] * 20, [0, 1] * 20))
    assert flat.value == pytest.approx(0.1)
    assert flat.reason == "the numbers are all equal within each group"


def test_subjects_that_all_differ_by_the_same_have_no_interval():
    value = np.arange(20.0)
    groups = Groups.of([*value, *(value + 0.5)], [0] * 20 + [1] * 20, [*range(20), *range(20)])
    found = mean_difference(groups)
    assert found.value == pytest.approx(0.5)
    assert found.reason == SAME_DIFFERENCE
