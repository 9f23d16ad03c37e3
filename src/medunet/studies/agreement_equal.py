"""How often two methods give exactly the same number: a sign that one of them kept the other's."""

from __future__ import annotations

import numpy as np

from medunet.studies.agreement_readings import Readings
from medunet.studies.estimate import LEVEL, Estimate
from medunet.studies.proportions import proportion

EQUAL_CAVEAT = (
    "Two readings made apart hardly ever agree in every digit. A large share of equal numbers says that one was made "
    "from the other and kept as it was; agreement is then better than that of readers who begin anew."
)


def exactly_equal(readings: Readings, level: float = LEVEL) -> Estimate:
    """The share of cases in which both methods give the same number, but for the last digits of floating point.

    Raises:
        ValueError: the readings are not of two methods.
    """
    same = np.abs(readings.difference) <= readings.rounding
    case = np.arange(readings.cases)
    return proportion(same, readings.subject.astype(np.int64), of="cases with both numbers", kind=case, level=level)
