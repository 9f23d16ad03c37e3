from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from medunet.studies.paired_subjects import NO_DIFFERENCE, NO_SUBJECT, ONE_SUBJECT, PairedSubjects
from medunet.studies.paired_tests import least_wilcoxon_p, sign_flip_test, wilcoxon_test
from medunet.studies.significance import MEANS, ROWS


def pairs_of(difference):
    difference = np.asarray(difference, float)
    return PairedSubjects.of([f"{n:05d}" for n in range(difference.size)], np.zeros(difference.size), difference)


@pytest.fixture
def darwin():
    """Heights of crossed minus self-fertilised maize in eighths of an inch (Darwin 1876; Fisher 1935, table 3)."""
    return pairs_of([49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48])


def test_fisher_s_permutation_of_darwin_s_maize(darwin):
    """Fisher 1935, section 21: 863 of 32,768 sums are as large, so 1,726 of 32,768 on both sides, p = .05267."""
    found = sign_flip_test(darwin)
    assert found.p_value == 1726 / 32768
    assert found.statistic == pytest.approx(314 / 15)


def test_wilcoxon_of_a_textbook(hamilton):
    """Hollander and Wolfe, example 3.1: T+ = 5 of n = 9, one-sided P = .020."""
    found = wilcoxon_test(hamilton)
    assert found.statistic == 5
    assert found.p_value / 2 == pytest.approx(0.020, abs=5e-4)
    assert found.units == ROWS


def test_wilcoxon_of_many_is_scipy_s():
    generator = np.random.default_rng(5)
    difference = generator.normal(0.1, 1, 300).round(1)
    found = wilcoxon_test(pairs_of(difference))
    wanted = stats.wilcoxon(difference, zero_method="pratt", correction=True, method="asymptotic")
    assert (found.statistic, found.p_value) == pytest.approx((wanted.statistic, wanted.pvalue), rel=1e-12)


def test_all_signs_as_scipy():
    generator = np.random.default_rng(6)
    for n in (2, 7, 12):
        difference = generator.normal(0.5, 1, n).round(1)
        found = sign_flip_test(pairs_of(difference))
        wanted = stats.permutation_test((difference,), np.mean, permutation_type="samples", n_resamples=2**n)
        assert found.p_value == pytest.approx(wanted.pvalue, abs=1e-12)


def test_random_signs_are_near_all_signs_and_keyed():
    """20 subjects, drawn against enumerated: within four standard errors."""
    difference = np.random.default_rng(7).normal(0.4, 1, 20)
    signs = 1 - 2 * ((np.arange(2**20)[:, None] >> np.arange(20)) & 1)
    exact = float(np.mean(np.abs(signs @ difference) >= abs(difference.sum()) - 1e-9))
    found = sign_flip_test(pairs_of(difference))
    assert found.p_value == pytest.approx(exact, abs=4 * np.sqrt(exact * (1 - exact) / 9999))
    assert sign_flip_test(pairs_of(difference)).p_value == found.p_value
    assert sign_flip_test(pairs_of(difference), seed=1).p_value != found.p_value


def test_a_random_p_value_is_never_0():
    found = sign_flip_test(pairs_of(np.linspace(1, 2, 100)), flips=99)
    assert found.p_value == 1 / 100


def test_rows_written_twice_change_no_test():
    who = [f"{n}" for n in range(30)]
    generator = np.random.default_rng(8)
    one, two = generator.uniform(0.8, 1, (2, 30))
    once, twice = PairedSubjects.of(who, one, two), PairedSubjects.of(who * 2, [*one, *one], [*two, *two])
    for test in (wilcoxon_test, sign_flip_test):
        assert (test(once).statistic, test(once).p_value) == (test(twice).statistic, test(twice).p_value)
    assert wilcoxon_test(twice).units == MEANS


@pytest.mark.parametrize(("difference", "reason"), [([], NO_SUBJECT), ([1.0], ONE_SUBJECT), ([0.0] * 5, NO_DIFFERENCE)])
def test_reasons(difference, reason):
    for test in (wilcoxon_test, sign_flip_test):
        found = test(pairs_of(difference))
        assert (found.statistic, found.p_value, found.reason) == (None, None, reason)


def test_all_alike_is_tested_all_the_same():
    assert wilcoxon_test(pairs_of([0.1] * 10)).p_value == 2 / 2**10
    assert sign_flip_test(pairs_of([0.1] * 10)).p_value == 2 / 2**10


@pytest.mark.parametrize("n", [1, 2, 5, 6, 12])
def test_the_least_p_is_that_of_differences_on_one_side(n):
    pairs = pairs_of(np.arange(1.0, n + 1))
    assert least_wilcoxon_p(pairs) == pytest.approx(wilcoxon_test(pairs).p_value if n > 1 else 1.0)
