"""UNet: encoder, bottleneck, decoder with skips, built from one config.

Parameter counts agree with the published networks of the five systems; a test holds them.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from medunet.networks.blocks import AttentionGate, Block, Up, conv, dropout, pool
from medunet.planning.network import UNetConfig


class UNet(nn.Module):
    """A U-Net. Input (N, in_channels, *S) with every side a multiple of `config.multiple`; output logits of the same S.

    The output is (N, out_channels, *S), before softmax or sigmoid.
    """

    def __init__(self, config: UNetConfig) -> None:
        super().__init__()
        self.config = config
        dims, widths = config.dims, config.widths
        inputs = (config.in_channels, *widths[:-1])
        self.encoder = nn.ModuleList(
            Block(dims, i, o, config.block, config.norm) for i, o in zip(inputs, widths, strict=True)
        )
        self.pool = pool(dims)
        self.dropout = dropout(dims, config.dropout_kind, config.dropout)
        levels = list(zip(widths[:0:-1], widths[-2::-1], strict=True))
        self.ups = nn.ModuleList(Up(dims, below, here, config.up, config.norm) for below, here in levels)
        self.gates = nn.ModuleList(
            AttentionGate(dims, here, config.norm) if config.attention else nn.Identity() for _, here in levels
        )
        self.decoder = nn.ModuleList(Block(dims, 2 * here, here, config.block, config.norm) for _, here in levels)
        self.head = conv(dims, widths[0], config.out_channels, 1, bias=True)

    def forward(self, x: Tensor) -> Tensor:
        """Logits (N, out_channels, *S)."""
        x = self._prepare(x)
        skips = []
        for level, block in enumerate(self.encoder):
            if level:
                x = self._drop(self.pool(x), "pool")
            x = self._drop(block(x), "block")
            skips.append(x)
        skips.pop()
        for up, gate, block in zip(self.ups, self.gates, self.decoder, strict=True):
            x = up(x)
            skip = skips.pop()
            if self.config.attention:
                skip = gate(x, skip)
            x = self._drop(block(torch.cat([skip, x], dim=1)), "block")
        logits: Tensor = self.head(x)
        return logits

    def _prepare(self, x: Tensor) -> Tensor:
        config = self.config
        sides = x.shape[2:]
        if len(sides) != config.dims or any(side % config.multiple for side in sides):
            raise ValueError(
                f"every side must be a multiple of {config.multiple} in {config.dims}D, got {tuple(sides)}"
            )
        if config.standardise_input:
            axes = tuple(range(2, x.ndim))
            centred = x - x.mean(axes, keepdim=True)
            x = centred / centred.square().mean(axes, keepdim=True).sqrt().clamp_min(1e-4)
        if config.input_noise and self.training:
            x = x + config.input_noise * torch.randn_like(x)
        return x

    def _drop(self, x: Tensor, at: str) -> Tensor:
        dropped: Tensor = self.dropout(x) if self.config.dropout_at == at else x
        return dropped


def count_parameters(network: nn.Module) -> int:
    """Learnt parameters of a network (buffers are not counted)."""
    return sum(p.numel() for p in network.parameters())
