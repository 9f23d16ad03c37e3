from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from medunet.studies.effect_tests import (
    EXACT_MANN_WHITNEY,
    MANN_WHITNEY,
    SAME_NUMBERS,
    mann_whitney_test,
    welch_test,
)
from medunet.studies.groups import Groups
from medunet.studies.significance import MEANS, ROWS

BOTH = "subjects have rows of both labels: the groups are not independent, see the clustered rank test"


def test_welch_against_scipy(cohort):
    value, label, subject = cohort(subjects=70)
    found = welch_test(Groups.of(value, label, subject))
    expected = stats.ttest_ind(value[label], value[~label], equal_var=False)
    assert (found.statistic, found.p_value) == pytest.approx((expected.statistic, expected.pvalue), rel=1e-10)
    assert (found.units, found.rows, found.subjects) == (ROWS, 70, 70)


@pytest.mark.parametrize(("subjects", "method"), [(70, MANN_WHITNEY), (12, EXACT_MANN_WHITNEY)])
def test_mann_whitney_against_scipy(cohort, subjects, method):
    value, label, subject = cohort(subjects=subjects, decimals=1 if subjects > 20 else 9)
    found = mann_whitney_test(Groups.of(value, label, subject))
    expected = stats.mannwhitneyu(value[label], value[~label])
    assert (found.statistic, found.p_value) == pytest.approx((expected.statistic, expected.pvalue), rel=1e-10)
    assert found.method == method


def test_several_rows_of_a_subject_count_once(cohort):
    value, label, subject = cohort(subjects=50, rows=6)
    groups = Groups.of(value, label, subject)
    names = sorted(set(subject))
    own = np.array(subject)
    means = np.array([value[own == name].mean() for name in names])
    sick = np.array([label[own == name][0] for name in names])
    found = welch_test(groups)
    expected = stats.ttest_ind(means[sick], means[~sick], equal_var=False)
    assert (found.statistic, found.p_value) == pytest.approx((expected.statistic, expected.pvalue), rel=1e-10)
    assert (found.units, found.rows, found.subjects) == (MEANS, value.size, 50)
    assert mann_whitney_test(groups).units == MEANS


def test_a_subject_in_both_groups_makes_them_dependent(cohort):
    groups = Groups.of(*cohort(rows=4, both=True))
    for found in (welch_test(groups), mann_whitney_test(groups)):
        assert found.reason.endswith(BOTH)
        assert found.reason.startswith(f"{groups.flow.both_subjects} ")


@pytest.mark.parametrize("unit", [1e-290, 1e-150, 1e150, 1e290])
def test_the_unit_of_the_measurement_does_not_matter(cohort, unit):
    """Squares of such numbers overflow or vanish; t would be 0 with p = 1."""
    value, label, subject = cohort(decimals=5)
    plain, scaled = (welch_test(Groups.of(one, label, subject)) for one in (value, value * unit))
    assert (scaled.statistic, scaled.p_value) == pytest.approx((plain.statistic, plain.p_value), rel=1e-9)


def test_reasons():
    equal = Groups.of([0.1] * 20, [0, 1] * 10)
    assert welch_test(equal).reason == mann_whitney_test(equal).reason == SAME_NUMBERS
    assert welch_test(Groups.of([1.0, 2], [0, 1])).reason.startswith("a group has one subject")
    assert welch_test(Groups.of([1.0, 1, 2, 2], [0, 0, 1, 1])).reason == "the numbers are all equal within each group"
    assert welch_test(Groups.of([1e308, -1e308, 1e308, 1], [0, 0, 1, 1])).reason.startswith("cannot be computed")
    assert mann_whitney_test(Groups.of([1.0], [0])).reason.startswith("the only row is negative")


def normal_p(u, n, m):
    """Two-sided p of U without ties, with the correction for continuity that SciPy uses."""
    return 2 * stats.norm.sf((abs(u - n * m / 2) - 0.5) / math.sqrt(n * m * (n + m + 1) / 12))


def test_the_formula_is_that_of_scipy(cohort):
    value, label, _ = cohort(subjects=100, decimals=12)
    expected = stats.mannwhitneyu(value[label], value[~label], method="asymptotic")
    assert normal_p(expected.statistic, label.sum(), (~label).sum()) == pytest.approx(expected.pvalue, rel=1e-9)


def test_system_a_u_and_p_fit_442_films_and_the_published_area():
    """U = 10405.5 with p = 1.758e-25: of all sizes 442 comes nearest, and then 1 − U/(n m) is the AUC of .787."""
    sizes = np.arange(400, 475)
    p = np.array([normal_p(10405.5, size // 2, size - size // 2) for size in sizes])
    best = int(sizes[np.abs(np.log(p / 1.758e-25)).argmin()])
    assert abs(best - 442) <= 1
    assert normal_p(10405.5, 221, 221) == pytest.approx(1.758e-25, rel=0.3)
    area = 1 - 10405.5 / 221**2
    assert area == pytest.approx(0.787, abs=5e-4)


def test_system_a_does_not_fit_the_474_films_it_names():
    assert normal_p(10405.5, 233, 241) == pytest.approx(2e-32, rel=0.5)
    area = 1 - 10405.5 / (233 * 241)
    assert area == pytest.approx(0.815, abs=5e-4)


@pytest.mark.parametrize("prevalence", [233 / 474, 0.5])
def test_system_a_operating_point_lies_above_every_concave_curve_of_its_area(prevalence):
    """Precision .803 and recall .825 give 1 − specificity; a concave curve through the point has at least (1 + J)/2."""
    false_positive = prevalence * 0.825 * (1 - 0.803) / 0.803 / (1 - prevalence)
    youden = 0.825 - false_positive
    assert youden == pytest.approx(0.63, abs=0.011)
    assert (1 + youden) / 2 == pytest.approx(0.813, abs=0.003)
    assert (1 + youden) / 2 > 0.787 + 0.02
