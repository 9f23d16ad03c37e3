from __future__ import annotations

import math

import numpy as np
import pytest

from medunet.studies.cut_off import at_cut_off
from medunet.studies.cut_off_prevalence import NO_PREVALENCE, predictive_values, ratio_limits
from medunet.studies.estimate import Asked, Method
from medunet.studies.groups import Groups
from medunet.studies.proportions import proportion, wilson


def share(successes, n):
    return proportion(np.arange(n) < successes, np.arange(n), of="rows")


def limits(successes, n):
    return successes / n, *wilson(successes / n, n)


def test_bayes_by_hand():
    """Sensitivity .9, specificity .8, prevalence .1: 90 of 1,000 found, 180 wrong; 720 right, 10 missed."""
    ppv, npv = predictive_values(share(90, 100), share(80, 100), 0.1, subjects=200)
    assert ppv.value == pytest.approx(90 / 270)
    assert npv.value == pytest.approx(720 / 730)
    assert ppv.low < ppv.value < ppv.high
    assert npv.low < npv.value < npv.high


def test_at_the_studys_prevalence_it_is_the_share_of_the_table():
    ppv, npv = predictive_values(share(45, 60), share(80, 120), 60 / 180, subjects=200)
    assert ppv.value == pytest.approx(45 / 85)
    assert npv.value == pytest.approx(80 / 95)


def test_with_many_rows_it_is_near_the_logit_interval():
    """Mercaldo, Lau and Zhou 2007: the variance of the logit of the PPV."""
    ppv, _ = predictive_values(share(1600, 2000), share(2700, 3000), 0.2, subjects=200)
    error = math.sqrt(0.2 / 0.8 / 2000 + 0.9 / 0.1 / 3000)
    logit = math.log(ppv.value / (1 - ppv.value))
    expected = [1 / (1 + math.exp(-logit - side * 1.959964 * error)) for side in (-1, 1)]
    assert (ppv.low, ppv.high) == pytest.approx(expected, abs=2e-3)


def test_a_ratio_and_its_inverse_have_inverse_limits():
    low, high = ratio_limits(limits(45, 60), limits(20, 120))
    assert ratio_limits(limits(20, 120), limits(45, 60)) == pytest.approx((1 / high, 1 / low), rel=1e-9)
    assert low < (45 / 60) / (20 / 120) < high


@pytest.mark.parametrize(("upper", "lower"), [((0, 20), (5, 20)), ((5, 20), (0, 20)), ((20, 20), (20, 20))])
def test_at_the_edges_a_ratio_has_limits_too(upper, lower):
    low, high = ratio_limits(limits(*upper), limits(*lower))
    assert 0 <= low < high
    assert math.isinf(high) == (lower[0] == 0)


def test_coverage_of_the_ratio():
    """Of 1,000 pairs of shares 93 to 98 % of the intervals hold the true ratio."""
    generator = np.random.default_rng(0)
    drawn = zip(generator.binomial(40, 0.85, 1000), generator.binomial(60, 0.1, 1000), strict=True)
    found = [ratio_limits(limits(a, 40), limits(b, 60)) for a, b in drawn]
    assert 0.93 <= np.mean([low <= 8.5 <= high for low, high in found]) <= 0.98


def test_a_perfect_specificity_has_a_lower_limit_below_one():
    ppv, npv = predictive_values(share(15, 20), share(20, 20), 0.1, subjects=200)
    assert (ppv.value, ppv.high) == (1.0, 1.0)
    assert 0.1 < ppv.low < 0.6
    assert npv.high < 1


def test_reasons():
    assert predictive_values(share(5, 10), share(5, 10), None, subjects=200)[0].reason == NO_PREVALENCE
    ppv, npv = predictive_values(share(0, 20), share(20, 20), 0.1, subjects=200)
    assert ppv.reason == "no row is positive at this cut-off"
    assert npv.value == pytest.approx(0.9)
    few = Asked(Method("share", ""), 0.95, 5, 5).bare(0.8, "too few subjects")
    assert predictive_values(few, share(5, 10), 0.1, subjects=200)[0].reason == "too few subjects"
    assert predictive_values(share(0, 0), share(5, 10), 0.1, subjects=200)[1].value is None


@pytest.mark.parametrize("prevalence", [0, 1, 5, -0.1, math.nan])
def test_a_prevalence_is_a_share(prevalence):
    with pytest.raises(ValueError, match="between 0 and 1"):
        predictive_values(share(5, 10), share(5, 10), prevalence, subjects=200)


def test_it_rests_on_the_subjects_of_both_groups():
    groups = Groups.of([0.1 * n for n in range(40)], [n % 2 for n in range(40)])
    found = at_cut_off(groups, 2, "higher", prevalence=0.1)
    assert (found.ppv_at_prevalence.rows, found.ppv_at_prevalence.subjects) == (40, 40)


def test_without_a_group_the_reason_is_that_it_is_not_there():
    """Not that the other one, which has a share, has no interval."""
    found = at_cut_off(Groups.of([0.1 * n for n in range(30)], [0] * 30), 2, "higher", prevalence=0.1)
    assert found.specificity.reason.startswith("0 subjects with the finding")
    for one in (found.ppv_at_prevalence, found.npv_at_prevalence):
        assert (one.value, one.reason) == (None, "there are no positive rows")
