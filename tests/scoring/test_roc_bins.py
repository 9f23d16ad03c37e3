from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medunet.scoring.roc_bins import BINS, bins_of, holds_one_value, thresholds

probabilities = st.floats(0, 1, width=32)


def bin_of(value):
    return int(bins_of(np.array([value], np.float32))[0])


@given(probabilities, probabilities)
def test_order_is_kept(one, other):
    low, high = sorted((one, other))
    assert 0 <= bin_of(low) <= bin_of(high) < BINS


def test_nought_and_one_have_bins_of_their_own():
    smallest, largest = np.nextafter(np.float32(0), np.float32(1)), np.nextafter(np.float32(1), np.float32(0))
    assert (bin_of(0), bin_of(1)) == (0, BINS - 1)
    assert 0 < bin_of(smallest) < bin_of(largest) < BINS - 1


def test_one_half_begins_a_bin():
    assert bin_of(0.5) == bin_of(np.nextafter(np.float32(0.5), np.float32(0))) + 1
    assert thresholds()[bin_of(0.5)] == 0.5


@given(probabilities.filter(lambda p: 1e-37 < p < 1))
def test_a_bin_is_narrow_on_the_scale_of_the_odds(value):
    """Near 0 a bin is a 2048th of p wide at most, near 1 a 2048th of 1 − p, or a single float32."""
    index = bin_of(value)
    lowest, following = thresholds()[index], thresholds()[index + 1]
    assert lowest <= value < following
    assert following - lowest <= max(min(value, 1 - value) / 2048 * 1.001, 2.0**-24)


@given(probabilities)
def test_reaching_a_threshold_is_being_in_its_bin_or_above(value):
    index = bin_of(value)
    for other in {max(index - 1, 0), index, min(index + 1, BINS - 1)}:
        assert (value >= thresholds()[other]) == (index >= other) or thresholds()[other] == thresholds()[index]


def test_thresholds_are_float32_values_in_order():
    levels = thresholds()
    assert levels.shape == (BINS,)
    assert (levels.astype(np.float32) == levels).all()
    assert (np.diff(levels) >= 0).all()


def test_a_bin_that_is_said_to_hold_one_value_holds_one():
    """Every float32 from .5 to 1 is put into its bin; below .5 only 0 has a bin of its own."""
    every = (1 - np.arange(2**23 + 1) * 2.0**-24).astype(np.float32)
    held = np.bincount(bins_of(every), minlength=BINS)
    alone = holds_one_value()
    assert (held[alone] <= 1).all()
    assert (held[~alone] != 1).all()
    assert np.flatnonzero(alone[: bin_of(0.5)]).tolist() == [0]


@pytest.mark.parametrize("table", [thresholds, holds_one_value])
def test_the_tables_cannot_be_changed(table):
    with pytest.raises(ValueError, match="read-only"):
        table()[0] = 1
