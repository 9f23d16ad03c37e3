from __future__ import annotations

import numpy as np
import pytest

from medunet.reports.figures import confusion_figure, figure_svg
from medunet.reports.figures.confusion import short_count


def texts(figure):
    return [text.get_text() for text in figure.axes[0].texts]


def test_shares_are_of_the_row_and_counts_stand_below():
    figure = confusion_figure(["background", "heart"], np.array([[900, 100], [3000, 9000]]))
    assert texts(figure) == ["90.0 %", "900", "10.0 %", "100", "25.0 %", "3.00 k", "75.0 %", "9.00 k"]


def test_all_and_nothing_are_said_only_where_they_are_true():
    figure = confusion_figure(["a", "b"], np.array([[99_999_999, 1], [0, 5]]))
    assert texts(figure)[::2] == ["> 99.9 %", "< 0.1 %", "0.0 %", "100.0 %"]


def test_a_class_that_the_reference_does_not_hold_has_no_share():
    assert texts(confusion_figure(["a", "b"], np.array([[5, 0], [0, 0]])))[4::2] == ["–", "–"]


def test_the_reference_runs_down_and_what_was_found_across():
    axes = confusion_figure(["a", "b"], np.eye(2, dtype=int)).axes[0]
    assert (axes.get_ylabel(), axes.get_xlabel()) == ("reference", "found as")
    assert axes.yaxis_inverted()


@pytest.mark.parametrize("matrix", [np.zeros((2, 3), int), np.zeros((3, 3), int), np.array([[1, -1], [0, 1]])])
def test_a_matrix_that_cannot_be_one_is_refused(matrix):
    with pytest.raises(ValueError, match="matrix of counts"):
        confusion_figure(["a", "b"], matrix)


def test_many_classes_are_drawn():
    figure_svg(confusion_figure([f"structure {number}" for number in range(12)], np.eye(12, dtype=np.int64)))


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "0"), (999, "999"), (1000, "1.00 k"), (12_345, "12.3 k"), (999_499, "999 k"), (999_500, "1.00 M"),
     (4_567_000, "4.57 M"), (2_500_000_000, "2.50 G")],
)  # fmt: skip
def test_counts_are_short(count, words):
    assert short_count(count) == words
