"""Losses on logits, each in float32: cross-entropy, binary cross-entropy, Dice, focal, and weighted sums of them.

Logits are (N, K, *S), targets class numbers (N, *S) with 0 for the background. With softmax K counts the background;
with sigmoid there is one channel per structure. Where a batch is shared by several processes, what is a mean over the
whole batch stays one: their gradients, averaged, are those of one process.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional

from medunet.planning import BACKGROUND, TrainingRecipe
from medunet.training.ranks import copies, summed

Output = Literal["softmax", "sigmoid"]


@dataclass(frozen=True)
class LossTerms:
    """What the losses need to know beside logits and targets.

    Attributes:
        output: softmax or sigmoid.
        class_weights: ce: weight of each of K classes' pixels, background first; None for all equal.
        focal_gamma: focal: the exponent of 1 − p.
        dice_smooth: dice: added to both sides of the fraction; a structure absent from the whole batch costs nothing.
    """

    output: Output
    class_weights: tuple[float, ...] | None = None
    focal_gamma: float = 2.0
    dice_smooth: float = 1.0

    @classmethod
    def of(cls, how: TrainingRecipe, classes: Sequence[str], output: Output) -> LossTerms:
        """The terms of a recipe for `classes` in the order of the network's channels."""
        weights = None
        if how.class_weights:
            weights = tuple(how.class_weights.get(name, 1.0) for name in (BACKGROUND, *classes))
        return cls(output, weights, how.focal_gamma, how.dice_smooth)


Loss = Callable[[Tensor, Tensor, LossTerms], Tensor]


def one_hot(target: Tensor, channels: int, output: Output) -> Tensor:
    """Float targets (N, K, *S) of class numbers; with sigmoid without the background."""
    first = 0 if output == "softmax" else 1
    return torch.stack([target == number for number in range(first, first + channels)], dim=1).float()


def probabilities(logits: Tensor, output: Output) -> Tensor:
    """Softmax over channels, or a sigmoid each; float32."""
    return logits.float().softmax(1) if output == "softmax" else logits.float().sigmoid()


def cross_entropy(logits: Tensor, target: Tensor, terms: LossTerms) -> Tensor:
    """Mean cross-entropy over all pixels, weighted by class where weights are given; softmax only."""
    if terms.class_weights is None:
        return functional.cross_entropy(logits.float(), target.long())
    weights = torch.tensor(terms.class_weights, device=logits.device)
    total = functional.cross_entropy(logits.float(), target.long(), weight=weights, reduction="sum")
    # The mean is over the weights of the whole batch, also of the pixels that other processes hold.
    return total * copies() / summed(weights[target.long()].sum())


def binary_cross_entropy(logits: Tensor, target: Tensor, terms: LossTerms) -> Tensor:
    """Mean binary cross-entropy over all pixels and channels; sigmoid only."""
    return functional.binary_cross_entropy_with_logits(logits.float(), one_hot(target, logits.shape[1], terms.output))


def focal(logits: Tensor, target: Tensor, terms: LossTerms) -> Tensor:
    """Mean of (1 − p)^γ · (−log p), p the probability of what is true (Lin 2017).

    With softmax over all pixels; with sigmoid over all pixels and channels.
    """
    if terms.output == "softmax":
        logs = functional.log_softmax(logits.float(), dim=1).gather(1, target.long()[:, None])
    else:
        sign = 2 * one_hot(target, logits.shape[1], terms.output) - 1
        logs = functional.logsigmoid(sign * logits.float())
    return -(-torch.expm1(logs)).clamp_min(0).pow(terms.focal_gamma).mul(logs).mean()


def dice(logits: Tensor, target: Tensor, terms: LossTerms) -> Tensor:
    """1 − soft Dice over the whole batch, averaged over structures, background left out (Milletari 2016)."""
    p, t = probabilities(logits, terms.output), one_hot(target, logits.shape[1], terms.output)
    if terms.output == "softmax":
        p, t = p[:, 1:], t[:, 1:]
    axes = (0, *range(2, p.ndim))
    overlap, areas = summed(torch.stack([(p * t).sum(axes), (p + t).sum(axes)]))
    shares: Tensor = (2 * overlap + terms.dice_smooth) / (areas + terms.dice_smooth)
    return 1 - shares.mean()


LOSSES: dict[str, Loss] = {"ce": cross_entropy, "bce": binary_cross_entropy, "dice": dice, "focal": focal}


def total_loss(weights: Mapping[str, float], logits: Tensor, target: Tensor, terms: LossTerms) -> Tensor:
    """The weighted sum of the named losses, a float32 number."""
    return torch.stack([weight * LOSSES[name](logits, target, terms) for name, weight in weights.items()]).sum()
