from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from medunet.errors import TrainingError
from medunet.training import fit
from medunet.training.task import classes_of, dice_counts


def test_classes_are_the_largest_logit_or_background_below_one_half():
    logits = torch.tensor([[[[0.0, 2.0, -1.0]], [[1.0, 1.0, -2.0]], [[-1.0, 3.0, -3.0]]]])
    assert classes_of(logits, "softmax").tolist() == [[[1, 2, 0]]]
    assert classes_of(logits, "sigmoid").tolist() == [[[2, 3, 0]]]
    assert classes_of(logits, "softmax").dtype == torch.uint8


@settings(deadline=None, max_examples=40)
@given(arrays("uint8", (2, 2, 5, 6), elements=st.integers(0, 3)))
def test_dice_counts_agree_with_sets_of_pixels(maps):
    prediction, target = torch.from_numpy(maps)
    counts = dice_counts(prediction, target, 3)
    for case in range(2):
        for number in (1, 2, 3):
            p = {tuple(at) for at in (prediction[case] == number).nonzero().tolist()}
            t = {tuple(at) for at in (target[case] == number).nonzero().tolist()}
            assert counts[case, number - 1].tolist() == [2 * len(p & t), len(p) + len(t)]


def test_the_row_of_an_epoch_is_what_the_saved_network_scores(samples, make_plan, machine, listener, tmp_path):
    told, plan = listener(), make_plan(epochs=3, monitor="val_dice", augmentation={})
    fitted = fit(plan, (samples.__getitem__, 8), (samples.__getitem__, 5), tmp_path, machine(), told)
    images = torch.stack([sample.image.float() for sample in samples[:5]])
    targets = torch.stack([sample.target for sample in samples[:5]])
    with torch.no_grad():
        logits = fitted.network(images)
    row = told.rows[fitted.best_epoch - 1]
    counts = dice_counts(classes_of(logits, "softmax"), targets, 3)
    assert row["epoch"] == fitted.best_epoch
    dice = (counts[..., 0] / counts[..., 1]).nanmean(0)
    for number, name in enumerate(plan.classes):
        assert row[f"val_dice_{name}"] == pytest.approx(float(dice[number]), abs=1e-6)
    cross = torch.nn.functional.cross_entropy(logits, targets.long())
    smooth = [
        (2 * (logits.softmax(1)[:, k] * (targets == k)).sum() + 1)
        / (logits.softmax(1)[:, k].sum() + (targets == k).sum() + 1)
        for k in (1, 2, 3)
    ]
    # Batches of four and one: cross-entropy is a mean over cases, Dice over each batch; close, not equal.
    assert row["val_loss"] == pytest.approx(float(cross + 1 - sum(smooth) / 3), abs=0.08)


def test_the_snapshot_shows_the_first_validation_cases(samples, make_plan, machine, listener, tmp_path):
    told = listener()
    fit(make_plan(), (samples.__getitem__, 8), (samples.__getitem__, 6), tmp_path, machine(), told)
    snapshot = told.snapshots[0]
    assert snapshot.cases == tuple(sample.case for sample in samples[:4])
    assert torch.equal(snapshot.targets[3], samples[3].target)
    assert snapshot.predictions.shape == snapshot.targets.shape
    assert snapshot.images.shape == (4, 1, 32, 32)


def test_a_structure_in_neither_mask_has_no_dice(samples, make_plan, machine, listener, tmp_path):
    """Blank targets and an untrained network that may invent something: None or 0, never a mean over nothing."""
    from dataclasses import replace

    blank = [replace(sample, target=torch.zeros_like(sample.target)) for sample in samples]
    told = listener()
    fit(make_plan(epochs=8, lr=0.05), (blank.__getitem__, 8), (blank.__getitem__, 4), tmp_path, machine(), told)
    assert {told.rows[-1][f"val_dice_{name}"] for name in make_plan().classes} <= {None, 0.0}
    assert told.rows[-1]["val_dice_heart"] is None


@pytest.mark.parametrize("where", ["training", "validation"])
def test_a_loss_that_is_no_number_ends_training_with_epoch_and_remedy(
    where, samples, make_plan, machine, listener, tmp_path
):
    from dataclasses import replace

    broken = [replace(sample, image=torch.full_like(sample.image, torch.nan)) for sample in samples]
    told = listener()
    epochs = {"now": 0}

    def load(number):
        return (broken if told.rows else samples)[number]

    loads = (load, samples.__getitem__) if where == "training" else (samples.__getitem__, load)
    with pytest.raises(TrainingError) as fault:
        fit(make_plan(epochs=4), (loads[0], 8), (loads[1], 4), tmp_path, machine(), told)
    text = str(fault.value)
    assert text.startswith("epoch 2, ")
    assert "became nan" in text
    assert "training.lr" in text
    assert samples[0].case in text or "phantom-" in text
    assert len(told.rows) == 1
    assert epochs["now"] == 0
    assert (tmp_path / "last.ckpt").is_file()
