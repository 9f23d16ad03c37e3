from __future__ import annotations

import numpy as np
import pytest

from medunet.studies import readings, wilson
from medunet.studies.agreement_equal import exactly_equal


def test_the_share_of_equal_numbers_with_wilsons_interval():
    first = np.array([0.5, 0.51, 0.52, 0.1 + 0.2])
    found = exactly_equal(readings(first, [0.5, 0.51, 0.53, 0.3]))
    assert found.value == 0.75  # .1 + .2 and .3 differ in the last digit of floating point alone
    assert (found.low, found.high) == pytest.approx(wilson(0.75, 4))


def test_subjects_are_the_units():
    first, second = np.arange(12.0), np.arange(12.0) + np.repeat([0, 1, 0, 1], 3)
    alone = exactly_equal(readings(first, second))
    together = exactly_equal(readings(first, second, subjects=np.repeat(list("abcd"), 3)))
    assert alone.value == together.value == 0.5
    assert together.high - together.low > alone.high - alone.low


def test_nothing_to_count():
    assert exactly_equal(readings([np.nan], [1.0])).reason == "there are no cases with both numbers"
