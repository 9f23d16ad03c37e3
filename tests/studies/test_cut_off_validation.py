from __future__ import annotations

import numpy as np
import pytest

from medunet.studies.clustered_draws import folds_of_rows
from medunet.studies.cut_off import at_cut_off
from medunet.studies.cut_off_validation import validated_cut_off
from medunet.studies.groups import Groups
from medunet.studies.roc import roc_of


def test_one_repeat_by_hand(cohort):
    value, label, subject = cohort(subjects=60, rows=2)
    groups = Groups.of(value, label, subject)
    found = validated_cut_off(groups, "higher", folds=5, repeats=1, seed=3)
    fold = folds_of_rows(groups, 5, 3, "cut-off folds", 0)
    hits, chosen = [], []
    for number in range(5):
        curve = roc_of(value[fold != number], label[fold != number], "higher")
        chosen.append(curve.cut_off[curve.best])
        hits += list(value[(fold == number) & label] > chosen[-1])
    assert found.sensitivity.value == pytest.approx(np.mean(hits))
    assert found.cut_offs == (min(chosen), pytest.approx(np.median(chosen)), max(chosen))


def test_where_there_is_nothing_in_sample_flatters_and_out_of_sample_does_not():
    """Of 60 studies of pure noise Youden's index is above 0 in-sample and about 0 out-of-sample."""
    inside, outside = [], []
    for seed in range(60):
        generator = np.random.default_rng(seed)
        value, label = generator.normal(size=40), np.arange(40) < 20
        curve = roc_of(value, label, "higher")
        inside.append(curve.sensitivity[curve.best] - curve.one_minus_specificity[curve.best])
        found = validated_cut_off(Groups.of(value, label), "higher", repeats=2, seed=seed)
        outside.append(found.sensitivity.value + found.specificity.value - 1)
    assert np.mean(inside) > 0.15
    assert abs(np.mean(outside)) < 0.08


def test_between_clear_groups_both_agree(cohort):
    groups = Groups.of(*cohort(subjects=200, shift=4))
    found = validated_cut_off(groups, "higher", repeats=3)
    inside = at_cut_off(groups, found.cut_offs[1], "higher")
    assert found.sensitivity.value == pytest.approx(inside.sensitivity.value, abs=0.03)
    assert found.sensitivity.low < found.sensitivity.value <= found.sensitivity.high


@pytest.mark.parametrize("both", [False, True])
def test_rows_written_twice_change_nothing(cohort, both):
    value, label, subject = cohort(rows=3, both=both)
    once = validated_cut_off(Groups.of(value, label, subject), "higher", prevalence=0.1, repeats=3)
    doubled = Groups.of([*value, *value], [*label, *label], [*subject, *subject])
    twice = validated_cut_off(doubled, "higher", prevalence=0.1, repeats=3)
    assert twice.cut_offs == once.cut_offs
    for name in ("sensitivity", "specificity", "ppv", "npv", "ppv_at_prevalence", "npv_at_prevalence"):
        first, second = getattr(once, name), getattr(twice, name)
        assert (second.value, second.low, second.high) == pytest.approx((first.value, first.low, first.high), rel=1e-9)


def test_a_seed_is_an_answer(cohort):
    groups = Groups.of(*cohort())
    assert validated_cut_off(groups, "higher", repeats=2) == validated_cut_off(groups, "higher", repeats=2)
    assert validated_cut_off(groups, "higher", repeats=2) != validated_cut_off(groups, "higher", repeats=2, seed=1)


def test_reasons(cohort):
    few = validated_cut_off(Groups.of(*cohort(subjects=18)), "higher", repeats=2)
    assert few.sensitivity.reason.startswith("9 subjects")
    assert few.cut_offs == ()
    equal = validated_cut_off(Groups.of([1.0] * 40, [0, 1] * 20), "higher", repeats=2)
    assert equal.cut_offs == ()
    assert equal.npv.value is not None or equal.npv.reason
