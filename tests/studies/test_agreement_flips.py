from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from medunet.studies.agreement_flips import flips
from medunet.studies.agreement_readings import readings

pytestmark = pytest.mark.filterwarnings("error")


def table(both, first_only, second_only, neither):
    first = np.repeat([0.6, 0.6, 0.4, 0.4], [both, first_only, second_only, neither])
    second = np.repeat([0.6, 0.4, 0.6, 0.4], [both, first_only, second_only, neither])
    return first, second


def test_counts_share_and_test():
    got = flips(readings(*table(20, 9, 2, 69)), 0.5)
    assert (got.both, got.first_only, got.second_only, got.neither) == (20, 9, 2, 69)
    expected = stats.binomtest(11, 100).proportion_ci(method="wilson")
    np.testing.assert_allclose((got.share.value, got.share.low, got.share.high), (0.11, *expected), rtol=1e-12)
    assert got.test.p_value == pytest.approx(stats.binomtest(9, 11).pvalue)


def test_newcombes_interval():
    """Newcombe 1998, table I, method 3 (Wilson) for 81 of 263: .2553 to .3662."""
    got = flips(readings(*table(0, 81, 0, 182)), 0.5).share
    assert [round(number, 4) for number in (got.low, got.high)] == [0.2553, 0.3662]


def test_equal_to_the_cut_off_is_not_above():
    got = flips(readings([0.5, 0.5, 0.6], [0.5, 0.51, 0.5]), 0.5)
    assert (got.both, got.first_only, got.second_only, got.neither) == (0, 1, 1, 1)


def test_no_flip_has_an_interval_and_no_test():
    got = flips(readings(*table(5, 0, 0, 5)), 0.5)
    assert got.share.value == 0 == got.share.low
    assert 0 < got.share.high < 1
    assert got.test.p_value is None
    assert "no decision flips" in got.test.reason


def test_subjects_are_units():
    """Ten subjects with 8 unlike films each: alike flips of a subject widen the interval and count once in the test."""
    rng = np.random.default_rng(1)
    second = rng.uniform(0.3, 0.45, 80)
    first = second + np.where(np.repeat(np.arange(10) < 3, 8), 0.3, 0)
    whose = list(np.repeat(np.arange(10), 8))
    alone, together = flips(readings(first, second), 0.5), flips(readings(first, second, subjects=whose), 0.5)
    assert alone.share.value == together.share.value == 0.3
    assert together.share.high - together.share.low > 2 * (alone.share.high - alone.share.low)
    assert together.test.p_value == pytest.approx(stats.binomtest(3, 3).pvalue)
    assert alone.test.p_value == pytest.approx(stats.binomtest(24, 24).pvalue)


def test_nothing_has_a_reason():
    got = flips(readings([], []), 0.5)
    assert got.share.value is None
    assert got.share.reason
    assert got.test.reason


@pytest.mark.parametrize("cut_off", [float("nan"), float("inf")])
def test_a_cut_off_is_a_number(cut_off):
    with pytest.raises(ValueError, match="finite cut-off"):
        flips(readings([1], [2]), cut_off)
