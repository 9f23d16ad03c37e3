"""Budget: how many epochs fit into a time, from a timed warm-up on copies of the network."""

from __future__ import annotations

import copy
import statistics
from collections.abc import Callable
from typing import Literal

import torch

from medunet.networks import UNet, running
from medunet.planning import Plan
from medunet.training.augmentation import apply
from medunet.training.batches import Batch
from medunet.training.objective import Objective

UNTIMED, TIMED = 2, 5
VALIDATION_SHARE = 0.3
"""A validation step (forward only) costs about this share of a training step."""
MARGIN = 0.97
EPOCH_OVERHEAD = 0.4
"""Seconds an epoch spends on checkpoints, pictures and the log."""


def batch_seconds(
    network: UNet,
    objective: Objective,
    batch: Batch,
    precision: Literal["bf16", "float32"],
    clock: Callable[[], float],
) -> float:
    """Median time of training on one `batch`, measured on a copy; `network` is not changed."""
    twin = copy.deepcopy(network).train()
    device = batch.images.device
    layout = torch.channels_last if batch.images.ndim == 4 else torch.channels_last_3d
    times = []
    for _ in range(UNTIMED + TIMED):
        start = clock()
        images, targets = apply(batch.images, batch.targets, batch.draws)
        with running(device, precision):
            outputs = twin.outputs(images.contiguous(memory_format=layout))
        objective.loss(outputs, targets).backward()  # type: ignore[no-untyped-call]
        if device.type == "cuda":
            torch.cuda.synchronize(device)
        times.append(clock() - start)
    return statistics.median(times[UNTIMED:])


def epochs_within(seconds: float, each: float, training_batches: int, validation_batches: int) -> int:
    """Whole epochs that fit into `seconds`, at least one; a batch takes `each` seconds."""
    epoch = each * (training_batches + VALIDATION_SHARE * validation_batches) + EPOCH_OVERHEAD
    return max(1, int(MARGIN * seconds / epoch))


def budgeted(plan: Plan, seconds: float, each: float, training_batches: int, validation_batches: int) -> Plan:
    """The plan with as many more epochs as fit, beyond those of earlier stages."""
    epochs = epochs_within(seconds, each, training_batches, validation_batches)
    done = plan.stages[-1] if plan.stages else 0
    why = f"fits into the budget: {seconds:.0f} s left, {each:.3f} s a batch, {training_batches} batches an epoch"
    return plan.with_epochs(done + epochs, f"{why}, after {done} of earlier stages" if done else why)
