from __future__ import annotations

import math
import tracemalloc

import hypothesis.extra.numpy as hnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from medunet.errors import InputError
from medunet.scoring.counts import Counts
from medunet.scoring.metrics import METRICS
from medunet.scoring.roc import RocCounts, auc
from medunet.scoring.roc_bins import BINS

# System b: 2,112 test films of 256 x 256 (facts/five-systems.md).
SYSTEM_B = Counts(tp=34_032_686, fp=877_213, fn=618_257, tn=102_883_876)
ROUNDING = 1e-12

some = settings(deadline=None, max_examples=60)
probabilities = hnp.arrays(
    np.float32,
    st.integers(2, 60),
    elements=st.one_of(st.floats(0, 1, width=32), st.sampled_from([0.0, 1e-30, 0.25, 0.5, 1 - 2.0**-24, 1.0])),
)


@st.composite
def films(draw):
    """A mask and probabilities, pixels of both kinds."""
    values = draw(probabilities)
    inside = draw(hnp.arrays(bool, values.shape).filter(lambda mask: mask.any() and not mask.all()))
    return inside, values


def counts_at(**pixels):
    """Counts with so many pixels in the bins of 0 and of 1."""
    inside, outside = np.zeros(BINS, np.int64), np.zeros(BINS, np.int64)
    inside[[0, -1]] = pixels["fn"], pixels["tp"]
    outside[[0, -1]] = pixels["tn"], pixels["fp"]
    return RocCounts(inside, outside)


def overlapping(seed, shape, shift=2.0, dtype=np.float32, spread=6.0):
    """A blurred structure and its mask: probabilities near 0 and 1, and some in between."""
    random = np.random.default_rng(seed)
    inside = random.random(shape) < 0.3
    logits = random.normal(0, spread, shape) + np.where(inside, 2 * shift, -2 * shift)
    return inside, (1 / (1 + np.exp(-logits))).astype(dtype)


@some
@given(films())
def test_it_agrees_with_a_walk_over_all_pairs_within_the_stated_bound(film):
    inside, values = film
    above = values[inside][:, None] > values[~inside][None]
    tied = values[inside][:, None] == values[~inside][None]
    counts = RocCounts.of(inside, values)
    assert abs(auc(counts) - (above.mean() + tied.mean() / 2)) <= counts.bound + ROUNDING


@pytest.mark.parametrize("shift", [0.0, 0.5, 2.0])
def test_it_agrees_with_scikit_learn(shift):
    inside, values = overlapping(3, (600, 700), shift)
    counts = RocCounts.of(inside, values)
    error = abs(auc(counts) - roc_auc_score(inside.ravel(), values.ravel()))
    assert error <= counts.bound + ROUNDING
    assert error < 1e-6
    assert counts.bound < 1e-4


def test_it_agrees_with_scikit_learn_where_probabilities_are_nearly_certain():
    """Many pixels within a rounding error of 0 or 1: a plain histogram of 65,536 equal bins takes them for equal."""
    inside, values = overlapping(4, (500, 500), 4.0, spread=8.0)
    plain = RocCounts.of(inside, (np.floor(values * 65535) / 65535).astype(np.float32))
    counts = RocCounts.of(inside, values)
    wanted = roc_auc_score(inside.ravel(), values.ravel())
    assert abs(auc(counts) - wanted) <= counts.bound + ROUNDING < 1e-5
    assert abs(auc(plain) - wanted) > 1e-4


def test_probabilities_that_vary_little_have_a_bound_that_says_so():
    """An untrained network: all near .1. The bound is no ornament: here bins are shared, and it still holds."""
    inside, values = overlapping(5, (300, 300), 1.0)
    values = (0.1 + values / 100).astype(np.float32)
    counts = RocCounts.of(inside, values)
    assert abs(auc(counts) - roc_auc_score(inside.ravel(), values.ravel())) <= counts.bound
    assert 0.001 < counts.bound < 0.05


def test_the_bound_is_reached_where_all_of_one_bin_lie_above_all_others_in_it():
    values = np.float32([0.30001, 0.30002])
    counts = RocCounts.of(np.array([False, True]), values)
    assert (auc(counts), counts.bound) == (0.5, 0.5)
    assert roc_auc_score([False, True], values) == 1


@pytest.mark.parametrize("shift", [0.0, 1.0, 5.0])
def test_float16_has_no_error_at_all(shift):
    """Its eleven bits never share a bin with another value."""
    inside, values = overlapping(6, (300, 300), shift, np.float16)
    assert auc(RocCounts.of(inside, values)) == pytest.approx(
        roc_auc_score(inside.ravel(), values.ravel().astype(np.float64)), abs=ROUNDING
    )


@some
@given(films())
def test_exchanging_inside_and_outside_gives_the_rest_to_1(film):
    inside, values = film
    one, other = RocCounts.of(inside, values), RocCounts.of(~inside, values)
    assert auc(one) + auc(other) == pytest.approx(1, abs=ROUNDING)
    assert one.bound == other.bound


@pytest.mark.parametrize("transform", [np.sqrt, lambda p: p / 4, lambda p: p**2, lambda p: p / (p + 9 * (1 - p))])
def test_a_monotone_transform_changes_nothing_beyond_the_bounds(transform):
    """Seven-bit probabilities stay apart under each of these; the AUC of the ranks is the same."""
    random = np.random.default_rng(7)
    values = (random.integers(1, 128, 5000) / 128).astype(np.float32)
    inside = random.random(5000) < values
    before, after = RocCounts.of(inside, values), RocCounts.of(inside, transform(values).astype(np.float32))
    assert auc(after) == pytest.approx(auc(before), abs=ROUNDING)


