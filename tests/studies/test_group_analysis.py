from __future__ import annotations

import numpy as np
import pytest

from medunet.studies import Groups, at_cut_off, bootstrap_area, youden_cut_off
from medunet.studies.group_analysis import Asked, analyse, analyse_trimmed, stated_cut_off
from medunet.studies.resampled_curves import resampled_curves
from medunet.studies.roc_band import roc_band


@pytest.fixture
def groups():
    draw = np.random.default_rng(2)
    positive = np.arange(80) % 2 == 0
    value = draw.normal(0.5 + 0.05 * positive, 0.05)
    value[1] = 3.0
    return Groups.of(value, positive)


def test_an_analysis_is_made_of_the_parts_with_what_was_asked(groups):
    found = analyse(groups, Asked(cut_off=0.5, prevalence=0.2, replicates=50))
    direct = at_cut_off(groups, 0.5, "higher", prevalence=0.2)
    assert found.stated == direct
    assert found.chosen.cut_off == found.youden.value
    assert found.chosen.origin == "chosen on these rows: in-sample, optimistic"
    assert found.validated.stated_prevalence == 0.2


def test_without_a_stated_cut_off_there_is_none(groups):
    assert stated_cut_off(groups, Asked()) is None


def test_the_second_analysis_is_of_the_rows_within_the_fences(groups):
    second = analyse_trimmed(groups, Asked(replicates=20))
    removed = second.trimmed.removed_positive + second.trimmed.removed_negative
    assert removed == groups.value.size - second.analysis.groups.value.size > 0
    assert second.analysis.groups.value.max() < 3


def test_where_nothing_lies_outside_there_is_no_second_analysis():
    assert analyse_trimmed(Groups.of(range(40), [n % 2 for n in range(40)]), Asked(replicates=20)).analysis is None


def test_one_group_has_no_curve_and_says_why():
    alone = analyse(Groups.of([1, 2, 3], [1, 1, 1]), Asked(replicates=20)).curve
    assert alone.roc is None
    assert alone.reason == alone.band.reason == "all 3 rows are positive: there is one group only"


def test_the_curve_is_that_of_the_rows(groups):
    found = analyse(groups, Asked(replicates=20))
    assert found.curve.roc.area == pytest.approx(found.comparison.area.value)
    assert found.curve.reason == ""


def test_samples_drawn_once_give_what_each_figure_draws_for_itself(groups):
    found = analyse(groups, Asked(replicates=30, seed=4))
    words = {"replicates": 30, "seed": 4}
    assert found.comparison.area_bootstrap == bootstrap_area(resampled_curves(groups, "higher", **words))
    assert found.youden == youden_cut_off(resampled_curves(groups, "higher", **words))
    band = roc_band(resampled_curves(groups, "higher", **words))
    assert found.curve.band.low.tolist() == band.low.tolist()
    assert found.curve.band.high.tolist() == band.high.tolist()
