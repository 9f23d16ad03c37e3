"""ICC against Shrout and Fleiss 1979, pingouin, and simulated truth."""

from __future__ import annotations

import numpy as np
import pytest

from medunet.studies.agreement_moments import moments
from medunet.studies.agreement_readings import readings
from medunet.studies.icc import intraclass, mean_squares

pytestmark = pytest.mark.filterwarnings("error")

RATINGS = np.array([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], float)
"""Shrout and Fleiss 1979, table 2: 6 targets, 4 judges."""


def numbers(got):
    return [(one.value, one.low, one.high) for one in (got.one_way, got.absolute, got.consistency)]


def test_mean_squares_of_shrout_and_fleiss():
    """Table 3: 11.24 between targets, 6.26 within, 32.49 between judges, 1.02 residual."""
    got = mean_squares(moments(readings(*RATINGS.T)))
    squares = [got.between, got.within, got.methods, got.error]
    assert [round(float(one), 2) for one in squares] == [11.24, 6.26, 32.49, 1.02]


def test_shrout_and_fleiss_1979():
    """Table 4: .17, .29 and .71."""
    assert [round(value, 2) for value, *_ in numbers(intraclass(readings(*RATINGS.T)))] == [0.17, 0.29, 0.71]


def test_pingouin_on_shrout_and_fleiss():
    """pingouin 0.7.0 `intraclass_corr`, rows ICC(1,1), ICC(A,1), ICC(C,1), printed with 10 digits."""
    expected = [
        (0.1657417684, -0.1329323249, 0.7225600623),
        (0.2897637795, 0.0187865134, 0.7610843696),
        (0.7148407148, 0.3424647650, 0.9458582600),
    ]
    np.testing.assert_allclose(numbers(intraclass(readings(*RATINGS.T))), expected, atol=1e-9)


def test_pingouin_on_peak_flow(pefr):
    """As above, on the two meters of Bland and Altman 1986."""
    expected = [
        (0.9460147251, 0.8607901713, 0.9799392155),
        (0.9459284056, 0.8574111712, 0.9800786591),
        (0.9429130724, 0.8499083917, 0.9789431344),
    ]
    np.testing.assert_allclose(numbers(intraclass(readings(*pefr))), expected, atol=1e-9)


def test_a_bias_counts_in_absolute_agreement_alone():
    rng = np.random.default_rng(4)
    true = rng.normal(0, 1, 200)
    first, second = true + rng.normal(0, 0.1, (2, 200))
    got = intraclass(readings(first + 2, second))
    assert got.consistency.value > 0.97
    assert got.absolute.value < 0.5


def test_with_several_cases_the_interval_is_over_subjects(coverage):
    """Intervals of cases would hold far too seldom."""
    over_subjects, over_cases = coverage(lambda both: intraclass(both).consistency, seed=8)
    assert over_subjects == pytest.approx(0.95, abs=0.04)
    assert over_cases < 0.88


@pytest.mark.parametrize(
    ("columns", "subjects", "reason"),
    [
        (([], []), None, "no case"),
        (([1, 2], [1, 3]), None, "fewer than 3 subjects"),
        (([1, 2, 3], [1, 3, 5]), ["a", "a", "a"], "fewer than 3 subjects"),
        (([4, 4, 4], [4, 4, 4]), None, "the numbers are all equal"),
        (([4, 4, 4], [5, 5, 5]), None, "the cases do not differ"),
    ],
    ids=["nothing", "two cases", "one subject", "all equal", "a constant each"],
)
def test_what_cannot_be_known_has_a_reason(columns, subjects, reason):
    got = intraclass(readings(*columns, subjects=subjects))
    for one in (got.one_way, got.absolute, got.consistency):
        assert one.value is None
        assert reason in one.reason


def test_perfect_agreement_is_1_without_an_interval():
    got = intraclass(readings([1, 2, 4], [1, 2, 4]))
    assert [one.value for one in (got.one_way, got.absolute, got.consistency)] == [1, 1, 1]
    assert got.absolute.reason == "the differences are all equal"


def test_a_constant_difference_is_consistent_and_does_not_agree():
    got = intraclass(readings([1.1, 2.1, 4.1], [0.1, 1.1, 3.1]))
    assert got.consistency.value == 1
    assert got.absolute.value < 1
    assert got.absolute.low is None


def test_opposite_readings_are_at_the_lower_end():
    got = intraclass(readings([1, 2, 3, 4.5], [-1, -2, -3, -4.5]))
    for one in (got.one_way, got.consistency):
        assert one.value == pytest.approx(-1)
        assert one.low is None or one.low >= -1 - 1e-9
