"""Objective: what the loop minimises and how a validation case is scored.

The loop knows nothing else of the task: another kind of output is another objective, not another loop.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import torch
from torch import Tensor, nn

from medunet.planning import Plan
from medunet.training.losses import LossTerms, Output, total_loss


class Objective(Protocol):
    """What a task must say to be trained."""

    figures: tuple[str, ...]
    """Names of the figures of a validation case, as `log.csv` calls their means after `val_`."""

    def loss(self, outputs: Sequence[Tensor], targets: Tensor) -> Tensor:
        """A number; `outputs` are the network's, the finest first, each half as fine as the one before."""

    def score(self, output: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        """Figures (N, figures) of a batch, NaN where there is none, and the prediction (N, *S) to be shown."""


class SegmentationObjective:
    """The plan's losses; Dice and IoU of every class, and their mean Dice, for each validation case."""

    def __init__(self, plan: Plan) -> None:
        self.output = plan.output
        self.weights: dict[str, float] = {name: weight for name, weight in plan.training.loss.items()}  # noqa: C416
        self.classes = len(plan.classes)
        self.terms = LossTerms.of(plan.training, plan.classes, plan.output)
        self.figures = (*(f"dice_{name}" for name in plan.classes), *(f"iou_{name}" for name in plan.classes))

    def loss(self, outputs: Sequence[Tensor], targets: Tensor) -> Tensor:
        """The losses of all outputs; each counts half as much as the finer one before it, together 1."""
        shares = [0.5**level for level in range(len(outputs))]
        parts = [
            share * total_loss(self.weights, output, coarser(targets, level), self.terms)
            for level, (share, output) in enumerate(zip(shares, outputs, strict=True))
        ]
        return torch.stack(parts).sum() / sum(shares)

    def score(self, output: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        """Dice and IoU of each class (N, 2 · classes); NaN where it is in neither mask."""
        prediction = classes_of(output, self.output)
        counts = overlap_counts(prediction, targets, self.classes)
        overlap, both = counts[..., 0], counts[..., 1]
        nowhere = both == 0
        dice = (2 * overlap / both.clamp_min(1)).masked_fill(nowhere, torch.nan)
        iou = (overlap / (both - overlap).clamp_min(1)).masked_fill(nowhere, torch.nan)
        return torch.cat([dice, iou], dim=1), prediction


def objective_of(plan: Plan) -> Objective:
    """The objective of a plan."""
    return SegmentationObjective(plan)


def coarser(targets: Tensor, level: int) -> Tensor:
    """Targets (N, *S) at every 2^level-th place, from the middle of the first such cell."""
    step = 2**level
    cells = slice(step // 2, None, step)
    return targets[(slice(None), *[cells] * (targets.ndim - 1))]


def classes_of(logits: Tensor, output: Output) -> Tensor:
    """Class numbers (N, *S) uint8 of logits (N, K, *S): the largest; with sigmoid, background below one half."""
    if output == "softmax":
        return logits.argmax(1).to(torch.uint8)
    best, number = logits.max(1)
    return torch.where(best > 0, number + 1, 0).to(torch.uint8)


def overlap_counts(prediction: Tensor, target: Tensor, classes: int) -> Tensor:
    """(N, classes, 2): the overlap, and the sum of both areas, in pixels, of class numbers (N, *S)."""
    rows = []
    for number in range(1, classes + 1):
        p, t = (prediction == number).flatten(1), (target == number).flatten(1)
        rows.append(torch.stack([(p & t).sum(1), p.sum(1) + t.sum(1)], dim=1))
    return torch.stack(rows, dim=1).double()


def penalty(network: nn.Module, strength: float) -> Tensor | None:
    """λ · Σ w² over the kernels of all convolutions, or None without strength."""
    if not strength:
        return None
    kernels = [parameter for parameter in network.parameters() if parameter.ndim > 2]
    return strength * torch.stack([kernel.float().square().sum() for kernel in kernels]).sum()
