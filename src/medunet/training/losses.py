"""Losses on logits, each in float32: cross-entropy, binary cross-entropy, Dice, and weighted sums of them.

Logits are (N, K, *S), targets class numbers (N, *S) with 0 for the background. With softmax K counts the background;
with sigmoid there is one channel per structure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional

Output = Literal["softmax", "sigmoid"]
Loss = Callable[[Tensor, Tensor, Output], Tensor]

DICE_SMOOTH = 1.0
"""Added to both sides of the Dice fraction, so that a structure absent from the whole batch costs nothing."""


def one_hot(target: Tensor, channels: int, output: Output) -> Tensor:
    """Float targets (N, K, *S) of class numbers; with sigmoid without the background."""
    first = 0 if output == "softmax" else 1
    return torch.stack([target == number for number in range(first, first + channels)], dim=1).float()


def probabilities(logits: Tensor, output: Output) -> Tensor:
    """Softmax over channels, or a sigmoid each; float32."""
    return logits.float().softmax(1) if output == "softmax" else logits.float().sigmoid()


def cross_entropy(logits: Tensor, target: Tensor, output: Output) -> Tensor:
    """Mean cross-entropy over all pixels; softmax only."""
    return functional.cross_entropy(logits.float(), target.long())


def binary_cross_entropy(logits: Tensor, target: Tensor, output: Output) -> Tensor:
    """Mean binary cross-entropy over all pixels and channels; sigmoid only."""
    return functional.binary_cross_entropy_with_logits(logits.float(), one_hot(target, logits.shape[1], output))


def dice(logits: Tensor, target: Tensor, output: Output) -> Tensor:
    """1 − soft Dice over the whole batch, averaged over structures, background left out (Milletari 2016)."""
    p, t = probabilities(logits, output), one_hot(target, logits.shape[1], output)
    if output == "softmax":
        p, t = p[:, 1:], t[:, 1:]
    axes = (0, *range(2, p.ndim))
    overlap = (2 * (p * t).sum(axes) + DICE_SMOOTH) / ((p + t).sum(axes) + DICE_SMOOTH)
    return 1 - overlap.mean()


LOSSES: dict[str, Loss] = {"ce": cross_entropy, "bce": binary_cross_entropy, "dice": dice}


def total_loss(weights: Mapping[str, float], logits: Tensor, target: Tensor, output: Output) -> Tensor:
    """The weighted sum of the named losses, a float32 number."""
    return torch.stack([weight * LOSSES[name](logits, target, output) for name, weight in weights.items()]).sum()
