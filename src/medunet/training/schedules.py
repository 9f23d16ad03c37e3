"""Optimisers from torch, and learning rates as functions of the step.

A rate depends on the step alone, not on what was done before, so that a restart cannot change it; only the plateau,
which listens to the validation loss, carries a state. A training that was continued after its end has stages:
one_cycle, cosine and polynomial run over each stage anew, step and constant go on.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from torch.optim.lr_scheduler import LambdaLR, ReduceLROnPlateau

from medunet.planning import ScheduleRecipe, TrainingRecipe

NEVER = 10**9
"""Lightning would step a plateau after the epoch's checkpoint and lose that step in a restart; the task does it."""
START, END = 1 / 25, 1 / 25e4
"""one_cycle: its first and its last rate as shares of the largest (torch's own numbers)."""


@dataclass(frozen=True, slots=True)
class Stage:
    """The part of a training that a schedule runs over, in optimiser steps.

    Attributes:
        first: the stage's first step, counted from the beginning of the training.
        steps: how many it has.
        per_epoch: steps of an epoch.
    """

    first: int
    steps: int
    per_epoch: int


def make_optimiser(network: nn.Module, how: TrainingRecipe) -> torch.optim.Optimizer:
    """AdamW, Adam or SGD; weight decay on kernels only, not on biases and norms.

    All parameters are moved in one call (fused), unless gradients are clipped: Lightning refuses both together in bf16.
    """
    fused = how.clip == 0
    kernels = [p for p in network.parameters() if p.ndim > 1]
    others = [p for p in network.parameters() if p.ndim <= 1]
    groups = [{"params": kernels, "weight_decay": how.weight_decay}, {"params": others, "weight_decay": 0.0}]
    if how.optimiser == "sgd":
        return torch.optim.SGD(groups, lr=how.lr, momentum=how.momentum, nesterov=how.momentum > 0, fused=fused)
    kind = torch.optim.AdamW if how.optimiser == "adamw" else torch.optim.Adam
    return kind(groups, lr=how.lr, fused=fused)


def make_schedule(optimiser: torch.optim.Optimizer, how: TrainingRecipe, stage: Stage) -> dict[str, Any] | None:
    """Lightning's description of the schedule, or None for a constant rate."""
    schedule = how.schedule
    if schedule.kind == "constant":
        return None
    if schedule.kind == "plateau":
        plateau = ReduceLROnPlateau(
            optimiser, factor=schedule.factor, patience=schedule.patience, min_lr=schedule.minimum
        )
        return {"scheduler": plateau, "interval": "epoch", "frequency": NEVER, "monitor": "val_loss"}
    lowest = schedule.minimum / how.lr
    return {
        "scheduler": LambdaLR(optimiser, lambda step: share_at(schedule, step, stage, lowest)),
        "interval": "step",
    }


def share_at(how: ScheduleRecipe, step: int, stage: Stage, lowest: float = 0.0) -> float:
    """The rate of optimiser step `step` (from 0, of the whole training) as a share of the largest.

    Args:
        how: the schedule, not plateau.
        step: counted from the beginning of the training.
        stage: what one_cycle, cosine and polynomial run over.
        lowest: share below which cosine and polynomial do not fall.
    """
    if how.kind == "constant":
        return 1.0
    if how.kind == "step":
        return float(how.factor ** (step // stage.per_epoch // how.every))
    local = min(max(step - stage.first, 0), stage.steps)
    if how.kind == "one_cycle":
        return _one_cycle(local, stage.steps, how.warmup)
    progress = local / stage.steps
    falling = (1 + math.cos(math.pi * progress)) / 2 if how.kind == "cosine" else (1 - progress) ** how.power
    return lowest + (1 - lowest) * falling


def _one_cycle(step: int, steps: int, warmup: float) -> float:
    """Up to 1 at `warmup` and down to `END`, both along half a cosine (Smith 2018, as torch's OneCycleLR does it)."""
    top, last = max(warmup * steps - 1, 0.0), steps - 1
    if step < top:
        return _between(START, 1.0, step / top)
    return _between(1.0, END, min(1.0, (step - top) / (last - top)) if last > top else 0.0)


def _between(start: float, end: float, progress: float) -> float:
    """Half a cosine from `start` to `end`."""
    return end + (start - end) * (1 + math.cos(math.pi * progress)) / 2
