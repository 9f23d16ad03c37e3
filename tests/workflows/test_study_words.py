from __future__ import annotations

import pytest

from medunet.studies import Estimate, Method
from medunet.workflows.study_words import digits_for, estimate_row, in_words, interval, number, p_text, percent

MADE = Method("a method", "a source")
WHOLE = Estimate(0.784, 0.71, 0.832, 0.95, 50, 40, MADE)
BARE = Estimate(0.784, None, None, 0.95, 50, 9, MADE, "9 subjects")
NONE = Estimate(None, None, None, 0.95, 0, 0, MADE, "no rows")


def plain(text):
    return text.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(("sd", "digits"), [(0.05, 3), (0.012, 3), (0.5, 2), (3.2, 1), (15, 0), (1e-9, 6), (None, 3)])
def test_two_digits_of_the_spread_are_shown(sd, digits):
    assert digits_for(sd) == digits


def test_estimates_in_words_and_the_reason_where_something_is_missing():
    assert plain(in_words(WHOLE)) == "0.78, 95 % interval 0.71 to 0.83"
    assert in_words(BARE) == "0.78, no interval: 9 subjects"
    assert in_words(NONE) == "no number: no rows"
    assert plain(percent(WHOLE)) == "78 % (71 to 83 %)"
    assert plain(percent(BARE)) == "78 % (no interval: 9 subjects)"
    assert percent(NONE) == "no number (no rows)"
    assert (plain(interval(WHOLE)), interval(BARE), interval(NONE)) == ("0.710 to 0.832", "9 subjects", "no rows")


def test_a_row_of_a_table_holds_the_reason_in_the_place_of_the_interval():
    assert [cell if isinstance(cell, int) else plain(str(cell)) for cell in estimate_row("AUC", BARE)] == [
        "AUC", "0.784", "9 subjects", 50, 9,
    ]  # fmt: skip
    assert estimate_row("AUC", NONE)[1].reason == "none"


def test_numbers_have_a_true_minus_and_no_negative_zero():
    assert (number(-0.5), number(-0.0001), number(2, 0)) == ("−0.500", "0.000", "2")


@pytest.mark.parametrize(
    ("p", "text"), [(None, "–"), (1e-9, "< 0.001"), (0.0012, "0.001"), (0.2, "0.200"), (1.0, "> 0.99")]
)
def test_p_values_as_journals_print_them(p, text):
    assert plain(p_text(p)) == text
