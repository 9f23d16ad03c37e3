"""Histograms of a network's parameters and gradients, counted where they lie: on a GPU only the counts leave it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from medunet.workflows.tracking.tracker import Histogram

if TYPE_CHECKING:
    from medunet.networks import UNet

BINS = 64


def histograms_of(network: UNet) -> dict[str, Histogram]:
    """Of every parameter and of its gradient, where it has one with finite values."""
    found: dict[str, Histogram | None] = {}
    for name, parameter in network.named_parameters():
        found[f"parameters/{name}"] = histogram_of(parameter)
        if parameter.grad is not None:
            found[f"gradients/{name}"] = histogram_of(parameter.grad)
    return {name: one for name, one in found.items() if one is not None}


@torch.no_grad()
def histogram_of(tensor: Tensor) -> Histogram | None:
    """Of a tensor of any shape, in `BINS` bins from its smallest to its largest finite value; None without one."""
    values = tensor.detach().float().flatten()
    finite = values.isfinite()
    if not bool(finite.all()):
        values = values[finite]
    if not len(values):
        return None
    low, high = (float(end) for end in values.aminmax())
    if low == high:  # all the same: a bin around it
        low, high = low - 0.5, high + 0.5
    counts = torch.histc(values, BINS, low, high).long().cpu().numpy()
    edges = torch.linspace(low, high, BINS + 1, dtype=torch.float64).numpy()
    total = float(values.sum(dtype=torch.float64))
    return Histogram(counts, edges, total, float(torch.linalg.vector_norm(values, dtype=torch.float64)) ** 2)
