from __future__ import annotations

import hypothesis.extra.numpy as hnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit, log_softmax, softmax

from medunet.prediction.temperature import (
    ALL_RIGHT,
    LEAST,
    MOST,
    NO_PIXELS,
    NOTHING_TOLD,
    Temperature,
    fit_temperature,
    log_shares,
    tempered,
)
from medunet.scoring.reliability import Reliability, ece

some = settings(deadline=None, max_examples=60)
logits = hnp.arrays(np.float32, (3, 12), elements=st.floats(-30, 30, width=32))


def drawn(seed, pixels, classes=3, spread=2.0):
    """Logits (classes, pixels) and true classes that follow them exactly."""
    random = np.random.default_rng(seed)
    values = random.normal(0, spread, (classes, pixels))
    chances = softmax(values, axis=0).cumsum(axis=0)
    return values, (random.random(pixels) > chances).sum(axis=0).clip(0, classes - 1)


def sample(seed, exaggerated, pixels=40_000):
    """A case whose network states its logits so many times too large."""
    values, truth = drawn(seed, pixels)
    return log_shares(softmax(exaggerated * values, axis=0).astype(np.float32), truth, exclusive=True)


@some
@given(logits, st.floats(LEAST, MOST))
def test_it_is_the_softmax_of_the_divided_logits(values, temperature):
    found = tempered(softmax(values, axis=0), temperature, exclusive=True)
    wanted = softmax(np.maximum(log_softmax(values.astype(float), axis=0), -87) / temperature, axis=0)
    assert found == pytest.approx(wanted, abs=2e-5)
    assert found.sum(axis=0) == pytest.approx(1, abs=1e-5)


@some
@given(hnp.arrays(np.float32, (2, 9), elements=st.floats(-8, 8, width=32)), st.floats(LEAST, MOST))
def test_it_is_the_sigmoid_of_the_divided_logit(values, temperature):
    """Up to 8: beyond, float32 no longer holds 1 − p well enough to divide its logarithm."""
    found = tempered(expit(values), temperature, exclusive=False)
    assert found == pytest.approx(expit(values.astype(float) / temperature), abs=3e-3)


@some
@given(logits, st.floats(LEAST, MOST))
def test_no_order_changes_so_no_mask_does(values, temperature):
    """A larger probability never becomes the smaller one; two of one rounding apart may become equal."""
    for exclusive, shares in ((True, softmax(values, axis=0)), (False, expit(values))):
        found = tempered(shares, temperature, exclusive=exclusive)
        ordered = np.take_along_axis(found, np.argsort(shares, axis=0, kind="stable"), axis=0)
        assert (np.diff(ordered, axis=0) >= -1e-6).all()
        if not exclusive:
            assert ((found > 0.5 + 1e-6) <= (shares > 0.5 - 1e-6)).all()


def test_1_changes_nothing_and_the_input_stays():
    shares = softmax(drawn(1, 50)[0], axis=0).astype(np.float32)
    before = shares.copy()
    assert tempered(shares, 1.0, exclusive=True) == pytest.approx(shares, abs=1e-6)
    assert (shares == before).all()


@pytest.mark.parametrize("exaggerated", [0.5, 1.0, 1.7, 4.0])
def test_the_exaggeration_is_recovered_within_3_percent(exaggerated):
    found = fit_temperature([sample(seed, exaggerated) for seed in range(5)])
    assert found.value == pytest.approx(exaggerated, rel=0.03)
    assert (found.cases, found.pixels) == (5, 200_000)
    assert found.nll_after <= found.nll_before
    if exaggerated != 1:
        assert found.nll_after < found.nll_before - 0.005


def test_other_pixels_are_better_calibrated_with_it():
    found = fit_temperature([sample(1, 3.0)])
    values, truth = drawn(2, 100_000)
    shares = softmax(3.0 * values, axis=0).astype(np.float32)
    errors = [
        float(ece(Reliability.of(truth == 1, one[1]).sums))
        for one in (shares, tempered(shares, found.value, exclusive=True))
    ]
    assert errors[0] > 0.1
    assert errors[1] < 0.005


def test_structures_that_stand_alone_are_fitted_together():
    random = np.random.default_rng(3)
    values = random.normal(0, 2, (2, 60_000))
    truth = np.where(random.random(60_000) < expit(values[0]), 1, 0)
    alone = (random.random(60_000) < expit(values[1])) & (truth == 0)
    shares = expit(2.0 * values).astype(np.float32)[:, :]
    logarithms, outcomes = log_shares(shares[:1], truth, exclusive=False)
    assert logarithms.shape == (60_000, 2)
    assert fit_temperature([(logarithms, outcomes)]).value == pytest.approx(2.0, rel=0.03)
    both = log_shares(shares, np.where(alone, 2, truth), exclusive=False)
    assert both[0].shape == (120_000, 2)
    assert both[1].sum() == (truth == 1).sum() + alone.sum()


def test_rows_hold_the_logarithm_of_each_share_and_the_place_of_the_true_one():
    shares = np.float32([[0.25, 1.0], [0.75, 0.0]])
    logarithms, outcomes = log_shares(shares, np.array([1, 0]), exclusive=True)
    assert np.exp(logarithms[0]) == pytest.approx([0.25, 0.75])
    assert np.isfinite(logarithms).all()
    assert outcomes.tolist() == [1, 0]
    alone, true = log_shares(shares[1:], np.array([1, 0]), exclusive=False)
    assert np.exp(alone) == pytest.approx(np.array([[0.25, 0.75], [1, 0]]), abs=1e-30)
    assert true.tolist() == [1, 0]


def test_the_same_pixels_give_the_same_number_and_copies_change_nothing():
    one = sample(4, 2.0, 5_000)
    assert fit_temperature([one]) == fit_temperature([one])
    assert fit_temperature([one, one]).value == pytest.approx(fit_temperature([one]).value, rel=1e-6)


def test_where_the_pixels_do_not_tell_it_there_is_a_reason():
    shares = softmax(drawn(5, 1000)[0], axis=0).astype(np.float32)
    right = log_shares(shares, shares.argmax(axis=0), exclusive=True)
    wrong = log_shares(shares, shares.argmin(axis=0), exclusive=True)
    assert fit_temperature([right]) == ALL_RIGHT
    assert fit_temperature([wrong]) == NOTHING_TOLD
    nothing = log_shares(shares[:, :0], np.zeros(0, int), exclusive=True)
    assert fit_temperature([]) == fit_temperature([nothing]) == NO_PIXELS


@pytest.mark.parametrize(
    ("changed", "words"),
    [({"value": 0.0}, "above 0"), ({"nll_after": np.nan}, "finite"), ({"cases": 0}, "rests on cases")],
)
def test_a_temperature_is_valid_or_not_there(changed, words):
    whole = {"value": 1.5, "nll_before": 0.3, "nll_after": 0.2, "cases": 3, "pixels": 100}
    assert Temperature(**whole).to_dict() == whole
    with pytest.raises(ValueError, match=words):
        Temperature(**(whole | changed))
