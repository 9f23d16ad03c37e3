from __future__ import annotations

import math

import numpy as np
import pytest

from medunet.errors import InputError
from medunet.studies.groups import Groups, certain_label, why_no_comparison, why_no_interval


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ((True, np.True_, 1, 1.0, "1", "1.0", "Yes", " true "), True),
        ((False, np.False_, 0, 0.0, "0", "0.0", "no", "FALSE"), False),
        ((None, -1, -1.0, "-1.0", "", "  ", math.nan, np.float64("nan")), None),
    ],
)
def test_labels_are_read_as_people_write_them(cells, said):
    assert [certain_label(cell) for cell in cells] == [said] * len(cells)


@pytest.mark.parametrize("cell", [2, 0.5, "severe", "0/1"])
def test_a_grade_is_no_label(cell):
    with pytest.raises(InputError, match=r"row 7: label .* is neither yes nor no"):
        certain_label(cell, 7)


def test_the_numbers_of_rows_add_up():
    value = [0.4, 0.5, None, math.nan, 0.6, math.inf, 0.7, None]
    label = [1, 0, 1, 0, -1, "1", "0", None]
    flow = Groups.of(value, label, list("abcdefga")).flow
    assert (flow.uncertain, flow.missing_positive, flow.missing_negative) == (2, 2, 1)
    assert (flow.positive, flow.negative) == (1, 2)
    assert flow.rows == 8 == flow.uncertain + flow.missing_positive + flow.missing_negative + 3
    assert (flow.subjects, flow.positive_subjects, flow.negative_subjects, flow.both_subjects) == (3, 1, 2, 0)


def test_a_subject_with_both_labels_is_counted_in_each_group():
    flow = Groups.of([1, 2, 3], [1, 0, 0], ["a", "a", "b"]).flow
    assert (flow.subjects, flow.positive_subjects, flow.negative_subjects, flow.both_subjects) == (2, 1, 2, 1)


def test_without_subjects_every_row_is_one():
    groups = Groups.of([1, 1, 2], [1, 0, 0])
    assert groups.one_row_each
    assert groups.flow.subjects == 3


def test_columns_of_different_length_are_refused():
    with pytest.raises(ValueError, match="differ in length: 2, 1, 2"):
        Groups.of([1, 2], [1], ["a", "b"])


def test_the_mean_of_equal_values_is_that_value():
    """As a plain sum over three, .1 would become .10000000000000002 and no longer tie with the first subject."""
    assert sum([0.1] * 3) / 3 != 0.1
    means = Groups.of([0.1] * 4, [1, 0, 0, 0], ["a", "b", "b", "b"]).means_of_subjects()
    assert means.value.tolist() == [0.1, 0.1]
    assert means.positive.tolist() == [True, False]


def test_means_do_not_move_when_rows_are_written_twice(cohort):
    value, label, subject = cohort(rows=5)
    once = Groups.of(value, label, subject).means_of_subjects()
    twice = Groups.of([*value, *value], [*label, *label], [*subject, *subject]).means_of_subjects()
    assert np.array_equal(once.value, twice.value)
    assert np.array_equal(once.positive, twice.positive)
    expected = [np.mean([v for v, s in zip(value, subject, strict=True) if s == name]) for name in sorted(set(subject))]
    assert once.value == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(("positive_when", "against"), [("higher", -np.inf), ("lower", np.inf)])
def test_the_worst_case_puts_what_is_missing_on_the_wrong_side(positive_when, against):
    worst = Groups.of([1, None, None], [1, 1, 0], list("abc")).missing_as_failures(positive_when)
    assert worst.value.tolist() == [1, against, -against]
    assert worst.flow.missing_positive == worst.flow.missing_negative == 0
    assert worst.flow.rows == 3


@pytest.mark.parametrize(
    ("label", "words"),
    [([], "no row"), ([-1, -1], "no row"), ([1, 1], "all 2 rows are positive"), ([0], "the only row is negative")],
)
def test_one_group_is_no_comparison(label, words):
    assert why_no_comparison(Groups.of([1.0] * len(label), label).flow).startswith(words)


def test_ten_subjects_in_each_group_are_enough_and_nine_are_not():
    rows = [(side, side, f"{side}{number}") for side in (0, 1) for number in range(10)]
    value, label, subject = zip(*rows, strict=True)
    assert why_no_interval(Groups.of(value, label, subject).flow) == ""
    fewer = Groups.of(value[:-1], label[:-1], subject[:-1]).flow
    assert why_no_interval(fewer) == "9 subjects with the finding; an interval needs 10 in each group"
    again = Groups.of(value, label, [*subject[:-1], subject[-2]]).flow
    assert why_no_interval(again).startswith("9 subjects with")


def test_values_are_numbered_within_their_subject():
    value = [2.0, 1.0, 2.0, 0.0, -0.0, 5.0]
    groups = Groups.of(value, [1, 0, 1, 0, 0, 1], ["a", "a", "a", "b", "b", "c"])
    assert groups.value_of_subject.tolist() == [1, 0, 1, 0, 0, 0]
    assert Groups.of([], [], []).value_of_subject.size == 0


def test_the_mean_of_a_subject_is_that_of_its_rows_however_many_it_has():
    value = [0.1, 0.2, 0.4, 0.3, 0.3, 0.7, 0.1, 0.2, 0.4, 0.8]
    subject = ["a", "b", "b", "c", "c", "d", "e", "e", "e", "e"]
    found = Groups.of(value, [1] * 10, subject).means_of_subjects()
    assert found.value.tolist() == pytest.approx([0.1, 0.3, 0.3, 0.7, 0.375], rel=1e-15)
    assert found.value[2] == 0.3
