from __future__ import annotations

import numpy as np
import pytest

from medunet.studies.clustered_bootstrap import NO_BETTER, bootstrap_area, youden_cut_off
from medunet.studies.groups import Groups
from medunet.studies.resampled_curves import resampled_curves
from medunet.studies.roc import roc_of
from medunet.studies.roc_area import roc_area


@pytest.mark.parametrize("both", [False, True])
def test_the_check_agrees_with_the_primary_interval(cohort, both):
    groups = Groups.of(*cohort(subjects=150, rows=3, both=both, decimals=4))
    checked, primary = bootstrap_area(resampled_curves(groups, "higher", replicates=400)), roc_area(groups, "higher")
    assert checked.value == pytest.approx(primary.value, rel=1e-12)
    assert checked.low == pytest.approx(primary.low, abs=0.02)
    assert checked.high == pytest.approx(primary.high, abs=0.02)


def test_a_seed_is_an_answer(cohort):
    groups = Groups.of(*cohort())
    first, again, other = (resampled_curves(groups, "higher", replicates=30, seed=seed) for seed in (0, 0, 1))
    assert bootstrap_area(first) == bootstrap_area(again) != bootstrap_area(other)


@pytest.mark.parametrize("both", [False, True])
@pytest.mark.parametrize("figure", [bootstrap_area, youden_cut_off])
def test_rows_written_twice_change_nothing(cohort, both, figure):
    value, label, subject = cohort(rows=3, both=both)
    rows = Groups.of(value, label, subject), Groups.of([*value, *value], [*label, *label], [*subject, *subject])
    once, twice = (figure(resampled_curves(groups, "higher", replicates=60)) for groups in rows)
    assert (twice.value, twice.low, twice.high) == pytest.approx((once.value, once.low, once.high), rel=1e-10)
    assert twice.subjects == once.subjects


def test_at_perfect_separation_the_bootstrap_says_so():
    groups = Groups.of(np.arange(40.0), np.arange(40) >= 20)
    found = bootstrap_area(resampled_curves(groups, "higher", replicates=20))
    assert (found.value, found.low, found.reason) == (1.0, None, "every bootstrap sample has the same area")


def test_youdens_cut_off_lies_in_its_interval_and_says_what_it_is(cohort):
    value, label, subject = cohort(subjects=200, decimals=3, shift=2)
    found = youden_cut_off(resampled_curves(Groups.of(value, label, subject), "higher", replicates=200))
    curve = roc_of(value, label, "higher")
    assert found.value == curve.cut_off[curve.best]
    assert found.low <= found.value <= found.high
    assert found.low <= 1.0 <= found.high, "between two normal groups at 0 and 2 the best cut-off is 1"
    assert "in-sample" in found.method.name
    assert "approximate" in found.method.name


def test_a_cut_off_in_the_wrong_direction_is_none():
    groups = Groups.of(np.arange(40.0), np.arange(40) >= 20)
    assert youden_cut_off(resampled_curves(groups, "lower", replicates=5)).reason == NO_BETTER
    assert youden_cut_off(resampled_curves(groups, "higher", replicates=5)).value == 19.5


def test_too_few_subjects_get_no_cut_off(cohort):
    groups = Groups.of(*cohort(subjects=19, rows=5))
    for found in (
        youden_cut_off(resampled_curves(groups, "higher", replicates=5)),
        bootstrap_area(resampled_curves(groups, "higher", replicates=5)),
    ):
        assert found.value is None
        assert "9 subjects without the finding" in found.reason or "9 subjects with" in found.reason
