import hypothesis.extra.numpy as hnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medunet.scoring.counts import Counts

pairs = hnp.arrays(bool, st.tuples(st.just(2), st.integers(1, 7), st.integers(1, 7)))


def test_from_masks_by_hand():
    reference = np.array([[1, 1, 0], [1, 0, 0]], bool)
    prediction = np.array([[1, 0, 1], [0, 0, 0]], bool)
    assert Counts.from_masks(reference, prediction) == Counts(tp=1, fp=1, fn=2, tn=2)


@given(pairs)
@settings(deadline=None)
def test_from_masks_agrees_with_a_walk_over_the_pixels(masks):
    reference, prediction = masks
    found = {"tp": 0, "fp": 0, "fn": 0, "tn": 0}
    for truth, guess in zip(reference.ravel(), prediction.ravel(), strict=True):
        found[("t" if truth == guess else "f") + ("p" if guess else "n")] += 1
    assert Counts.from_masks(reference, prediction) == Counts(**found)


@given(pairs, st.integers(0, 7))
@settings(deadline=None)
def test_counts_of_two_parts_add_up_to_the_whole(masks, cut):
    reference, prediction = masks
    parts = Counts.from_masks(reference[:cut], prediction[:cut]) + Counts.from_masks(reference[cut:], prediction[cut:])
    assert parts == Counts.from_masks(reference, prediction)


@given(pairs)
@settings(deadline=None)
def test_exchanged_counts_are_those_of_the_background(masks):
    reference, prediction = masks
    assert Counts.from_masks(~reference, ~prediction) == Counts.from_masks(reference, prediction).exchanged


def test_sizes_in_reference_and_prediction():
    counts = Counts(tp=5, fp=2, fn=3, tn=90)
    assert (counts.in_reference, counts.in_prediction) == (8, 7)


def test_a_count_is_not_negative():
    with pytest.raises(ValueError, match="0 or more"):
        Counts(1, -1, 0, 0)


@pytest.mark.parametrize("other", [np.zeros((2, 2), bool), np.zeros((2, 3), np.uint8)])
def test_masks_are_bool_and_of_one_shape(other):
    with pytest.raises(ValueError, match="two bool masks of one shape"):
        Counts.from_masks(np.zeros((2, 3), bool), other)
