from __future__ import annotations

import warnings

import numpy as np
import pytest
from scipy import optimize, stats

from medunet.studies.effect_size import hedges_g, rank_biserial
from medunet.studies.groups import Groups
from medunet.studies.roc_area import roc_area


def with_moments(n, mean, sd):
    """N values with exactly this mean and standard deviation."""
    values = np.arange(float(n))
    return (values - values.mean()) / values.std(ddof=1) * sd + mean


@pytest.fixture
def borenstein():
    """Two groups of 50 with means 103 and 100, standard deviations 5.5 and 4.5 (Borenstein et al. 2009, chapter 4)."""
    value = np.concatenate([with_moments(50, 103, 5.5), with_moments(50, 100, 4.5)])
    return Groups.of(value, np.arange(100) < 50)


def test_hedges_g_of_a_textbook(borenstein):
    """Published: g .5924, variance .0411 (theirs times J²; ours is .0418 as Hedges and Olkin have it)."""
    found = hedges_g(borenstein)
    assert found.value == pytest.approx(0.5924, abs=2e-4)
    assert ((found.high - found.low) / 2 / 1.959964) ** 2 == pytest.approx(0.0418, abs=1e-4)


def test_hedges_interval_is_near_the_exact_one(borenstein):
    """The exact interval inverts the non-central t distribution."""
    found = hedges_g(borenstein)
    root = np.sqrt(25)
    t = found.value / (1 - 3 / (4 * 98 - 1)) * root
    limits = [optimize.brentq(lambda c, share=share: stats.nct.cdf(t, 98, c) - share, 0, 8) for share in (0.975, 0.025)]
    assert (found.low, found.high) == pytest.approx([limit / root for limit in limits], abs=0.01)


def test_rows_written_twice_change_nothing(cohort):
    value, label, subject = cohort(rows=4)
    once = hedges_g(Groups.of(value, label, subject))
    twice = hedges_g(Groups.of([*value, *value], [*label, *label], [*subject, *subject]))
    assert (twice.value, twice.low, twice.high) == (once.value, once.low, once.high)
    assert (twice.rows, twice.subjects) == (2 * once.rows, once.subjects)


def test_rank_biserial_is_twice_the_area_less_one(cohort):
    area = roc_area(Groups.of(*cohort(rows=2)), "higher")
    found = rank_biserial(area)
    assert (found.value, found.low, found.high) == (2 * area.value - 1, 2 * area.low - 1, 2 * area.high - 1)
    assert found.method.source == area.method.source


def test_reasons(cohort):
    assert hedges_g(Groups.of([1.0], [1])).reason.startswith("the only row")
    assert "both labels" in hedges_g(Groups.of(*cohort(rows=4, both=True))).reason
    assert hedges_g(Groups.of([1.0, 2, 3, 5], [0, 0, 1, 1])).reason.startswith("2 subjects")
    assert hedges_g(Groups.of([1.0, 2, 3, 5], [0, 0, 1, 1])).value is not None
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        huge = hedges_g(Groups.of([1e308, -1e308] * 20, [0, 0, 1, 1] * 10))
    assert huge.low is None
    assert huge.reason


def test_no_spread_has_no_standardised_difference():
    groups = Groups.of([0.1, 0.2] * 20, [0, 1] * 20)
    assert hedges_g(groups).reason == "the numbers are all equal within each group"
    assert rank_biserial(roc_area(Groups.of([1.0], [1]), "higher")).value is None
