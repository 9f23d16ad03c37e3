"""One pass of pictures through a network: from the network's input to probabilities on the CPU."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor

from medunet.networks import UNet, running


def shares_of(
    network: UNet,
    pictures: Tensor,
    output: Literal["softmax", "sigmoid"],
    precision: Literal["bf16", "float32"] = "float32",
) -> Tensor:
    """Probabilities, float32 (N, K, *size) on the CPU, of pictures (N, C, *size) anywhere."""
    device = next(network.parameters()).device
    layout = torch.channels_last if pictures.ndim == 4 else torch.channels_last_3d
    with torch.inference_mode(), running(device, precision):
        logits = network(pictures.to(device).contiguous(memory_format=layout)).float()
        shares: Tensor = logits.softmax(1) if output == "softmax" else logits.sigmoid()
        return shares.cpu()
