from __future__ import annotations

import pytest

from medunet.studies import agreement_of, readings
from medunet.workflows.study_agreement_summary import HONEST, answer, flips_sentence, summary


def test_the_answer_comes_first_and_the_caveat_last(agreed):
    lines = summary(agreed)
    assert lines[0].startswith("CTR of one is higher than that of two by 0.008 (")
    assert lines[1].startswith("At a cut-off of 0.5 the decision depends on the reading in 1 of 6 cases, ")
    assert "1 are above it by one alone, 0 by two alone" in lines[1]
    assert lines[2] == (
        "6 of 8 rows are compared, of 5 subjects; 1 case of one and 1 of two have no partner; 1 in both lack a number."
    )
    assert lines[3].startswith("Caution: 17 % of the numbers are exactly equal")
    assert lines[-1] == HONEST


def test_a_bias_below_zero_is_said_with_its_own_interval():
    found = agreement_of(readings([1.0, 2.0, 3.2], [1.5, 2.6, 3.9]))
    low, high = found.bland_altman.bias.low, found.bland_altman.bias.high
    said = answer(found, "width", ("one", "two"), 2)
    assert said.startswith(f"width of one is lower than that of two by 0.60 (95 % interval {-high:.2f} to {-low:.2f})")


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        ([], [], "cannot be compared: no case has a number from every method"),
        ([1.0, 2.0], [1.0, 2.5], "no limits of agreement (fewer than 3 subjects)"),
        ([1.0, 2.0, 3.0], [0.5, 1.5, 2.5], "no interval: the differences are all equal"),
    ],
)
def test_degenerate_readings_get_a_reason(first, second, words):
    assert words in answer(agreement_of(readings(first, second)), "CTR", ("one", "two"), 3)


def test_no_bias_is_neither_higher_nor_lower():
    said = answer(agreement_of(readings([1.0, 2.0, 3.0], [1.1, 2.0, 2.9])), "CTR", ("one", "two"), 2)
    assert said.startswith("CTR of one is the same as that of two on average, to 2 decimals (95 % interval of the diff")


def test_equal_differences_promise_no_limits_of_new_cases():
    said = answer(agreement_of(readings([1.0, 2.0, 3.0], [0.5, 1.5, 2.5])), "CTR", ("one", "two"), 2)
    assert "are expected to differ" not in said
    assert said.endswith("no limits of agreement (the differences are all equal).")


def test_where_subjects_have_several_cases_the_test_is_named_as_it_is():
    first, second = [0.4, 0.6, 0.7, 0.4, 0.3, 0.2], [0.6, 0.4, 0.8, 0.6, 0.2, 0.1]
    found = agreement_of(readings(first, second, subjects=[1, 1, 2, 2, 3, 3]), cut_offs=[0.5])
    assert "exact sign test of the subjects, McNemar's, of the direction" in flips_sentence(
        found.flips[0], 6, ("a", "b")
    )
    alone = agreement_of(readings(first, second), cut_offs=[0.5])
    assert "exact McNemar test, of the direction" in flips_sentence(alone.flips[0], 6, ("a", "b"))


def test_no_flip_has_no_test():
    found = agreement_of(readings([0.4, 0.6, 0.7], [0.4, 0.6, 0.8]), cut_offs=[0.5])
    assert "McNemar" not in flips_sentence(found.flips[0], 3, ("one", "two"))