@some
@given(films(), st.integers(0, 60))
def test_two_halves_add_up_to_the_whole_in_any_order(film, cut):
    inside, values = film
    first, second = RocCounts.of(inside[:cut], values[:cut]), RocCounts.of(inside[cut:], values[cut:])
    whole = RocCounts.of(inside, values)
    for parts in (first + second, second + first):
        assert (parts.inside == whole.inside).all()
        assert (parts.outside == whole.outside).all()


def test_the_order_of_pixels_and_their_shape_do_not_matter():
    inside, values = overlapping(8, (50, 40))
    order = np.random.default_rng(0).permutation(2000)
    shuffled = RocCounts.of(inside.ravel()[order], values.ravel()[order])
    assert auc(shuffled) == auc(RocCounts.of(inside, values)) == auc(RocCounts.of(inside.T, values.T))


def test_more_pixels_than_are_counted_at_a_time():
    inside, values = overlapping(9, (3, 700_001))
    assert auc(RocCounts.of(inside, values)) == pytest.approx(roc_auc_score(inside.ravel(), values.ravel()), abs=1e-6)


def test_known_answers_by_hand():
    assert auc(RocCounts.of(np.array([1, 1, 0, 0], bool), np.float32([1, 0.9, 0.1, 0]))) == 1
    assert auc(RocCounts.of(np.array([1, 1, 0, 0], bool), np.float32([0.2, 0.9, 0.4, 0.1]))) == 0.75
    assert auc(RocCounts.of(np.array([1, 0, 1, 0], bool), np.float32([0.3] * 4))) == 0.5


def test_exactly_0_and_1_are_true_ties_without_any_doubt():
    counts = RocCounts.of(np.array([1, 1, 0, 0, 0], bool), np.float32([1, 0, 1, 0, -0.0]))
    assert auc(counts) == pytest.approx((1 / 2 + 1 + 1 + 0 + 1 / 2 + 1 / 2) / 6)
    assert counts.bound == 0
    assert counts.is_mask


def test_system_b_s_published_auc_is_that_of_a_mask():
    """Its AUC .986852 is (recall + specificity) / 2: that of one threshold, taken from its thresholded masks."""
    mask = counts_at(tp=SYSTEM_B.tp, fp=SYSTEM_B.fp, fn=SYSTEM_B.fn, tn=SYSTEM_B.tn)
    assert round(auc(mask), 6) == 0.986852
    assert auc(mask) == pytest.approx((METRICS["recall"](SYSTEM_B) + METRICS["specificity"](SYSTEM_B)) / 2, abs=1e-12)
    assert mask.is_mask


@pytest.mark.parametrize("dtype", [bool, np.uint8, np.int64])
def test_a_mask_is_refused_with_the_reason(dtype):
    inside = np.array([True, False])
    with pytest.raises(InputError, match=r"film: is given as .*\(recall \+ specificity\) / 2, is no AUC"):
        RocCounts.of(inside, inside.astype(dtype), where="film")


def test_without_pixels_of_both_kinds_there_is_none():
    values = np.float32([0.1, 0.7])
    for inside in (np.ones(2, bool), np.zeros(2, bool)):
        counts = RocCounts.of(inside, values)
        assert math.isnan(auc(counts))
        assert math.isnan(counts.bound)
    assert not RocCounts.of(np.zeros(2, bool), np.zeros(2, np.float32)).is_mask


@pytest.mark.parametrize(
    ("value", "words"), [(np.nan, "holds NaN"), (np.inf, "0 to inf"), (1.1, "from 0 to 1.1"), (-3, "from -3 to 0")]
)
def test_what_is_no_probability_is_refused(value, words):
    with pytest.raises(InputError, match=rf"film: holds .*{words.removeprefix('holds ')} where probabilities"):
        RocCounts.of(np.array([True, False]), np.float32([0, value]), where="film")


def test_what_interpolation_leaves_outside_counts_as_0_or_1():
    counts = RocCounts.of(np.array([True, False]), np.float32([1 + 1e-6, -1e-7]))
    assert (counts.inside[-1], counts.outside[0]) == (1, 1)


@pytest.mark.parametrize(
    ("inside", "values", "words"),
    [
        (np.zeros(2, np.uint8), np.zeros(2, np.float32), "bool mask"),
        (np.zeros(2, bool), np.zeros(2), "float16 or float32 are needed, got bool and float64"),
        (np.zeros(2, bool), np.zeros((1, 2), np.float32), "differ in shape"),
    ],
)
def test_other_arrays_are_refused(inside, values, words):
    with pytest.raises(ValueError, match=words):
        RocCounts.of(inside, values)


@pytest.mark.parametrize("bad", [np.zeros(3, np.int64), np.zeros(BINS), np.full(BINS, -1)])
def test_counts_are_valid_or_not_there(bad):
    with pytest.raises(ValueError, match="0 or more"):
        RocCounts(np.zeros(BINS, np.int64), bad)


def test_memory_does_not_grow_with_the_number_of_cases():
    inside, values = overlapping(10, (64, 64))

    def peak(cases):
        tracemalloc.start()
        total = RocCounts.of(inside, values)
        for _ in range(cases - 1):
            total += RocCounts.of(inside, values)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    peak(1)
    few, many = peak(3), peak(60)
    assert many < 1.01 * few
    assert many < 40e6
