from __future__ import annotations

import numpy as np
import pytest

from medunet.reports.figures import figure_svg
from medunet.reports.figures.box_strip import MOST_POINTS, box_strip, points_shown

COLOURS = {"ill": "#d55e00", "well": "#2a7fc1"}


def groups(n=40):
    draw = np.random.default_rng(0)
    return {"ill": draw.normal(0.55, 0.03, n), "well": draw.normal(0.48, 0.03, 2 * n)}


def test_every_value_is_a_point_and_the_box_has_the_quartiles():
    (axes,) = box_strip(groups(), COLOURS, "CTR").axes
    strips = [line.get_xdata() for line in axes.lines if line.get_marker() == "o"]
    for shown, values in zip(strips, groups().values(), strict=True):
        assert shown == pytest.approx(np.sort(values))
    boxes = [(box.get_x(), box.get_x() + box.get_width()) for box in axes.patches]
    for box, values in zip(boxes, groups().values(), strict=True):
        assert box == pytest.approx(np.quantile(values, [0.25, 0.75], method="averaged_inverted_cdf"))


def test_groups_are_named_with_their_number_and_a_cut_off_is_a_line():
    (axes,) = box_strip(groups(), COLOURS, "CTR", {"cut-off 0.5": 0.5}, narrow=True).axes
    texts = [text.get_text() for text in axes.texts]
    assert {"ill  ·  n 40", "well  ·  n 80", "cut-off 0.5"} <= set(texts)
    assert axes.get_xlabel() == "CTR"
    assert any(set(line.get_xdata()) == {0.5} for line in axes.lines)


def test_of_very_many_points_the_ends_are_always_drawn():
    values = np.random.default_rng(1).normal(size=10_000)
    shown = points_shown(values)
    assert shown.size == MOST_POINTS
    assert (shown[0], shown[-1]) == (values.min(), values.max())
    assert points_shown(values[:5]).size == 5


def test_few_values_have_no_box():
    (axes,) = box_strip({"ill": np.array([1.0, 2.0])}, COLOURS, "CTR").axes
    assert not axes.patches


def test_nothing_to_draw_is_said():
    (axes,) = box_strip({"ill": np.empty(0), "well": np.empty(0)}, COLOURS, "CTR").axes
    assert axes.texts[0].get_text() == "no row has a measurement and a certain label"


def test_the_same_values_give_the_same_bytes():
    assert figure_svg(box_strip(groups(), COLOURS, "CTR")) == figure_svg(box_strip(groups(), COLOURS, "CTR"))
