"""What a network saw: its deepest features and what it found, each on a coarse grid, so that arrangement is seen.

They come from the same pass through the network that makes the mask.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional

from medunet.networks import UNet

DEEP_CELLS, FOUND_CELLS = 4, 8
"""Cells along every axis of the grids on which deep features and structures are averaged."""


@contextlib.contextmanager
def watched(network: UNet) -> Iterator[list[Tensor]]:
    """While it lasts, every pass through the network puts its bottleneck, (N, C, *space), into the list."""
    seen: list[Tensor] = []

    def keep(layer: object, inputs: object, output: Tensor) -> None:
        seen.append(output.detach())

    handle = network.encoder[-1].register_forward_hook(keep)
    try:
        yield seen
    finally:
        handle.remove()


def described(bottleneck: Tensor, shares: Tensor, output: Literal["softmax", "sigmoid"]) -> Tensor:
    """One row of numbers for each picture, float32 (N, D) on the CPU.

    Args:
        bottleneck: (N, C, *space) of `watched`.
        shares: probabilities (N, K, *size); with softmax the first is the background and is left out.
        output: softmax or sigmoid.
    """
    structures = shares[:, 1:] if output == "softmax" else shares
    parts = (_pooled(bottleneck, DEEP_CELLS), _pooled(structures, FOUND_CELLS))
    return torch.cat([part.flatten(1) for part in parts], dim=1).float().cpu()


def _pooled(values: Tensor, cells: int) -> Tensor:
    """Means of (N, C, *space) on a grid of so many cells along every axis of space."""
    pool = functional.adaptive_avg_pool2d if values.ndim == 4 else functional.adaptive_avg_pool3d
    return pool(values.float(), cells)
