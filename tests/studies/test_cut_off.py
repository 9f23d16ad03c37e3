from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import confusion_matrix

from medunet.studies.cut_off import STATED, at_cut_off
from medunet.studies.groups import Groups
from medunet.studies.proportions import wilson


def test_counts_against_scikit_learn(cohort):
    value, label, subject = cohort(subjects=90)
    found = at_cut_off(Groups.of(value, label, subject), 0.5, "higher")
    tn, fp, fn, tp = confusion_matrix(label, value > 0.5).ravel()
    counts = (found.true_positive, found.false_positive, found.false_negative, found.true_negative)
    assert counts == (tp, fp, fn, tn)
    expected = [(tp, tp + fn), (tn, tn + fp), (tp, tp + fp), (tn, tn + fn), (tp + fn, 90)]
    estimates = (found.sensitivity, found.specificity, found.ppv, found.npv, found.prevalence)
    for estimate, (part, whole) in zip(estimates, expected, strict=True):
        assert (estimate.value, estimate.low, estimate.high) == pytest.approx(
            (part / whole, *wilson(part / whole, whole))
        )
    assert found.origin == STATED


@pytest.mark.parametrize(("positive_when", "called"), [("higher", 1), ("lower", 2)])
def test_a_value_at_the_cut_off_is_negative(positive_when, called):
    found = at_cut_off(Groups.of([0.4, 0.45, 0.5, 0.6], [1, 1, 1, 1]), 0.5, positive_when)
    assert found.true_positive == called


def test_missing_measurements_count_as_failures_in_the_worst_case():
    value = [0.6] * 20 + [0.4] * 20 + [None] * 8
    found = at_cut_off(Groups.of(value, [1] * 20 + [0] * 20 + [1] * 5 + [0] * 3), 0.5, "higher")
    assert (found.sensitivity.value, found.specificity.value) == (1, 1)
    assert found.sensitivity_worst.value == pytest.approx(20 / 25)
    assert found.specificity_worst.value == pytest.approx(20 / 23)
    assert (found.sensitivity_worst.rows, found.specificity_worst.rows) == (25, 23)
    other = at_cut_off(Groups.of(value, [0] * 20 + [1] * 20 + [0] * 5 + [1] * 3), 0.5, "lower")
    assert other.sensitivity_worst.value == pytest.approx(20 / 23)


@pytest.mark.parametrize("both", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_rows_written_twice_change_nothing(cohort, both, seed):
    value, label, subject = cohort(seed, rows=4, both=both)
    once = at_cut_off(Groups.of(value, label, subject), 0.4, "higher", prevalence=0.1)
    doubled = Groups.of([*value, *value], [*label, *label], [*subject, *subject])
    twice = at_cut_off(doubled, 0.4, "higher", prevalence=0.1)
    assert twice.true_positive == 2 * once.true_positive
    for name in ("sensitivity", "specificity", "ppv", "npv", "prevalence", "ppv_at_prevalence", "npv_at_prevalence"):
        first, second = getattr(once, name), getattr(twice, name)
        assert (second.value, second.low, second.high) == pytest.approx((first.value, first.low, first.high), rel=1e-9)


def test_the_stated_prevalence_changes_the_predictive_values_alone(cohort):
    groups = Groups.of(*cohort())
    rare, common = (at_cut_off(groups, 0.5, "higher", prevalence=share) for share in (0.01, 0.5))
    assert rare.sensitivity == common.sensitivity
    assert rare.ppv == common.ppv
    assert rare.ppv_at_prevalence.value < common.ppv_at_prevalence.value
    assert at_cut_off(groups, 0.5, "higher").ppv_at_prevalence.reason == "no prevalence was stated"


def test_few_subjects_have_no_interval(cohort):
    found = at_cut_off(Groups.of(*cohort(subjects=19, rows=9)), 0.5, "higher")
    assert found.sensitivity.value is not None
    assert found.sensitivity.low is None
    assert "9 subjects" in found.sensitivity.reason


def test_reasons_where_a_cell_is_empty():
    groups = Groups.of(np.arange(40.0), np.arange(40) >= 20)
    assert at_cut_off(groups, 99, "higher").ppv.reason == "there are no rows that the cut-off calls positive"
    assert at_cut_off(groups, -1, "higher").npv.reason == "there are no rows that the cut-off calls negative"
    assert at_cut_off(Groups.of([], []), 0.5, "higher").sensitivity.reason == "there are no positive rows"
