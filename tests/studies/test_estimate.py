from __future__ import annotations

import math

import pytest

from medunet.studies.estimate import BEYOND, Asked, Estimate, Method

MEAN = Method("mean", "nobody")
ASKED = Asked(MEAN, 0.95, 20, 10)


def test_a_number_with_an_interval_needs_no_reason():
    assert ASKED.answer(1, 0, 2) == Estimate(1.0, 0.0, 2.0, 0.95, 20, 10, MEAN)


def test_a_hole_has_its_reason():
    assert ASKED.nothing("no rows").reason == "no rows"
    assert ASKED.bare(1, "too few") == Estimate(1.0, None, None, 0.95, 20, 10, MEAN, "too few")


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_what_overflowed_becomes_a_reason(bad):
    assert ASKED.answer(bad, 0, 1).value is None
    assert ASKED.answer(1, bad, 2) == ASKED.bare(1, BEYOND)
    assert ASKED.bare(bad, "too few").reason == BEYOND


@pytest.mark.parametrize(
    ("numbers", "reason", "words"),
    [
        ((math.nan, None, None), "why", "finite"),
        ((1.0, 0.0, None), "why", "two limits"),
        ((None, 0.0, 1.0), "why", "two limits"),
        ((1.0, 2.0, 1.0), "", "in order"),
        ((None, None, None), "", "a reason stands"),
        ((1.0, None, None), "", "a reason stands"),
        ((1.0, 0.0, 2.0), "why", "a reason stands"),
    ],
)
def test_an_invalid_estimate_cannot_be_built(numbers, reason, words):
    with pytest.raises(ValueError, match=words):
        Estimate(*numbers, 0.95, 1, 1, MEAN, reason)


@pytest.mark.parametrize("level", [0, 1, 95, math.nan])
def test_a_level_is_a_share(level):
    with pytest.raises(ValueError, match="between 0 and 1"):
        Asked(MEAN, level, 1, 1).answer(1, 0, 2)


def test_an_estimate_as_plain_values():
    one = Asked(Method("mean", "Student 1908"), 0.95, 12, 10)
    assert one.answer(0.5, 0.4, 0.6).to_dict() == {
        "value": 0.5, "low": 0.4, "high": 0.6, "level": 0.95, "rows": 12, "subjects": 10,
        "method": "mean", "source": "Student 1908", "reason": "",
    }  # fmt: skip
    assert one.nothing("no case").to_dict()["reason"] == "no case"
