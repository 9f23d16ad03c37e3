from __future__ import annotations

import pytest

from medunet.reports.numbers_in_text import in_words, interval, number, p_text, p_words, percent, signed
from medunet.studies import Estimate, Method

MADE = Method("a method", "a source")
WHOLE = Estimate(0.784, 0.71, 0.832, 0.95, 50, 40, MADE)
BARE = Estimate(0.784, None, None, 0.95, 50, 9, MADE, "9 subjects")
NONE = Estimate(None, None, None, 0.95, 0, 0, MADE, "no rows")


def plain(text):
    return text.replace("\N{NO-BREAK SPACE}", " ")


def test_estimates_in_words_and_the_reason_where_something_is_missing():
    assert plain(in_words(WHOLE)) == "0.78, 95 % interval 0.71 to 0.83"
    assert in_words(BARE) == "0.78, no interval: 9 subjects"
    assert in_words(NONE) == "no number: no rows"
    assert plain(percent(WHOLE)) == "78 % (71 to 83 %)"
    assert plain(percent(BARE)) == "78 % (no interval: 9 subjects)"
    assert percent(NONE) == "no number (no rows)"
    assert (plain(interval(WHOLE)), interval(BARE), interval(NONE)) == ("0.710 to 0.832", "9 subjects", "no rows")


def test_no_line_breaks_within_an_interval():
    assert " " not in interval(WHOLE)


def test_numbers_have_a_true_minus_and_no_negative_zero():
    assert (number(-0.5), number(-0.0001), number(2, 0)) == ("−0.500", "0.000", "2")
    assert (signed(0.5, 1), signed(-0.5, 1), signed(0, 1), signed(-0.0001)) == ("+0.5", "−0.5", "0.0", "0.000")


@pytest.mark.parametrize(
    ("p", "text"), [(None, "–"), (1e-9, "< 0.001"), (0.0012, "0.001"), (0.2, "0.200"), (1.0, "> 0.99")]
)
def test_p_values_as_journals_print_them(p, text):
    assert plain(p_text(p)) == text


@pytest.mark.parametrize(("p", "words"), [(1e-9, "p < 0.001"), (0.0344, "p = 0.034"), (1.0, "p > 0.99")])
def test_p_values_in_a_sentence(p, words):
    assert plain(p_words(p)) == words
