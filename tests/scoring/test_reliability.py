from __future__ import annotations

import hypothesis.extra.numpy as hnp
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss
from torchmetrics.functional.classification import binary_calibration_error

from medunet.scoring.reliability import (
    CALIBRATION_METRICS,
    MARGIN,
    RELIABILITY_BINS,
    Reliability,
    brier,
    ece,
    ece_by_chance,
    mce,
    mce_by_chance,
    region_of,
)

ROUNDING = 1e-12
some = settings(deadline=None, max_examples=60)
EDGES = [k / RELIABILITY_BINS for k in range(RELIABILITY_BINS + 1)]
probabilities = hnp.arrays(
    np.float32,
    st.integers(1, 80),
    elements=st.one_of(st.floats(0, 1, width=32), st.sampled_from([float(np.float32(edge)) for edge in EDGES])),
)


@st.composite
def films(draw):
    """A mask and probabilities of its pixels."""
    values = draw(probabilities)
    return draw(hnp.arrays(bool, values.shape)), values


def stated(seed, shape, scale=1.0):
    """Pixels whose true logit is known and is stated `scale` times as large."""
    random = np.random.default_rng(seed)
    logits = random.normal(0, 3, shape)
    inside = random.random(shape) < 1 / (1 + np.exp(-logits))
    return inside, (1 / (1 + np.exp(-scale * logits))).astype(np.float32)


def by_definition(inside, values):
    """ECE and MCE pixel by pixel and bin by bin, in plain Python; edges as fractions, so that none is rounded."""
    from fractions import Fraction

    gaps = []
    for k in range(RELIABILITY_BINS):
        low, high = Fraction(k, RELIABILITY_BINS), Fraction(k + 1, RELIABILITY_BINS)
        members = [i for i, p in enumerate(values) if low < Fraction(float(p)) <= high or (k == 0 and p == 0)]
        if members:
            gap = abs(sum(float(values[i]) - float(inside[i]) for i in members)) / len(members)
            gaps.append((len(members), gap))
    return sum(n * gap for n, gap in gaps) / len(values), max(gap for _, gap in gaps)


@some
@given(films())
def test_it_agrees_with_the_definition_pixel_by_pixel(film):
    sums = Reliability.of(*film).sums
    wanted = by_definition(*film)
    assert float(ece(sums)) == pytest.approx(wanted[0], abs=ROUNDING)
    assert float(mce(sums)) == pytest.approx(wanted[1], abs=ROUNDING)
    assert float(brier(sums)) == pytest.approx(np.mean((film[1].astype(float) - film[0]) ** 2), abs=ROUNDING)


@pytest.mark.parametrize("scale", [1.0, 2.5])
def test_the_curve_and_the_score_are_those_of_scikit_learn(scale):
    inside, values = stated(1, (300, 200), scale)
    found = Reliability.of(inside, values)
    observed, mean = calibration_curve(inside.ravel(), values.ravel().astype(float), n_bins=RELIABILITY_BINS)
    assert found.observed == pytest.approx(observed, abs=ROUNDING)
    assert found.mean_probability == pytest.approx(mean, abs=ROUNDING)
    wanted = brier_score_loss(inside.ravel(), values.ravel().astype(float))
    assert float(brier(found.sums)) == pytest.approx(wanted, abs=ROUNDING)


@pytest.mark.parametrize("norm", ["l1", "max"])
def test_the_figures_are_those_of_torchmetrics(norm):
    """Its `binary` form sorts the probability of the positive class as here; its sums are float32, hence 1e-4."""
    inside, values = stated(2, 60_000, 2.0)
    theirs = binary_calibration_error(torch.from_numpy(values), torch.from_numpy(inside.astype(int)),
                                      n_bins=RELIABILITY_BINS, norm=norm)  # fmt: skip
    ours = (ece if norm == "l1" else mce)(Reliability.of(inside, values).sums)
    assert float(ours) == pytest.approx(float(theirs), abs=1e-4)


def test_calibrated_probabilities_have_an_error_near_0_and_exaggerated_ones_have_not():
    good, sure = (float(ece(Reliability.of(*stated(3, 10**6, scale)).sums)) for scale in (1.0, 3.0))
    assert good < 0.002  # by chance alone: the standard deviation of a share of 10^6 / 15 pixels is .002 at most
    assert sure > 0.04


