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
