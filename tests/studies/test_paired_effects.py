from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from medunet.studies.paired_effects import d_z, mean_difference, median_difference, rank_biserial
from medunet.studies.paired_subjects import NO_DIFFERENCE, NO_SUBJECT, PairedSubjects

ALL = (mean_difference, median_difference, rank_biserial, d_z)


def pairs_of(difference):
    difference = np.asarray(difference, float)
    return PairedSubjects.of([f"{n:05d}" for n in range(difference.size)], np.zeros(difference.size), difference)


@pytest.fixture
def sleep():
    """Extra hours of sleep with one drug minus the other (Student 1908)."""
    return pairs_of([1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4])


def test_student_s_sleep(sleep):
    """Student 1908: mean 1.58, standard deviation 1.17 (n in the denominator); R prints the interval .700 to 2.460."""
    found = mean_difference(sleep)
    assert (found.value, found.low, found.high) == pytest.approx((1.58, 0.7001142, 2.4598858), abs=1e-6)
    assert d_z(sleep).value == pytest.approx(1.58 / 1.2299955, abs=1e-6)


def test_hodges_and_lehmann_of_a_textbook(hamilton):
    """Hollander and Wolfe, examples 3.3 and 3.4: −.460, and −.786 to −.010 at .961."""
    found = median_difference(hamilton)
    assert (found.value, found.low, found.high) == pytest.approx((-0.460, -0.786, -0.010), abs=1e-9)


def test_mean_difference_as_scipy():
    difference = np.random.default_rng(9).normal(0.2, 1, 25)
    wanted = stats.ttest_1samp(difference, 0).confidence_interval(0.9)
    found = mean_difference(pairs_of(difference), 0.9)
    assert (found.low, found.high) == pytest.approx((wanted.low, wanted.high), rel=1e-9)


def test_rank_biserial_is_the_share_for_minus_the_share_against(hamilton):
    """Kerby 2014: 40 of 45 for and 5 against give .78."""
    assert rank_biserial(hamilton).value == pytest.approx(-35 / 45)


def test_rank_biserial_s_jackknife_by_leaving_out():
    difference = np.random.default_rng(10).normal(0.4, 1, 14).round(1)
    difference[3] = 0
    values = [rank_biserial(pairs_of(np.delete(difference, n))).value for n in range(14)]
    z = np.arctanh(values)
    error = np.sqrt(13 / 14 * np.sum((z - z.mean()) ** 2))
    found = rank_biserial(pairs_of(difference))
    reach = stats.t.ppf(0.975, 13) * error
    assert (found.low, found.high) == pytest.approx(np.tanh(np.arctanh(found.value) + np.array([-1, 1]) * reach))


@pytest.mark.parametrize("sign", [1, -1])
def test_rank_biserial_where_all_point_one_way(sign):
    """20 of 20: the share of such subjects is at least .025^(1/20), that of such averages its square."""
    found = rank_biserial(pairs_of(sign * np.linspace(0.1, 0.3, 20)))
    bound = 2 * 0.025 ** (2 / 20) - 1
    assert found.value == sign
    assert sorted([abs(found.low), abs(found.high)]) == pytest.approx([bound, 1])


def test_d_z_interval_inverts_the_non_central_t():
    for value, n in ((0.0, 12), (0.6, 12), (-2.0, 40), (0.1, 4000)):
        numbers = np.arange(float(n))
        difference = (numbers - numbers.mean()) / numbers.std(ddof=1) + value
        found = d_z(pairs_of(difference))
        root = np.sqrt(n)
        shares = [stats.nct.cdf(found.value * root, n - 1, limit * root) for limit in (found.low, found.high)]
        assert shares == pytest.approx([0.975, 0.025], abs=1e-6)


def test_intervals_by_their_level():
    pairs = pairs_of(np.random.default_rng(11).normal(0.2, 1, 30))
    for estimate in ALL:
        narrow, wide = estimate(pairs, 0.8), estimate(pairs, 0.99)
        assert wide.low < narrow.low < narrow.value < narrow.high < wide.high


def test_rows_written_twice_change_no_estimate():
    who = [f"{n}" for n in range(30)]
    one, two = np.random.default_rng(8).uniform(0.8, 1, (2, 30))
    once, twice = PairedSubjects.of(who, one, two), PairedSubjects.of(who * 2, [*one, *one], [*two, *two])
    for estimate in ALL:
        a, b = estimate(once), estimate(twice)
        assert (a.value, a.low, a.high) == (b.value, b.low, b.high)


def test_reasons():
    for estimate in ALL:
        assert estimate(pairs_of([])).reason == NO_SUBJECT
        assert estimate(pairs_of([0.0] * 8)).reason == NO_DIFFERENCE
        assert estimate(pairs_of([0.1])).low is None
    assert median_difference(pairs_of([1.0, 2, 3, 4, 5])).reason.startswith("5 subjects are too few")
    assert median_difference(pairs_of([1.0, 2, 3, 4, 5, 6])).low == 1
    assert "fewer than" in rank_biserial(pairs_of([1.0, -2, 3])).reason
    assert "hardly spread" in d_z(pairs_of([1.0, 1 + 1e-9, 1])).reason
