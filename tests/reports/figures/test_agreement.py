from __future__ import annotations

import math

import pytest

from medunet.reports.figures import figure_svg, measurement_agreement


def texts(figure):
    return [text.get_text() for text in figure.axes[0].texts]


def test_points_are_predicted_minus_reference_against_their_mean():
    figure = measurement_agreement([0.5, 0.6], [0.54, 0.58], "CTR")
    points = next(line for line in figure.axes[0].lines if line.get_marker() == "o")
    assert points.get_xdata().tolist() == pytest.approx([0.52, 0.59])
    assert points.get_ydata().tolist() == pytest.approx([0.04, -0.02])
    assert texts(figure) == ["bias +0.0100"]


def test_pairs_with_a_hole_are_counted_not_drawn():
    figure = measurement_agreement([0.5, None, 0.6, 0.4], [0.54, 0.5, None, math.nan], "CTR")
    assert figure.axes[0].get_title(loc="left") == "n 1, 3 without a pair"


def test_zero_is_in_the_middle():
    low, high = measurement_agreement([1, 2, 3], [2, 3, 4.5], "width", unit="mm").axes[0].get_ylim()
    assert low == -high


def test_no_pair_says_so():
    assert texts(measurement_agreement([None], [0.5], "CTR")) == ["no pair of numbers (n 0, 1 without a pair)"]


@pytest.mark.parametrize("values", [[0.5], [0.5, 0.5], [0.0]])
def test_perfect_agreement_is_drawn(values):
    figure = measurement_agreement(values, values, "CTR")
    figure_svg(figure)
    assert texts(figure)[0].startswith("bias +0.0")


def test_lists_of_different_length_are_refused():
    with pytest.raises(ValueError, match=r"shorter|longer"):
        measurement_agreement([1.0], [1.0, 2.0], "CTR")
