import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medunet.scoring.counts import Counts
from medunet.scoring.metrics import (
    BACKGROUND_DOMINATED,
    METRICS,
    SURFACE_METRICS,
    accuracy,
    dice,
    f1,
    iou,
    precision,
    recall,
)
from medunet.scoring.surface_distances import DirectedDistances, SurfaceDistances

# System b: 2,112 test films of 256 x 256 (facts/five-systems.md).
SYSTEM_B = Counts(tp=34_032_686, fp=877_213, fn=618_257, tn=102_883_876)
PUBLISHED = {
    "precision": 0.974872,
    "recall": 0.982158,
    "f1": 0.978501,
    "dice": 0.978501,
    "specificity": 0.991546,
    "iou": 0.957907,
    "accuracy": 0.989196,
}

sizes = st.integers(0, 10**9)
some_counts = st.builds(Counts, sizes, sizes, sizes, sizes)


def nan_or(value):
    return pytest.approx(value, nan_ok=True)


@pytest.mark.parametrize("name", METRICS)
def test_known_answers_of_system_b(name):
    assert round(METRICS[name](SYSTEM_B), 6) == PUBLISHED[name]


def test_two_class_mean_iou_of_system_b():
    assert round((iou(SYSTEM_B) + iou(SYSTEM_B.exchanged)) / 2, 6) == 0.971790


def test_system_b_s_counts_cover_its_films():
    assert SYSTEM_B.tp + SYSTEM_B.fp + SYSTEM_B.fn + SYSTEM_B.tn == 2112 * 256 * 256


def test_exchanging_positive_and_negative_does_not_give_the_published_figures():
    """The published matrix has positive and negative exchanged. Read as printed, it scores the background."""
    exchanged = {name: round(metric(SYSTEM_B.exchanged), 6) for name, metric in METRICS.items()}
    wrong = {name for name in PUBLISHED if exchanged[name] != PUBLISHED[name]}
    assert wrong == set(METRICS) - {"accuracy"}  # accuracy knows no side
    assert exchanged["dice"] > PUBLISHED["dice"]  # and the background flatters


@given(some_counts)
def test_ratios_lie_between_0_and_1_or_are_undefined(counts):
    for metric in METRICS.values():
        value = metric(counts)
        assert math.isnan(value) or 0 <= value <= 1


@given(some_counts)
def test_dice_is_2_iou_over_1_plus_iou(counts):
    overlap = iou(counts)
    assert dice(counts) == nan_or(2 * overlap / (1 + overlap))


@given(some_counts)
def test_overlap_is_symmetric_and_precision_is_recall_the_other_way_round(counts):
    other = Counts(counts.tp, counts.fn, counts.fp, counts.tn)
    for metric in (dice, iou, f1, accuracy):
        assert metric(counts) == nan_or(metric(other))
    assert precision(counts) == nan_or(recall(other))


@given(some_counts.filter(lambda counts: counts.tp > 0))
def test_f1_is_the_harmonic_mean_of_precision_and_recall(counts):
    p, r = precision(counts), recall(counts)
    assert f1(counts) == pytest.approx(2 * p * r / (p + r))


def test_nothing_of_nothing_is_undefined():
    empty = Counts(0, 0, 0, 9)
    assert all(math.isnan(METRICS[name](empty)) for name in METRICS if name not in BACKGROUND_DOMINATED)
    assert math.isnan(METRICS["specificity"](Counts(9, 0, 0, 0)))


def test_background_dominated_metrics_hide_a_missed_structure():
    missed = Counts(tp=0, fp=0, fn=20, tn=980)
    assert {name for name, metric in METRICS.items() if metric(missed) > 0.9} == BACKGROUND_DOMINATED


def test_the_registries_cannot_be_changed_from_outside():
    for registry in (METRICS, SURFACE_METRICS):
        with pytest.raises(TypeError):
            registry["dice"] = iou


def directed(distances, areas):
    return DirectedDistances(np.array(distances, float), np.array(areas, float))


def test_surface_metrics_weigh_by_area():
    """By hand: one surface of area 4 at distances 0 and 3, one of area 2 at 1 and 2."""
    distances = SurfaceDistances(directed([0, 3], [3, 1]), directed([1, 2], [1, 1]), tolerance=1)
    found = {name: metric(distances) for name, metric in SURFACE_METRICS.items()}
    assert found["hd"] == 3
    assert found["assd"] == pytest.approx((0 * 3 + 3 * 1 + 1 + 2) / 6)
    assert found["nsd"] == pytest.approx((3 + 1) / 6)
    # .95 of the area 4 is .8 of the way through the element at 3, which begins where 3 of 4 are passed
    assert found["hd95"] == pytest.approx(3 * (0.95 * 4 - 3))


def test_hd95_is_the_larger_of_two_directions_and_nsd_counts_a_distance_of_the_tolerance():
    near, far = directed([1] * 100, [1] * 100), directed([1] * 90 + [9] * 10, [1] * 100)
    for pair in ((near, far), (far, near)):
        assert SURFACE_METRICS["hd95"](SurfaceDistances(*pair, tolerance=1)) == 9
        assert SURFACE_METRICS["nsd"](SurfaceDistances(*pair, tolerance=1)) == pytest.approx(190 / 200)
        assert SURFACE_METRICS["nsd"](SurfaceDistances(*pair, tolerance=0.9999)) == 0
        assert SURFACE_METRICS["nsd"](SurfaceDistances(*pair, tolerance=0.9999, rounding=1e-3)) > 0


def test_agreement_with_scikit_learn():
    sklearn = pytest.importorskip("sklearn.metrics", reason="scikit-learn is not installed")
    rng = np.random.default_rng(7)
    reference, prediction = rng.random((2, 5000)) < 0.3
    counts = Counts.from_masks(reference, prediction)
    assert iou(counts) == pytest.approx(sklearn.jaccard_score(reference, prediction), abs=1e-12)
    assert dice(counts) == pytest.approx(sklearn.f1_score(reference, prediction), abs=1e-12)
    assert precision(counts) == pytest.approx(sklearn.precision_score(reference, prediction), abs=1e-12)
    assert recall(counts) == pytest.approx(sklearn.recall_score(reference, prediction), abs=1e-12)
    assert accuracy(counts) == pytest.approx(sklearn.accuracy_score(reference, prediction), abs=1e-12)
