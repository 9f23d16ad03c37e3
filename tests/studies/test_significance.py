from __future__ import annotations

import math

import pytest

from medunet.studies.estimate import Method
from medunet.studies.significance import ROWS, HypothesisTest

WELCH = Method("t", "Welch 1947")


def test_a_test_has_a_statistic_or_a_reason():
    assert HypothesisTest(2.0, 0.04, ROWS, 30, 30, WELCH).reason == ""
    assert HypothesisTest(None, None, ROWS, 30, 30, WELCH, "one group").p_value is None


@pytest.mark.parametrize(
    ("statistic", "p_value", "reason"), [(None, None, ""), (1.0, None, ""), (1.0, 0.3, "why"), (math.nan, 0.3, "")]
)
def test_an_invalid_one_cannot_be_built(statistic, p_value, reason):
    with pytest.raises(ValueError, match=r"finite|reason"):
        HypothesisTest(statistic, p_value, ROWS, 30, 30, WELCH, reason)


def test_a_test_as_plain_values_holds_all_of_it():
    one = HypothesisTest(2.5, 0.01, "rows", 30, 20, Method("a test", "a paper 1950"))
    assert one.to_dict() == {
        "statistic": 2.5,
        "p_value": 0.01,
        "units": "rows",
        "rows": 30,
        "subjects": 20,
        "method": "a test",
        "source": "a paper 1950",
        "reason": "",
    }
