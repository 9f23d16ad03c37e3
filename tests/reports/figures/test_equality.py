from __future__ import annotations

import pytest

from medunet.reports.figures.equality import equality_figure
from medunet.reports.figures.writing import figure_svg
from medunet.studies import readings


def drawn(first, second, **wishes):
    figure = equality_figure(readings(first, second), "CTR", ("reader 1", "reader 2"), **wishes)
    figure_svg(figure)
    return figure.axes[0]


def points(axes, marker):
    line = next(line for line in axes.lines if line.get_marker() == marker)
    return sorted(zip(line.get_xdata(), line.get_ydata(), strict=True))


def test_the_second_across_and_the_first_upwards_on_axes_of_one_scale():
    axes = drawn([0.5, 0.6], [0.4, 0.7])
    assert points(axes, "o") == [(0.4, 0.5), (0.7, 0.6)]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("reader 2, CTR", "reader 1, CTR")
    assert axes.get_xlim() == axes.get_ylim()
    equal = axes.lines[0]
    assert list(equal.get_xdata()) == list(equal.get_ydata())


def test_decisions_that_differ_are_crosses_and_equal_is_not_above():
    axes = drawn([0.51, 0.5, 0.4, 0.6], [0.5, 0.49, 0.55, 0.7], cut_off=0.5)
    assert points(axes, "x") == [(0.5, 0.51), (0.55, 0.4)]
    assert points(axes, "o") == [(0.49, 0.5), (0.7, 0.6)]
    assert axes.get_title(loc="left") == "4 cases of 4 subjects; ✕ 2 on different sides of 0.5"


def test_a_phone_gets_a_shorter_title():
    assert drawn([1, 2], [1, 2], narrow=True).get_title(loc="left") == "2 cases"


@pytest.mark.parametrize("values", [[], [0.5], [0.0, 0.0]])
def test_degenerate_readings_are_drawn(values):
    axes = drawn(values, values, cut_off=0.5)
    assert bool(axes.texts) == (not values)
