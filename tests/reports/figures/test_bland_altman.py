from __future__ import annotations

import numpy as np
import pytest

from medunet.reports.figures.bland_altman import bland_altman_figure
from medunet.reports.figures.writing import figure_svg
from medunet.studies import readings
from medunet.studies.bland_altman import bland_altman


def drawn(first, second, subjects=None, **wishes):
    pairs = readings(first, second, subjects=subjects)
    found = bland_altman(pairs)
    figure = bland_altman_figure(pairs, found, "CTR", ("reader 1", "reader 2"), **wishes)
    figure_svg(figure)
    return pairs, found, figure.axes[0]


def test_points_are_first_minus_second_against_their_mean():
    pairs, _, axes = drawn([0.5, 0.6, 0.7], [0.46, 0.62, 0.7])
    points = next(line for line in axes.lines if line.get_marker() == "o")
    assert sorted(points.get_ydata()) == pytest.approx([-0.02, 0, 0.04])
    assert sorted(points.get_xdata()) == pytest.approx([0.48, 0.61, 0.7])
    assert axes.get_title(loc="left") == f"{pairs.cases} cases of 3 subjects"
    assert axes.get_ylabel() == "reader 1 − reader 2"


def test_bias_and_limits_lie_where_they_were_found_with_their_intervals_as_bands():
    rng = np.random.default_rng(3)
    second = rng.normal(0.5, 0.05, 40)
    _, found, axes = drawn(second + rng.normal(0.02, 0.02, 40), second)
    levels = {line.get_ydata()[0] for line in axes.lines if line.get_marker() != "o"}
    plot = (found.lower, found.bias, found.upper)
    assert {0.0, *(one.value for one in plot)} <= levels
    bands = sorted((box.get_y(), box.get_y() + box.get_height()) for box in axes.patches)
    assert np.array(bands) == pytest.approx(np.array([(one.low, one.high) for one in plot]))
    assert [text.get_text().split("\n")[0] for text in axes.texts] == [
        f"upper limit {found.upper.value:.3f}",
        f"bias {found.bias.value:.3f}",
        f"lower limit {found.lower.value:.3f}".replace("-", "−"),
    ]


def test_the_dotted_line_is_the_least_squares_line_of_the_subjects():
    second = np.array([1.0, 2.0, 3.0, 4.0, 5.0])
    first = second * 1.2 + np.array([0.1, -0.1, 0.05, 0.0, -0.05])
    _, _, axes = drawn(first, second)
    line = next(line for line in axes.lines if line.get_label() == "slope")
    slope, height = np.polyfit((first + second) / 2, first - second, 1)
    assert line.get_ydata() == pytest.approx(slope * line.get_xdata() + height)


def test_every_point_and_band_is_within_the_axes_and_zero_too():
    _, found, axes = drawn([5.1, 5.3, 5.2, 5.6], [4.0, 4.1, 4.2, 4.1])
    low, high = axes.get_ylim()
    assert low < 0 < found.upper.high < high


def test_a_phone_gets_the_numbers_alone():
    texts = [text.get_text() for text in drawn([1, 2, 3.3], [1.1, 2.2, 3], digits=1, narrow=True)[2].texts]
    assert texts[1] == "0.0"


@pytest.mark.parametrize("values", [[], [0.5], [0.5, 0.5, 0.5], [0.0, 0.0, 0.0], [1, 2, 3, 4]])
def test_degenerate_readings_are_drawn(values):
    axes = drawn(values, values)[2]
    assert ("no case" in axes.texts[0].get_text()) == (not values)
