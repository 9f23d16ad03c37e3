from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import roc_curve as their_curve

from medunet.scoring.roc import RocCounts, auc
from medunet.scoring.roc_curve import ROC_COLUMNS, roc_curve, roc_rows


@pytest.fixture(scope="module")
def film():
    random = np.random.default_rng(1)
    inside = random.random(200_000) < 0.2
    logits = random.normal(0, 3, inside.shape) + np.where(inside, 5, -5)
    return inside, (1 / (1 + np.exp(-logits))).astype(np.float32)


def test_every_point_is_counted_from_the_probabilities_themselves(film):
    inside, values = film
    curve = roc_curve(RocCounts.of(inside, values))
    for level, tp, fp in list(zip(curve.threshold, curve.tp, curve.fp, strict=True))[::20]:
        positive = values >= level
        assert (tp, fp) == ((positive & inside).sum(), (positive & ~inside).sum())


def test_it_runs_through_the_points_of_scikit_learn_s(film):
    inside, values = film
    curve = roc_curve(RocCounts.of(inside, values))
    wrong, found, levels = their_curve(inside, values, drop_intermediate=False)
    place = np.searchsorted(-levels, -curve.threshold[1:], side="right") - 1
    assert curve.sensitivity[1:] == pytest.approx(found[place], abs=1e-12)
    assert curve.one_minus_specificity[1:] == pytest.approx(wrong[place], abs=1e-12)


def test_it_is_short_and_its_area_is_the_auc(film):
    inside, values = film
    counts = RocCounts.of(inside, values)
    curve = roc_curve(counts)
    assert 50 < len(curve.threshold) < 1000
    assert np.trapezoid(curve.sensitivity, curve.one_minus_specificity) == pytest.approx(auc(counts), abs=1e-4)


def test_it_begins_with_nothing_found_ends_with_everything_and_holds_one_half(film):
    inside, values = film
    curve = roc_curve(RocCounts.of(inside, values))
    assert (curve.threshold[0], curve.tp[0], curve.fp[0]) == (np.inf, 0, 0)
    assert (curve.tp[-1], curve.fp[-1]) == (inside.sum(), (~inside).sum()) == (curve.inside, curve.outside)
    at = int(np.flatnonzero(curve.threshold == 0.5)[0])
    assert curve.tp[at] == (inside & (values >= 0.5)).sum()
    assert (np.diff(curve.threshold) < 0).all()
    assert (np.diff(curve.tp) >= 0).all()
    assert (np.diff(curve.fp) >= 0).all()


@pytest.mark.parametrize("inside", [[True, True], [False, False]])
def test_pixels_of_one_kind_have_no_curve(inside):
    assert roc_curve(RocCounts.of(np.array(inside), np.float32([0.2, 0.9]))) is None


def test_rows_hold_the_counts_and_tell_one_float32_from_the_next():
    values = np.float32([1 - 2.0**-24, 1, 0.25, 0])
    curve = roc_curve(RocCounts.of(np.array([True, False, True, False]), values))
    rows = [dict(zip(ROC_COLUMNS, row, strict=True)) for row in roc_rows({"lung": curve})]
    assert [row["threshold"] for row in rows] == ["inf", "1", "0.99999994", "0.5", "0.25", "0"]
    assert [(row["tp"], row["fp"], row["fn"], row["tn"]) for row in rows] == [
        (0, 0, 2, 2), (0, 1, 2, 1), (1, 1, 1, 1), (1, 1, 1, 1), (2, 1, 0, 1), (2, 2, 0, 0)
    ]  # fmt: skip
    assert [row["sensitivity"] for row in rows] == ["0", "0", "0.5", "0.5", "1", "1"]
    assert [row["one_minus_specificity"] for row in rows] == ["0", "0.5", "0.5", "0.5", "0.5", "1"]
