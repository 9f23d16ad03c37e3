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
from medunet.training.losses import total_loss

UNTIMED, TIMED = 2, 5
VALIDATION_SHARE = 0.3
"""A validation step (forward only) costs about this share of a training step."""
MARGIN = 0.97
EPOCH_OVERHEAD = 0.4
"""Seconds an epoch spends on checkpoints, pictures and the log."""


def step_seconds(
    network: UNet, plan: Plan, batch: Batch, precision: Literal["bf16", "float32"], clock: Callable[[], float]
) -> float:
    """Median time of a training step on `batch`, measured on a copy; `network` is not changed."""
    twin = copy.deepcopy(network).train()
    device = batch.images.device
    times = []
    for _ in range(UNTIMED + TIMED):
        start = clock()
        images, targets = apply(batch.images, batch.targets, batch.draws)
        with running(device, precision):
            logits = twin(images.contiguous(memory_format=torch.channels_last))
        loss = total_loss(plan.training.loss, logits, targets, plan.output)  # type: ignore[arg-type]
        loss.backward()  # type: ignore[no-untyped-call]
        if device.type == "cuda":
            torch.cuda.synchronize(device)
        times.append(clock() - start)
    return statistics.median(times[UNTIMED:])


def epochs_within(seconds: float, step: float, training_steps: int, validation_steps: int) -> int:
    """Whole epochs that fit into `seconds`, at least one."""
    epoch = step * (training_steps + VALIDATION_SHARE * validation_steps) + EPOCH_OVERHEAD
    return max(1, int(MARGIN * seconds / epoch))
