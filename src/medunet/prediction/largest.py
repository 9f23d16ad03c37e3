"""Which class is the largest at every place: from probabilities to a mask of class numbers."""

from __future__ import annotations

from typing import Literal

import torch


def largest(scores: torch.Tensor, output: Literal["softmax", "sigmoid"]) -> torch.Tensor:
    """Class numbers uint8 (*space) of probabilities (K, *space): the largest, the earlier of two that are equal.

    With sigmoid the background is what no structure claims by more than one half.
    """
    # A loop over classes: argmax over the first axis of a large film takes five times as long, and int64.
    best, structures = (scores[0], scores[1:]) if output == "softmax" else (torch.full_like(scores[0], 0.5), scores)
    number = torch.zeros(best.shape, dtype=torch.uint8)
    for one, score in enumerate(structures, start=1):
        number = torch.where(score > best, torch.tensor(one, dtype=torch.uint8), number)
        best = torch.maximum(best, score)
    return number
