from __future__ import annotations

import numpy as np
import pytest

from medunet.studies.subject_scores import NO_VALUE, SAME, SubjectScores


def test_rows_become_subjects_and_what_has_no_value_is_left_out():
    scores = SubjectScores.of([0.8, None, 0.9, float("nan"), 0.6], np.array([7, 7, 3, 4, 3]))
    assert scores.subject.tolist() == [3, 7]
    assert scores.means.tolist() == pytest.approx([0.75, 0.8])
    assert (scores.cases.tolist(), scores.n, scores.rows) == ([2, 1], 2, 3)
    assert scores.mean == pytest.approx((0.8 + 0.9 + 0.6) / 3)
    assert not scores.one_case_each


def test_the_influence_of_a_subject_is_what_the_mean_moves_by():
    """By the derivative of a ratio of sums: weight one subject a little more."""
    scores = SubjectScores.of(np.array([0.9, 0.7, 0.95, 0.5]), np.array([0, 0, 1, 2]))
    step = 1e-6
    for number in range(3):
        weight = scores.cases * (1 + step * (np.arange(3) == number))
        moved = (scores.means @ weight) / weight.sum()
        assert (moved - scores.mean) / step == pytest.approx(scores.influence[number], abs=1e-6)
    assert scores.influence.sum() == pytest.approx(0, abs=1e-15)


@pytest.mark.parametrize(
    ("values", "subject", "reason"),
    [
        ([], [], NO_VALUE),
        ([None, None], [0, 1], NO_VALUE),
        ([0.9], [0], "1 subject; an interval needs 6"),
        ([0.9, 0.8, 0.7, 0.7, 0.6, 0.9], [0, 1, 2, 3, 4, 4], "5 subjects; an interval needs 6"),
        ([0.9] * 7, range(7), SAME),
        ([0.1 + 0.2, 0.3] * 4, range(8), SAME),
        ([0.0] * 6, range(6), SAME),
        ([0.0] * 5 + [0.1], range(6), ""),
    ],
)
def test_why_there_is_no_interval(values, subject, reason):
    assert SubjectScores.of(values, np.array(list(subject), dtype=np.int64)).why_no_interval() == reason


def test_columns_that_do_not_fit_are_our_mistake():
    with pytest.raises(ValueError, match="2 scores of 1 cases"):
        SubjectScores.of([1.0, 2.0], np.array([0]))
    with pytest.raises(ValueError, match="must be finite"):
        SubjectScores(np.array([0]), np.array([np.nan]), np.array([1]))
    with pytest.raises(ValueError, match="1 subjects, 2 means"):
        SubjectScores(np.array([0]), np.array([0.1, 0.2]), np.array([1]))
