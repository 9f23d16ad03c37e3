"""Optimisers and schedules, taken from torch."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from medunet.planning import TrainingRecipe

NEVER = 10**9
"""Lightning would step a plateau after the epoch's checkpoint and lose that step in a restart; the task does it."""


def make_optimiser(network: nn.Module, how: TrainingRecipe) -> torch.optim.Optimizer:
    """AdamW or Adam; weight decay on kernels only, not on biases and norms."""
    kernels = [p for p in network.parameters() if p.ndim > 1]
    others = [p for p in network.parameters() if p.ndim <= 1]
    groups = [{"params": kernels, "weight_decay": how.weight_decay}, {"params": others, "weight_decay": 0.0}]
    kind = torch.optim.AdamW if how.optimiser == "adamw" else torch.optim.Adam
    return kind(groups, lr=how.lr)


def make_schedule(optimiser: torch.optim.Optimizer, how: TrainingRecipe, steps: int) -> dict[str, Any] | None:
    """Lightning's description of the schedule over `steps` optimiser steps, or None for a constant rate."""
    schedule = how.schedule
    if schedule.kind == "one_cycle":
        total = max(steps, 2)
        # torch divides by warmup · total − 1, the last step of the rise counted from 0.
        warmup = schedule.warmup + (1e-3 / total if abs(schedule.warmup * total - 1) < 1e-6 else 0.0)
        cycle = torch.optim.lr_scheduler.OneCycleLR(
            optimiser, max_lr=how.lr, total_steps=total, pct_start=warmup, cycle_momentum=False
        )
        return {"scheduler": cycle, "interval": "step"}
    if schedule.kind == "plateau":
        plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(
            optimiser, factor=schedule.factor, patience=schedule.patience, min_lr=schedule.minimum
        )
        return {"scheduler": plateau, "interval": "epoch", "frequency": NEVER, "monitor": "val_loss"}
    return None
