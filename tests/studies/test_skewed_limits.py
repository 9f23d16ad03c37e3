from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from medunet.studies.skewed_limits import hall_limits, skewness_factor, student


def hall(t, a):
    """The transformation as Hall 1992 writes it."""
    return t + a * t**2 / 3 + a**2 * t**3 / 27 + a / 6


@pytest.mark.parametrize("skewness", [-2.0, -0.4, -1e-5, 1e-5, 0.3, 1.7])
def test_the_limits_turn_the_transformation_round(skewness):
    low, high = hall_limits(0.9, 0.01, skewness, 2.1)
    assert hall((0.9 - low) / 0.01, skewness) == pytest.approx(2.1, rel=1e-6)
    assert hall((0.9 - high) / 0.01, skewness) == pytest.approx(-2.1, rel=1e-6)


def test_without_skewness_they_are_student_s():
    assert hall_limits(0.9, 0.01, 0.0, 2.1) == pytest.approx((0.9 - 0.021, 0.9 + 0.021), rel=1e-15)
    near, exact = (hall_limits(0.9, 0.01, a, 2.1) for a in (2e-6, 0.0))
    assert near == pytest.approx(exact, abs=1e-7)


def test_a_tail_to_the_left_moves_them_to_the_left():
    low, high = hall_limits(0.9, 0.01, -0.4, 2.1)
    assert 0.9 - low > high - 0.9
    mirrored = hall_limits(-0.9, 0.01, 0.4, 2.1)
    assert mirrored == pytest.approx((-high, -low), rel=1e-12)


def test_the_quantile_is_scipy_s():
    assert student(0.95, 37) == pytest.approx(stats.t.ppf(0.975, 37), rel=1e-10)
    assert student(0.99, 4.5) == pytest.approx(stats.t.ppf(0.995, 4.5), rel=1e-10)


def test_the_factor_makes_the_skewness_that_of_scipy():
    values = np.random.default_rng(0).gamma(2, size=11)
    assert stats.skew(values) * skewness_factor(11) == pytest.approx(stats.skew(values, bias=False), rel=1e-12)
    assert math.isfinite(skewness_factor(3))
