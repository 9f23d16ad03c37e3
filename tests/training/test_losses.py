from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from medunet.planning import TrainingRecipe
from medunet.training.losses import LOSSES, LossTerms, one_hot, total_loss

SOFTMAX, SIGMOID = LossTerms("softmax"), LossTerms("sigmoid")

LOGITS = arrays(np.float32, (2, 3, 4, 5), elements=st.floats(-20, 20, width=32))
TARGETS = arrays(np.uint8, (2, 4, 5), elements=st.integers(0, 2))


def _softmax(x):
    e = np.exp(x - x.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


def _dice_by_hand(p, target, first):
    """1 − mean over structures of (2·overlap + 1) / (areas + 1), overlap and areas over the whole batch."""
    found = []
    for channel in range(p.shape[1] - (1 - first)):
        share, truth = p[:, channel + 1 - first], target == channel + 1
        found.append((2 * (share * truth).sum() + 1) / (share.sum() + truth.sum() + 1))
    return 1 - np.mean(found)


@settings(deadline=None, max_examples=40)
@given(LOGITS, TARGETS)
def test_cross_entropy_agrees_with_its_definition(logits, target):
    p = _softmax(logits.astype(np.float64))
    n, i, j = np.indices(target.shape)
    wanted = -np.log(p[n, target, i, j]).mean()
    got = LOSSES["ce"](torch.from_numpy(logits), torch.from_numpy(target), SOFTMAX)
    assert float(got) == pytest.approx(wanted, rel=1e-4, abs=1e-5)


@settings(deadline=None, max_examples=40)
@given(LOGITS, arrays(np.uint8, (2, 4, 5), elements=st.integers(0, 3)))
def test_binary_cross_entropy_agrees_with_its_definition(logits, target):
    x = logits.astype(np.float64)
    truth = np.stack([target == k for k in (1, 2, 3)], axis=1)
    wanted = (np.maximum(x, 0) - x * truth + np.log1p(np.exp(-np.abs(x)))).mean()
    got = LOSSES["bce"](torch.from_numpy(logits), torch.from_numpy(target), SIGMOID)
    assert float(got) == pytest.approx(wanted, rel=1e-4, abs=1e-5)


@settings(deadline=None, max_examples=40)
@given(LOGITS, TARGETS)
def test_dice_agrees_with_its_definition_and_leaves_out_the_background(logits, target):
    x, t = torch.from_numpy(logits), torch.from_numpy(target)
    softmax = _dice_by_hand(_softmax(logits.astype(np.float64)), target, first=0)
    assert float(LOSSES["dice"](x, t, SOFTMAX)) == pytest.approx(softmax, abs=1e-4)
    sigmoid = _dice_by_hand(1 / (1 + np.exp(-logits.astype(np.float64))), target, first=1)
    assert float(LOSSES["dice"](x, t, SIGMOID)) == pytest.approx(sigmoid, abs=1e-4)


EVERY_LOSS = [("ce", SOFTMAX), ("dice", SOFTMAX), ("focal", SOFTMAX), ("bce", SIGMOID), ("focal", SIGMOID)]


@pytest.mark.parametrize(("name", "terms"), EVERY_LOSS)
def test_a_perfect_answer_costs_nothing_and_a_wrong_one_much(name, terms):
    target = torch.tensor([[[0, 1], [2, 1]]])
    sure = (one_hot(target, 3 if terms.output == "softmax" else 2, terms.output) * 2 - 1) * 50
    assert float(LOSSES[name](sure, target, terms)) == pytest.approx(0, abs=1e-5)
    assert float(LOSSES[name](-sure, target, terms)) > 0.5


@pytest.mark.parametrize("output", ["softmax", "sigmoid"])
def test_a_structure_that_is_nowhere_costs_nothing_and_inventing_it_costs(output):
    target = torch.zeros(2, 4, 4, dtype=torch.uint8)
    target[:, 1:3] = 1
    channels = 3 if output == "softmax" else 2
    sure = (one_hot(target, channels, output) * 2 - 1) * 50
    assert float(LOSSES["dice"](sure, target, LossTerms(output))) == pytest.approx(0, abs=1e-6)
    invented = sure.clone()
    invented[:, -1, 0] = 60
    assert float(LOSSES["dice"](invented, target, LossTerms(output))) > 0.2


@pytest.mark.parametrize(("name", "terms"), EVERY_LOSS)
@pytest.mark.parametrize("size", [1.0, 1e4])
def test_gradients_are_finite_for_any_target_and_any_logits(name, terms, size):
    for target in (torch.zeros(2, 4, 4, dtype=torch.uint8), torch.full((2, 4, 4), 2, dtype=torch.uint8)):
        generator = torch.Generator().manual_seed(1)
        logits = (torch.randn(2, 3, 4, 4, generator=generator) * size).requires_grad_()
        LOSSES[name](logits, target, terms).backward()
        assert torch.isfinite(logits.grad).all()


def test_losses_are_float32_under_autocast_and_from_bf16_logits():
    generator = torch.Generator().manual_seed(1)
    logits = torch.randn(1, 3, 64, 64, generator=generator).bfloat16()
    target = torch.randint(0, 3, (1, 64, 64), generator=generator)
    plain = total_loss({"ce": 1.0, "dice": 1.0}, logits.float(), target, SOFTMAX)
    with torch.autocast("cpu", torch.bfloat16):
        cast = total_loss({"ce": 1.0, "dice": 1.0}, logits, target, SOFTMAX)
        bce = LOSSES["bce"](logits, target, SIGMOID)
    assert cast.dtype == bce.dtype == torch.float32
    assert float(cast) == pytest.approx(float(plain), abs=1e-6)


def test_weights_add_the_losses():
    logits, target = torch.randn(1, 3, 4, 4), torch.randint(0, 3, (1, 4, 4))
    ce, dice = (float(LOSSES[name](logits, target, SOFTMAX)) for name in ("ce", "dice"))
    both = float(total_loss({"ce": 0.5, "dice": 2.0}, logits, target, SOFTMAX))
    assert both == pytest.approx(0.5 * ce + 2 * dice, rel=1e-5)


def test_one_hot_counts_the_background_with_softmax_only():
    target = torch.tensor([[0, 1, 2]])
    assert one_hot(target, 3, "softmax").tolist() == [[[1, 0, 0], [0, 1, 0], [0, 0, 1]]]
    assert one_hot(target, 2, "sigmoid").tolist() == [[[0, 1, 0], [0, 0, 1]]]


def pictures(channels, shape=(3, 9, 7), seed=4):
    """Logits and class numbers that hold every class."""
    generator = torch.Generator().manual_seed(seed)
    logits = 3 * torch.randn(shape[0], channels, *shape[1:], generator=generator)
    return logits, torch.randint(0, channels, shape, generator=generator)


def test_weighted_cross_entropy_is_the_weighted_mean():
    logits, target = pictures(3)
    weights = (0.3, 2.0, 1.0)
    how = TrainingRecipe(loss={"ce": 1.0}, class_weights={"background": 0.3, "lung": 2.0})
    terms = LossTerms.of(how, ("lung", "heart"), "softmax")
    assert terms.class_weights == weights
    wanted = torch.nn.functional.cross_entropy(logits, target, weight=torch.tensor(weights))
    assert float(LOSSES["ce"](logits, target, terms)) == pytest.approx(float(wanted), rel=1e-6)


@pytest.mark.parametrize("gamma", [0.0, 2.0, 3.5])
def test_focal_agrees_with_its_definition(gamma):
    logits, target = pictures(3)
    p = logits.double().softmax(1).gather(1, target[:, None])
    wanted = ((1 - p) ** gamma * -p.log()).mean()
    assert float(LOSSES["focal"](logits, target, LossTerms("softmax", focal_gamma=gamma))) == pytest.approx(
        float(wanted), rel=1e-4
    )


def test_focal_without_its_exponent_is_cross_entropy():
    logits, target = pictures(3)
    assert float(LOSSES["focal"](logits, target, LossTerms("softmax", focal_gamma=0.0))) == pytest.approx(
        float(LOSSES["ce"](logits, target, SOFTMAX)), rel=1e-5
    )
    assert float(LOSSES["focal"](logits, target, LossTerms("sigmoid", focal_gamma=0.0))) == pytest.approx(
        float(LOSSES["bce"](logits, target, SIGMOID)), rel=1e-5
    )


@pytest.mark.parametrize("shape", [(3, 9, 7), (2, 4, 5, 6)])
def test_focal_and_dice_agree_with_monai(shape):
    from monai.losses import DiceLoss, FocalLoss

    logits, target = pictures(3, shape)
    labels = target[:, None]
    # MONAI averages the softmax form over channels too, of which all but the true one are 0.
    focal = 3 * FocalLoss(gamma=2.0, use_softmax=True, to_onehot_y=True)(logits, labels)
    assert float(LOSSES["focal"](logits, target, SOFTMAX)) == pytest.approx(float(focal), rel=1e-5)
    sides = FocalLoss(gamma=2.0)(logits, one_hot(target, 3, "sigmoid"))
    assert float(LOSSES["focal"](logits, target, SIGMOID)) == pytest.approx(float(sides), rel=1e-5)
    how = {"include_background": False, "to_onehot_y": True, "softmax": True, "batch": True}
    dice = DiceLoss(**how, smooth_nr=1.0, smooth_dr=1.0)(logits, labels)
    assert float(LOSSES["dice"](logits, target, SOFTMAX)) == pytest.approx(float(dice), abs=1e-6)
    sharp = DiceLoss(**how, smooth_nr=1e-5, smooth_dr=1e-5)(logits, labels)
    terms = LossTerms("softmax", dice_smooth=1e-5)
    assert float(LOSSES["dice"](logits, target, terms)) == pytest.approx(float(sharp), abs=1e-6)
