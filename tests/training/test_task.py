from __future__ import annotations

import pytest
import torch
from torch import nn

from medunet.errors import TrainingError
from medunet.networks import UNet
from medunet.training import fit
from medunet.training.batches import loader
from medunet.training.fit import build
from medunet.training.objective import classes_of, objective_of, overlap_counts


def test_the_row_of_an_epoch_is_what_the_saved_network_scores(samples, make_plan, machine, listener, tmp_path):
    told, plan = listener(), make_plan(epochs=3, monitor="val_dice", augmentation={})
    fitted = fit(plan, (samples.__getitem__, 8), (samples.__getitem__, 5), tmp_path, machine(), told)
    images = torch.stack([sample.image.float() for sample in samples[:5]])
    targets = torch.stack([sample.target for sample in samples[:5]])
    with torch.no_grad():
        logits = fitted.network(images)
    row = told.rows[fitted.best_epoch - 1]
    counts = overlap_counts(classes_of(logits, "softmax"), targets, 3)
    assert row["epoch"] == fitted.best_epoch
    dice = (2 * counts[..., 0] / counts[..., 1]).nanmean(0)
    iou = (counts[..., 0] / (counts[..., 1] - counts[..., 0])).nanmean(0)
    for number, name in enumerate(plan.classes):
        assert row[f"val_dice_{name}"] == pytest.approx(float(dice[number]), abs=1e-6)
        assert row[f"val_iou_{name}"] == pytest.approx(float(iou[number]), abs=1e-6)
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


def one_step(samples, make_plan, machine, listener, folder, precision="float32", **training):
    """First weights, weights after a single optimiser step of one batch, and the listener, for a plan without noise."""
    told = {"batch": 4, "epochs": 1, "schedule": {"kind": "constant"}, **training}
    plan = make_plan(augmentation={"flip": 0.0}, network={"norm": "group"}, **told)
    before = build(plan).state_dict()
    heard = listener()
    cases = plan.training.batch * plan.training.accumulate
    fitted = fit(plan, (samples.__getitem__, cases), (samples.__getitem__, 2), folder, machine(precision), heard)
    return plan, before, fitted.network.state_dict(), heard


def gradients(samples, plan, cases):
    """The gradient of the plan's loss at its first weights, over `cases`, by autograd alone."""
    network = build(plan)
    images = torch.stack([samples[n].image.float() for n in cases])
    targets = torch.stack([samples[n].target for n in cases])
    objective_of(plan).loss([network(images)], targets).backward()
    return {name: parameter.grad for name, parameter in network.named_parameters()}


def test_a_step_of_sgd_is_the_rate_times_the_gradient(samples, make_plan, machine, listener, tmp_path):
    how = {"optimiser": "sgd", "momentum": 0.0, "lr": 0.5, "weight_decay": 0.0}
    plan, before, after, heard = one_step(samples, make_plan, machine, listener, tmp_path, **how)
    for name, gradient in gradients(samples, plan, range(4)).items():
        assert torch.allclose(after[name], before[name] - 0.5 * gradient, atol=1e-5), name
    assert heard.watched == [0]


def test_l2_is_a_penalty_on_kernels_alone(samples, make_plan, machine, listener, tmp_path):
    how = {"optimiser": "sgd", "momentum": 0.0, "lr": 0.5, "weight_decay": 0.0, "l2": 0.1}
    plan, before, after, heard = one_step(samples, make_plan, machine, listener, tmp_path, **how)
    for name, gradient in gradients(samples, plan, range(4)).items():
        extra = 0.2 * before[name] if before[name].ndim > 2 else 0.0
        assert torch.allclose(after[name], before[name] - 0.5 * (gradient + extra), atol=1e-5), name
    kernels = sum(float(weight.square().sum()) for weight in before.values() if weight.ndim > 2)
    data = float(objective_loss(samples, plan))
    assert heard.rows[0]["train_loss"] == pytest.approx(data + 0.1 * kernels, rel=1e-4)


