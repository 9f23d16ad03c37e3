from __future__ import annotations

import numpy as np
import pytest

from medunet.reports.figures.study_roc import MOST_POINTS, CutOffPoint, study_roc
from medunet.studies import Groups, at_cut_off, roc_of
from medunet.studies.resampled_curves import resampled_curves
from medunet.studies.roc_band import roc_band


@pytest.fixture(scope="module")
def groups():
    positive = np.arange(80) % 2 == 0
    return Groups.of(np.random.default_rng(0).normal(1.0 * positive, 1), positive)


def point(groups, stated):
    found = at_cut_off(groups, 0.5, "higher")
    return CutOffPoint("0.5, stated beforehand", found.sensitivity, found.specificity, stated)


def drawn(groups, points=(), **words):
    curve = roc_of(groups.value, groups.positive, "higher")
    return study_roc(curve, roc_band(resampled_curves(groups, "higher", replicates=50)), points, "AUC 0.7", **words)


def test_curve_band_and_chance_are_there(groups):
    (axes,) = drawn(groups).axes
    curve = roc_of(groups.value, groups.positive, "higher")
    chance, line = axes.lines
    assert (line.get_ydata() == curve.sensitivity).all()
    assert list(chance.get_xdata()) == [0, 1]
    assert len(axes.collections) == 1
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("1 − specificity", "sensitivity")


@pytest.mark.parametrize(("stated", "mark"), [(True, "●"), (False, "○")])
def test_a_cut_off_is_a_mark_with_a_cross_and_words_that_tell_it_apart_without_colour(groups, stated, mark):
    one = point(groups, stated)
    (axes,) = drawn(groups, [one], narrow=True).axes
    (dot,) = (line for line in axes.lines if line.get_marker() == "o")
    assert dot.get_xydata()[0] == pytest.approx([1 - one.specificity.value, one.sensitivity.value])
    assert (dot.get_markerfacecolor() == "none") is not stated
    assert f"{mark} 0.5, stated beforehand" in [text.get_text() for text in axes.texts]
    ends = [sorted(line.get_ydata()) for line in axes.lines[2:4]]
    assert [one.sensitivity.low, one.sensitivity.high] in ends


def test_very_long_curves_keep_both_ends():
    draw = np.random.default_rng(0)
    many = Groups.of(draw.normal(size=6000), np.arange(6000) % 2)
    (axes,) = drawn(many).axes
    line = axes.lines[1].get_xydata()
    assert len(line) <= MOST_POINTS
    assert line[0].tolist() == [0, 0]
    assert line[-1].tolist() == [1, 1]


def test_without_a_curve_the_reason_stands_in_its_place():
    few = Groups.of([1.0, 2.0], [1, 1])
    (axes,) = study_roc(None, roc_band(resampled_curves(few, "higher")), [], "", "there is one group only").axes
    assert axes.texts[0].get_text() == "there is one group only"
