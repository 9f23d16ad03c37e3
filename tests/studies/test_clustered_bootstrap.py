from __future__ import annotations

import numpy as np
import pytest

from medunet.studies.clustered_bootstrap import NO_BETTER, bootstrap_area, youden_cut_off
from medunet.studies.groups import Groups
from medunet.studies.roc import roc_of
from medunet.studies.roc_area import roc_area


@pytest.mark.parametrize("both", [False, True])
def test_the_check_agrees_with_the_primary_interval(cohort, both):
    groups = Groups.of(*cohort(subjects=150, rows=3, both=both, decimals=4))
    checked, primary = bootstrap_area(groups, "higher", replicates=400), roc_area(groups, "higher")
    assert checked.value == pytest.approx(primary.value, rel=1e-12)
    assert checked.low == pytest.approx(primary.low, abs=0.02)
    assert checked.high == pytest.approx(primary.high, abs=0.02)


def test_a_seed_is_an_answer(cohort):
    groups = Groups.of(*cohort())
    assert bootstrap_area(groups, "higher", replicates=30) == bootstrap_area(groups, "higher", replicates=30)
    assert bootstrap_area(groups, "higher", replicates=30, seed=1) != bootstrap_area(groups, "higher", replicates=30)


@pytest.mark.parametrize("both", [False, True])
@pytest.mark.parametrize("figure", [bootstrap_area, youden_cut_off])
def test_rows_written_twice_change_nothing(cohort, both, figure):
    value, label, subject = cohort(rows=3, both=both)
    once = figure(Groups.of(value, label, subject), "higher", replicates=60)
    twice = figure(Groups.of([*value, *value], [*label, *label], [*subject, *subject]), "higher", replicates=60)
    assert (twice.value, twice.low, twice.high) == pytest.approx((once.value, once.low, once.high), rel=1e-10)
    assert twice.subjects == once.subjects


def test_at_perfect_separation_the_bootstrap_says_so():
    groups = Groups.of(np.arange(40.0), np.arange(40) >= 20)
    found = bootstrap_area(groups, "higher", replicates=20)
    assert (found.value, found.low, found.reason) == (1.0, None, "every bootstrap sample has the same area")


def test_youdens_cut_off_lies_in_its_interval_and_says_what_it_is(cohort):
    value, label, subject = cohort(subjects=200, decimals=3, shift=2)
    found = youden_cut_off(Groups.of(value, label, subject), "higher", replicates=200)
    curve = roc_of(value, label, "higher")
    assert found.value == curve.cut_off[curve.best]
    assert found.low <= found.value <= found.high
    assert found.low <= 1.0 <= found.high, "between two normal groups at 0 and 2 the best cut-off is 1"
    assert "in-sample" in found.method.name
    assert "approximate" in found.method.name


def test_a_cut_off_in_the_wrong_direction_is_none():
    groups = Groups.of(np.arange(40.0), np.arange(40) >= 20)
    assert youden_cut_off(groups, "lower", replicates=5).reason == NO_BETTER
    assert youden_cut_off(groups, "higher", replicates=5).value == 19.5


def test_too_few_subjects_get_no_cut_off(cohort):
    groups = Groups.of(*cohort(subjects=19, rows=5))
    for found in (youden_cut_off(groups, "higher", replicates=5), bootstrap_area(groups, "higher", replicates=5)):
        assert found.value is None
        assert "9 subjects without the finding" in found.reason or "9 subjects with" in found.reason
