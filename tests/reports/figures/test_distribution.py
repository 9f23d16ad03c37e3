from __future__ import annotations

import numpy as np
import pytest

from medunet.reports.figures.distribution import distributions, shares_of, steps_of

COLOURS = {"ill": "#d55e00", "well": "#2a7fc1"}


def test_groups_share_their_steps_and_their_axis():
    draw = np.random.default_rng(0)
    figure = distributions({"ill": draw.normal(1, 1, 50), "well": draw.normal(0, 1, 500)}, COLOURS, "CTR", {"cut": 0.5})
    upper, lower = figure.axes
    assert upper.get_xlim() == lower.get_xlim()
    assert upper.get_ylim() == lower.get_ylim()
    assert upper.get_title(loc="left") == "ill  ·  n 50"
    assert lower.get_xlabel() == "CTR"
    assert [text.get_text() for text in upper.texts] == ["cut"]


def test_shares_add_up_to_1_and_no_value_is_lost():
    values = np.random.default_rng(1).normal(size=300)
    edges = steps_of([values, values + 5])
    assert shares_of(values, edges).sum() == pytest.approx(1)
    assert edges[0] == values.min()
    assert edges[-1] == values.max() + 5
    assert 8 <= edges.size - 1 <= 40


@pytest.mark.parametrize("values", [np.ones(5), np.zeros(3), np.array([2.0])])
def test_equal_values_have_a_step_around_them(values):
    edges = steps_of([values])
    assert edges[0] < values[0] < edges[-1]
    assert shares_of(values, edges).max() == 1


def test_values_without_a_middle_spread_still_have_steps():
    edges = steps_of([np.array([0.0] * 20 + [1.0])])
    assert edges.size - 1 == 8


def test_nothing_to_draw_is_said():
    (axes,) = distributions({"ill": np.empty(0)}, COLOURS, "CTR", narrow=True).axes
    assert axes.texts[0].get_text() == "no row has a measurement and a certain label"
