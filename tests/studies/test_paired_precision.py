from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from medunet.studies.paired_precision import deviation_limits, showable_difference, standardised_difference
from medunet.studies.paired_subjects import NO_DIFFERENCE, PairedSubjects


def test_cohen_s_medium_effect_needs_34_pairs():
    """Cohen 1988 and G*Power: d_z = .5 with a power of .8, two-sided at 5 %, needs n = 34."""
    assert standardised_difference(34) < 0.5 < standardised_difference(33)


def test_as_statsmodels():
    """To 1e-5."""
    power = pytest.importorskip("statsmodels.stats.power", reason="statsmodels is not installed")
    for n in (5, 20, 200):
        wanted = power.TTestPower().solve_power(nobs=n, alpha=0.05, power=0.8)
        assert standardised_difference(n) == pytest.approx(wanted, abs=1e-5)


def test_it_is_found_as_often_as_is_said():
    """10,000 simulated studies of 15 subjects: 80 %, within four standard errors."""
    effect = standardised_difference(15)
    samples = np.random.default_rng(12).normal(effect, 1, (10_000, 15))
    found = np.mean(stats.ttest_1samp(samples, 0, axis=1).pvalue < 0.05)
    assert found == pytest.approx(0.8, abs=0.016)


def test_it_depends_on_the_spread_and_not_on_the_difference():
    generator = np.random.default_rng(13)
    noise = generator.normal(0, 0.1, 20)
    who = [str(n) for n in range(20)]
    one, two = (showable_difference(PairedSubjects.of(who, np.zeros(20), noise + shift)) for shift in (0, 5))
    assert one.value == pytest.approx(two.value)
    assert one.low < one.value < one.high
    assert showable_difference(PairedSubjects.of(who, noise, noise)).reason == NO_DIFFERENCE


def test_limits_of_a_standard_deviation():
    """Snedecor and Cochran: with 9 degrees of freedom s × .688 to s × 1.826."""
    assert deviation_limits(1, 9) == pytest.approx((0.688, 1.826), abs=1e-3)
