from __future__ import annotations

import numpy as np
import pytest

from medunet.reports import figure_svg
from medunet.reports.figures.paired_differences import DifferenceRow, paired_differences


def row(values, name="heart", mean=0.1, low=0.05, high=0.15):
    return DifferenceRow(name, name, np.asarray(values, float), mean, low, high, "+0.10 (0.05 to 0.15)")


def points(figure):
    return [line for line in figure.axes[0].lines if line.get_marker() == "o"]


def test_a_point_for_each_subject_and_the_mean_with_its_interval():
    figure = paired_differences([row([0.0, 0.1, 0.2])], "Dice, other − baseline")
    (drawn,) = points(figure)
    assert sorted(drawn.get_xdata()) == [0.0, 0.1, 0.2]
    spans = [tuple(line.get_xdata()) for line in figure.axes[0].lines]
    assert (0.05, 0.15) in spans
    assert "+0.10 (0.05 to 0.15)" in figure_svg(figure)


def test_zero_is_in_the_middle():
    left, right = paired_differences([row([0.3, 0.4])], "x").axes[0].get_xlim()
    assert left == -right


def test_many_subjects_are_boxes_and_the_outermost():
    figure = paired_differences([row(np.linspace(-1, 1, 10_000))], "x")
    assert points(figure)[0].get_xdata().size == 80
    assert len(figure.axes[0].patches) == 2
    assert len(figure_svg(figure)) < 100_000


@pytest.mark.parametrize("narrow", [False, True])
def test_without_a_mean_and_without_differences(narrow):
    alone = DifferenceRow("all", "all", np.array([0.2]), 0.2, None, None, "one subject")
    empty = DifferenceRow("lung", "lung", np.zeros(0), None, None, None, "no case")
    assert "one subject" in figure_svg(paired_differences([alone, empty], "x", narrow=narrow))
    assert "no case has a value" in figure_svg(paired_differences([empty], "x", narrow=narrow))


def test_differences_of_0_have_room():
    left, right = paired_differences([row([0.0, 0.0], mean=0.0, low=None, high=None)], "x").axes[0].get_xlim()
    assert left < 0 < right


def test_the_same_bytes_each_time():
    first, second = (figure_svg(paired_differences([row([0.1, -0.2])], "x")) for _ in range(2))
    assert first == second


def test_a_long_label_is_wrapped_on_a_phone():
    label = "CTR absolute error, against column ctr_source, other − baseline; lower is better"
    narrow, wide = (paired_differences([row([0.1])], label, narrow=small) for small in (True, False))
    assert "\n" in narrow.axes[0].get_xlabel()
    assert "\n" not in wide.axes[0].get_xlabel()
