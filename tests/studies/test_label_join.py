from __future__ import annotations

import re

import pytest

from medunet.errors import InputError
from medunet.studies.label_join import Measured, join_labels

FILMS = [Measured("a1", "a", 0.4), Measured("a2", "a", 0.6), Measured("b1", "b", None), Measured("c1", "c", 0.5)]


def test_by_case_what_did_not_match_is_named():
    found = join_labels(FILMS, [("b1", 0), ("a1", "1"), ("zz", 1), ("yy", "")], by_subject=False)
    assert [row.case for row in found.rows] == ["a1", "b1"]
    assert found.labels == (True, False)
    assert found.without_label == ("a2", "c1")
    assert found.without_row == ("yy", "zz")
    assert len(found.rows) + len(found.without_label) == len(FILMS)


def test_by_subject_all_films_of_a_subject_get_its_label():
    found = join_labels(FILMS, [("a", 1), ("b ", 0), ("c", -1)], by_subject=True)
    assert found.labels == (True, True, False, None)
    assert found.without_label == found.without_row == ()


def test_joined_rows_are_groups_that_count_what_is_left_out():
    flow = join_labels(FILMS, [("a", 1), ("b", 0), ("c", None)], by_subject=True).groups.flow
    assert (flow.rows, flow.positive, flow.missing_negative, flow.uncertain) == (4, 2, 1, 1)
    assert flow.positive_subjects == 1


def test_the_order_of_the_labels_does_not_matter():
    labels = [("a", 1), ("b", 0), ("c", 1)]
    assert join_labels(FILMS, labels, by_subject=True) == join_labels(FILMS, labels[::-1], by_subject=True)


def test_a_name_twice_with_one_label_or_blank_is_one():
    assert join_labels(FILMS, [("a", ""), ("a", 1), ("a", 1), ("a", -1)], by_subject=True).labels == (True, True)


def test_contradictions_are_reported_together_and_without_names():
    labels = [("secret", 1), ("secret", 0), ("b", 0), ("b", 1)]
    with pytest.raises(InputError, match="row 2: says no where row 1 says yes of the same name") as caught:
        join_labels(FILMS, labels, by_subject=True)
    assert "row 4: says yes where row 3 says no" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_grade_is_refused_with_its_row():
    with pytest.raises(InputError, match=re.escape("row 2: label 'severe' is neither yes nor no")):
        join_labels(FILMS, [("a", 1), ("b", "severe")], by_subject=True)


def test_nothing_matches_nothing():
    found = join_labels([], [], by_subject=False)
    assert found.groups.flow.rows == 0
