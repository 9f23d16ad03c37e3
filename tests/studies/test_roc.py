from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import auc, roc_auc_score, roc_curve

from medunet.studies.roc import Steps, roc_of


def test_against_scikit_learn(cohort):
    value, label, _ = cohort(subjects=300)
    curve = roc_of(value, label, "higher")
    fpr, tpr, thresholds = roc_curve(label, value, drop_intermediate=False)
    assert curve.one_minus_specificity == pytest.approx(fpr, rel=1e-12)
    assert curve.sensitivity == pytest.approx(tpr, rel=1e-12)
    assert curve.area == pytest.approx(roc_auc_score(label, value), rel=1e-12) == pytest.approx(auc(fpr, tpr))
    assert (curve.cut_off[1:-1] < thresholds[1:-1]).all()
    assert (curve.cut_off[1:-1] >= thresholds[2:]).all()


def test_ties_are_one_point_and_ends_are_there():
    curve = roc_of(np.array([1.0, 1, 2, 2, 3]), np.array([0, 1, 0, 1, 1], bool), "higher")
    assert curve.cut_off.tolist() == [np.inf, 2.5, 1.5, -np.inf]
    assert curve.true_positive.tolist() == [0, 1, 2, 3]
    assert curve.false_positive.tolist() == [0, 0, 1, 2]


def test_the_other_direction_is_the_mirror(cohort):
    value, label, _ = cohort()
    down, up = roc_of(value, label, "lower"), roc_of(-value, label, "higher")
    assert np.array_equal(down.cut_off, -up.cut_off)
    assert np.array_equal(down.true_positive, up.true_positive)
    assert down.area == pytest.approx(1 - roc_of(value, label, "higher").area)


def test_youdens_point_is_the_best_of_all_and_of_equal_ones_the_most_sensitive():
    value, label = np.arange(6.0), np.array([0, 1, 0, 0, 1, 1], bool)
    curve = roc_of(value, label, "higher")
    gain = curve.sensitivity - curve.one_minus_specificity
    assert gain[curve.best] == gain.max()
    assert curve.cut_off[curve.best] == 3.5
    level = roc_of(np.arange(4.0), np.array([0, 1, 0, 1], bool), "higher")
    assert level.cut_off[level.best] == 0.5


def test_rows_of_weight_zero_leave_no_trace(cohort):
    value, label, _ = cohort(subjects=60, decimals=3)
    kept = np.arange(60) % 3 > 0
    weighted, fewer = roc_of(value, label, "higher", kept.astype(np.int64)), roc_of(value[kept], label[kept], "higher")
    assert np.array_equal(weighted.cut_off, fewer.cut_off)
    assert np.array_equal(weighted.true_positive, fewer.true_positive)


def test_system_b_area_of_a_thresholded_mask_is_no_auc():
    """The counts of a lung network as one point: (recall + specificity) / 2, not an area over probabilities."""
    counts = np.array([34_032_686, 618_257, 877_213, 102_883_876])
    curve = roc_of(np.array([1.0, 0, 1, 0]), np.array([1, 1, 0, 0], bool), "higher", counts)
    assert curve.area == pytest.approx(0.986852, abs=5e-7)
    assert curve.area == pytest.approx((curve.sensitivity[1] + 1 - curve.one_minus_specificity[1]) / 2)


@given(st.lists(st.floats(-1e300, 1e300), min_size=2, max_size=30, unique=True))
def test_a_cut_off_lies_between_its_neighbours(values):
    ordered = np.sort(values)[::-1]
    curve = roc_of(ordered, np.arange(ordered.size) == 0, "higher")
    passing = (ordered[:, None] > curve.cut_off).sum(axis=0)
    assert passing.tolist() == list(range(ordered.size + 1))


def test_sensitivity_at_a_place_is_read_off_the_curve():
    """Points (0, 0), (0, 1/2), (1/2, 1/2), (1, 1): a step, and a tie that joins two rows by a straight line."""
    curve = roc_of(np.array([4.0, 3.0, 2.0, 2.0]), np.array([True, False, True, False]), "higher")
    assert curve.sensitivity_at(np.array([0, 0.25, 0.5, 0.75, 1])) == pytest.approx([0.5, 0.5, 0.5, 0.75, 1])


def test_at_perfect_separation_the_sensitivity_is_1_everywhere():
    curve = roc_of(np.array([2.0, 1.0]), np.array([True, False]), "higher")
    assert curve.sensitivity_at(np.array([0, 0.3, 1])).tolist() == [1, 1, 1]


def test_numbers_that_are_all_equal_give_the_diagonal():
    curve = roc_of(np.ones(6), np.arange(6) < 3, "higher")
    assert curve.sensitivity_at(np.array([0, 0.3, 1])) == pytest.approx([0, 0.3, 1])


@pytest.mark.parametrize("way", ["higher", "lower"])
def test_figures_of_weighted_units_are_those_of_the_whole_curve(cohort, way):
    """To the last bit, with ties, with units of weight 0 at both ends and where no cut-off does better than chance."""
    generator = np.random.default_rng(5)
    place = np.linspace(0, 1, 11)
    for seed in range(20):
        value, label, subject = cohort(seed, subjects=12, rows=3, shift=0.3)
        unit = np.unique(subject, return_inverse=True)[1]
        steps = Steps.of(value if way == "higher" else -value, label, unit)
        weight = generator.integers(0, 3, unit.max() + 1)
        weight[[unit[np.argmax(label)], unit[np.argmin(label)]]] = 1
        curve = roc_of(value, label, way, weight[unit])
        area, cut_off, sensitivity = steps.figures(weight, way, place)
        assert (area, cut_off) == (curve.area, curve.cut_off[curve.best])
        assert sensitivity.tolist() == curve.sensitivity_at(place).tolist()
        assert steps.best_cut_off(weight, way) == cut_off
