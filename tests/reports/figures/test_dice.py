from __future__ import annotations

import numpy as np
import pytest

from medunet.reports.figures import dice_by_structure, figure_svg
from medunet.scoring.score import Score


def score(case, structure, value, reason="", metric="dice"):
    return Score(f"case-{case}", f"subject-{case}", structure, metric, value, "ratio", reason)


def hearts(*values):
    return [score(case, "heart", value) for case, value in enumerate(values)]


def texts(figure):
    return [text.get_text() for text in figure.axes[0].texts]


def test_each_case_is_a_point_and_the_median_and_n_are_said():
    figure = dice_by_structure(hearts(0.91, 0.95, 0.93))
    assert sorted(figure.axes[0].lines[0].get_xdata()) == [0.91, 0.93, 0.95]
    assert texts(figure) == ["median 0.930 · n 3"]


def test_missed_and_absent_are_counted_and_only_the_missed_drawn():
    scores = [*hearts(0.9, 0.92), score(7, "heart", 0.0, "missed"), score(8, "heart", None, "absent in both")]
    figure = dice_by_structure(scores)
    assert texts(figure) == ["median 0.900 · n 3\n1 missed\n1 absent in both"]
    crosses = [line for line in figure.axes[0].lines if line.get_marker() == "x"]
    assert [len(line.get_xdata()) for line in crosses] == [1]
    assert "0" in [label.get_text() for label in figure.axes[0].get_xticklabels()]


def test_the_box_counts_the_missed():
    figure = dice_by_structure([*hearts(*[0.95] * 6), *[score(9 + n, "heart", 0.0, "missed") for n in range(7)]])
    assert "median 0.000 · n 13\n7 missed" in texts(figure)
    left, right = figure.axes[0].get_xlim()
    assert left <= 0
    assert right >= 1


def test_other_metrics_and_the_figure_over_all_are_left_out():
    scores = [*hearts(0.9), score(1, "heart", 0.5, metric="iou"), score(1, "all", 0.1)]
    assert texts(dice_by_structure(scores)) == ["median 0.900 · n 1"]
    assert texts(dice_by_structure(scores, "iou")) == ["median 0.500 · n 1"]


def test_every_point_lies_inside_the_axis():
    values = np.linspace(0.31, 1.0, 25)
    left, right = dice_by_structure(hearts(*values.tolist())).axes[0].get_xlim()
    assert left < 0.31
    assert right > 1


@pytest.mark.parametrize("scores", [[], hearts(1.0), [score(1, "heart", None, "not looked for")], hearts(0.0, 0.0)])
def test_few_no_and_perfect_scores_are_drawn(scores):
    figure_svg(dice_by_structure(scores))


def test_no_scores_say_so():
    assert texts(dice_by_structure([])) == ["no case was scored"]
