from __future__ import annotations

import pytest

from medunet.studies import Estimate, Method
from medunet.workflows.study_words import digits_for, estimate_row

MADE = Method("a method", "a source")
BARE = Estimate(0.784, None, None, 0.95, 50, 9, MADE, "9 subjects")
NONE = Estimate(None, None, None, 0.95, 0, 0, MADE, "no rows")


@pytest.mark.parametrize(("sd", "digits"), [(0.05, 3), (0.012, 3), (0.5, 2), (3.2, 1), (15, 0), (1e-9, 6), (None, 3)])
def test_two_digits_of_the_spread_are_shown(sd, digits):
    assert digits_for(sd) == digits


def test_a_row_of_a_table_holds_the_reason_in_the_place_of_the_interval():
    assert estimate_row("AUC", BARE) == ("AUC", "0.784", "9 subjects", 50, 9)
    assert estimate_row("AUC", NONE)[1].reason == "none"
