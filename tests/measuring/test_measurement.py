from __future__ import annotations

import math

import pytest

from medunet.measuring.measurement import Measurement


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"value": None}, "None exactly when the status is missing"),
        ({"value": 0.5, "status": "missing", "reason": "x"}, "None exactly when the status is missing"),
        ({"value": math.nan}, "finite number"),
        ({"value": 0.5, "status": "flagged"}, "needs a reason"),
        ({"value": 0.5, "low": 0.4}, "given together"),
        ({"value": None, "status": "missing", "reason": "x", "verdict": "normal"}, "no verdict without a value"),
    ],
)
def test_a_measurement_cannot_contradict_itself(fields, text):
    with pytest.raises(ValueError, match=text):
        Measurement("ctr", "", unit="ratio", **fields)
