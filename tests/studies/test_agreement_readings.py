"""Readings are cleaned once: holes and copies are counted, and neither order nor copies change what is left."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medunet.studies.agreement_readings import readings
from medunet.studies.estimate import Method

NAN, INF = float("nan"), float("inf")


def test_cases_without_a_number_from_each_are_left_out_and_counted():
    got = readings([1, NAN, 3, 4, 5], [1, 2, INF, 4, -1e200], subjects=["a", "b", "c", "d", "e"])
    assert (got.cases, got.subjects, got.left_out, got.copies) == (2, 2, 3, 0)
    assert got.values.tolist() == [[1, 1], [4, 4]]


def test_the_difference_is_first_minus_second():
    got = readings([5, 7], [2, 3])
    assert (got.difference.tolist(), got.average.tolist()) == ([3, 4], [3.5, 5])


def test_without_subjects_every_case_is_one():
    got = readings([1, 1, 1], [2, 2, 2])
    assert (got.cases, got.subjects, got.copies, got.clustered) == (3, 3, 0, False)


def test_subjects_are_compared_as_text():
    assert readings([1, 2, 3], [1, 2, 3], subjects=[7, "7", 8]).subjects == 2


def test_a_subject_that_is_there_twice_is_there_once():
    got = readings([1, 2, 1, 2, 9], [1, 2, 1, 2, 9], subjects=["a", "a", "a", "a", "b"])
    assert (got.cases, got.copies, got.sizes.tolist()) == (3, 2, [2, 1])


def test_one_pair_that_happens_to_be_there_twice_stays():
    got = readings([1, 1, 2], [1, 1, 2], subjects=["a", "a", "a"])
    assert (got.cases, got.copies) == (3, 0)


def test_equal_pairs_of_different_subjects_stay():
    assert readings([1, 1], [2, 2], subjects=["a", "b"]).cases == 2


ROWS = st.lists(
    st.tuples(st.sampled_from("abcd"), st.integers(0, 3), st.integers(0, 3), st.booleans()), min_size=1, max_size=12
)


@given(ROWS, st.integers(1, 4), st.randoms(use_true_random=False))
def test_written_k_times_in_any_order_it_is_the_same(rows, times, draw):
    """Holes among them; bit for bit, so that every figure of agreement is the same, too."""
    table = [(subject, NAN if hole else first, second) for subject, first, second, hole in rows]
    many = table * times
    draw.shuffle(many)
    once, again = (
        readings([row[1] for row in part], [row[2] for row in part], subjects=[row[0] for row in part])
        for part in (table, many)
    )
    assert once.values.tobytes() == again.values.tobytes()
    assert once.subject.tolist() == again.subject.tolist()
    assert again.left_out == times * once.left_out
    assert again.cases + again.copies + again.left_out == len(many)


def test_a_zero_with_a_minus_is_a_zero():
    assert readings([0.0, -0.0], [1, 1], subjects=["a", "a"]).cases == 1


def test_nothing_at_all():
    got = readings([], [])
    assert (got.cases, got.subjects, got.left_out) == (0, 0, 0)


@pytest.mark.parametrize("columns", [([1, 2],), ([1, 2], [1]), ([[1, 2]], [[1, 2]])], ids=["one", "lengths", "axes"])
def test_what_is_no_table_is_refused(columns):
    with pytest.raises(ValueError, match="two or more methods, one number a case"):
        readings(*columns)


def test_a_subject_too_few_is_refused():
    with pytest.raises(ValueError, match="one subject a case"):
        readings([1, 2], [1, 2], subjects=["a"])


def test_a_difference_needs_two_methods():
    with pytest.raises(ValueError, match="two methods, got 3"):
        _ = readings([1], [2], [3]).difference


@pytest.mark.parametrize("level", [0, 1, 95, NAN])
def test_a_level_lies_between_0_and_1(level):
    with pytest.raises(ValueError, match="between 0 and 1"):
        readings([1], [2]).asked(Method("a", "b"), level)


def test_same_but_for_rounding():
    got = readings([0.1 + 0.2, 1.1], [0.3 - 0.5, 0.6])
    assert got.same(got.difference)
    assert not readings([0.3, 1.1], [0.2, 0.9]).same(np.array([0.1, 0.1001]))