def test_a_choice_of_pixels_by_their_own_label_makes_good_probabilities_look_bad():
    """Why a box is counted, and not where reference or prediction is inside: of the low ones those alone that are."""
    inside, values = stated(4, 10**6)
    chosen = inside | (values > 0.5)
    assert float(ece(Reliability.of(inside[chosen], values[chosen]).sums)) > 0.05
    blocks = np.arange(10**6) % 3 == 0  # a choice that does not look at the label
    assert float(ece(Reliability.of(inside[blocks], values[blocks]).sums)) < 0.004


@some
@given(films(), st.integers(0, 80))
def test_parts_add_up_to_the_whole(film, cut):
    inside, values = film
    both = Reliability.of(inside[:cut], values[:cut]) + Reliability.of(inside[cut:], values[cut:])
    assert both.sums == pytest.approx(Reliability.of(inside, values).sums, abs=ROUNDING)


def test_more_pixels_than_are_counted_at_a_time():
    inside, values = stated(5, (3, 500_001))
    found = Reliability.of(inside, values)
    assert found.pixels.sum() == values.size
    assert found.inside.sum() == inside.sum()


def test_figures_of_many_sums_are_those_of_each():
    each = [Reliability.of(*stated(seed, 500, 1.5)).sums for seed in range(4)]
    for figure in CALIBRATION_METRICS.values():
        assert figure(np.stack(each)) == pytest.approx([float(figure(one)) for one in each])


def test_what_chance_alone_shows_is_the_figure_of_the_gaps_that_are_new():
    """Sums of calibrated bins have none of their own: there it is the figure itself; of the same sums it is 0."""
    calibrated = np.stack([[100.0] * 15, np.arange(15) * 6.0, np.arange(15) * 6.0, [1.0] * 15])
    drawn = np.stack([Reliability.of(*stated(seed, 500, 1.5)).sums for seed in range(3)])
    for figure, by_chance in ((ece, ece_by_chance), (mce, mce_by_chance)):
        assert by_chance(drawn, calibrated) == pytest.approx(figure(drawn))
        assert by_chance(drawn, drawn[0])[0] == 0
        assert (by_chance(drawn, drawn[0])[1:] > 0).all()


def test_without_pixels_there_is_no_figure():
    nothing = Reliability.nothing()
    assert all(np.isnan(figure(nothing.sums)) for figure in CALIBRATION_METRICS.values())
    assert np.isnan(nothing.observed).all()
    assert np.isnan(nothing.mean_probability).all()


def test_known_answers_by_hand():
    found = Reliability.of(np.array([True, False, True, True]), np.float32([0.5, 0.5, 1, 0]))
    assert float(ece(found.sums)) == pytest.approx((0 + 0 + 0 + 1) / 4)
    assert float(mce(found.sums)) == 1
    assert float(brier(found.sums)) == pytest.approx((0.25 + 0.25 + 0 + 1) / 4)
    assert (found.pixels[0], found.pixels[7], found.pixels[-1]) == (1, 2, 1)


def test_a_mask_is_told_from_probabilities():
    flags = np.array([True, False])
    assert Reliability.of(flags, np.float32([1, 0])).is_mask
    assert not Reliability.of(flags, np.float32([1, 1e-6])).is_mask
    assert not Reliability.of(flags, np.float32([0.999999, 0])).is_mask
    assert not Reliability.of(flags, np.float32([0.5, 0])).is_mask


def test_what_interpolation_leaves_outside_counts_as_0_or_1():
    found = Reliability.of(np.array([True, False]), np.float32([1 + 1e-6, -1e-7]))
    assert float(ece(found.sums)) == 0


def test_the_box_holds_all_masks_and_a_margin_inside_the_image():
    one, other = np.zeros((100, 40), bool), np.zeros((100, 40), bool)
    one[30:40, 10:12], other[35, 30] = True, True
    margin = round(MARGIN * 100), round(MARGIN * 40)
    box = region_of(one, other)
    assert box == (slice(30 - margin[0], 40 + margin[0]), slice(10 - margin[1], 31 + margin[1]))
    one[0, 0] = True
    assert region_of(one)[0].start == 0
    assert region_of(np.zeros((3, 3), bool), np.zeros((3, 3), bool)) is None
    assert len(region_of(np.ones((2, 3, 4), bool))) == 3


def test_other_arrays_are_refused():
    with pytest.raises(ValueError, match="differ in shape"):
        Reliability.of(np.zeros(2, bool), np.zeros((1, 2), np.float32))
    with pytest.raises(ValueError, match="sums are float64"):
        Reliability(np.zeros((4, 3)))