def objective_loss(samples, plan):
    with torch.no_grad():
        images = torch.stack([samples[n].image.float() for n in range(4)])
        return objective_of(plan).loss([build(plan)(images)], torch.stack([samples[n].target for n in range(4)]))


def test_accumulated_batches_are_one_step_of_the_mean_gradient(samples, make_plan, machine, listener, tmp_path):
    how = {"optimiser": "sgd", "momentum": 0.0, "lr": 0.5, "weight_decay": 0.0, "loss": {"ce": 1.0}}
    _, _, together, one = one_step(samples, make_plan, machine, listener, tmp_path / "a", batch=8, **how)
    _, _, apart, two = one_step(samples, make_plan, machine, listener, tmp_path / "b", batch=4, accumulate=2, **how)
    for name, weight in together.items():
        assert torch.allclose(apart[name], weight, atol=1e-5), name
    assert one.watched == two.watched == [0]
    assert [step[:3] for step in two.steps] == [(1, 1, 2), (1, 2, 2)]


@pytest.mark.parametrize("precision", ["float32", "bf16"])
def test_a_long_gradient_is_cut_to_the_length_asked_for(samples, make_plan, machine, listener, tmp_path, precision):
    how = {"optimiser": "sgd", "momentum": 0.0, "lr": 1.0, "weight_decay": 0.0, "clip": 0.01}
    _, before, after, _ = one_step(samples, make_plan, machine, listener, tmp_path, precision, **how)
    moved = torch.sqrt(sum((after[name] - before[name]).square().sum() for name in before))
    assert float(moved) == pytest.approx(0.01, rel=1e-3)


@pytest.mark.parametrize("block", ["plain", "residual"])
def test_checkpointing_changes_memory_and_nothing_else(samples, make_plan, machine, listener, tmp_path, block):
    """Dropout and batch norm, whose first run must count alone, included."""
    network = {"dropout": 0.3, "block": block, "attention": True}
    ends = []
    for number, on in enumerate((False, True)):
        plan = make_plan(network=network, epochs=2, checkpointing=on)
        loads = (samples.__getitem__, 8), (samples.__getitem__, 4)
        ends.append(fit(plan, *loads, tmp_path / str(number), machine(), listener()).network.state_dict())
    assert ends[0].keys() == ends[1].keys()
    assert any("running_mean" in name for name in ends[0])
    for name, weight in ends[0].items():
        assert torch.equal(weight, ends[1][name]), name


def test_checkpointing_runs_every_block_twice(samples, make_plan, monkeypatch):
    plan = make_plan(checkpointing=True)
    network = build(plan).train()
    network.recompute = True
    counts = {}
    for block in (*network.encoder, *network.decoder):
        block.register_forward_pre_hook(lambda module, *_: counts.update({id(module): counts.get(id(module), 0) + 1}))
    batch = next(iter(loader(samples.__getitem__, 4, plan, augment=False)))
    objective_of(plan).loss(network.outputs(batch.images), batch.targets).backward()
    assert set(counts.values()) == {2}


def test_deep_supervision_trains_the_levels_below(samples, make_plan, machine, listener, tmp_path):
    plan = make_plan(network={"widths": (4, 8, 8, 16), "deep_supervision": 2}, epochs=6)
    first = build(plan).state_dict()
    told = listener()
    fitted = fit(plan, (samples.__getitem__, 8), (samples.__getitem__, 4), tmp_path, machine(), told)
    moved = {name for name, weight in fitted.network.state_dict().items() if not torch.equal(weight, first[name])}
    assert {"deep_heads.0.weight", "deep_heads.1.weight", "head.weight"} <= moved
    assert told.rows[-1]["train_loss"] < told.rows[0]["train_loss"]
    assert isinstance(fitted.network, UNet)
    assert isinstance(fitted.network.deep_heads, nn.ModuleList)
