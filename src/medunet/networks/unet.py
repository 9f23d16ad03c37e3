"""UNet: encoder, bottleneck, decoder with skips, built from one config.

Parameter counts agree with the published networks of the five systems; a test holds them.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from medunet.networks.blocks import AttentionGate, Block, Up, conv, dropout, pool
from medunet.planning.network import UNetConfig


class UNet(nn.Module):
    """A U-Net. Input (N, in_channels, *S) with every side a multiple of `config.multiple`; output logits of the same S.

    The output is (N, out_channels, *S), before softmax or sigmoid. `recompute` is set by training: the blocks then run
    twice instead of keeping what their gradients need.
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
        deep = widths[1 : 1 + config.deep_supervision]
        self.deep_heads = nn.ModuleList(conv(dims, width, config.out_channels, 1, bias=True) for width in deep)
        self.recompute = False

    def forward(self, x: Tensor) -> Tensor:
        """Logits (N, out_channels, *S)."""
        return self.outputs(x, deep=False)[0]

    def outputs(self, x: Tensor, *, deep: bool = True) -> list[Tensor]:
        """Logits of the full size, then those of the supervised levels below, each half as large on every side."""
        x = self._prepare(x)
        skips = []
        for level, block in enumerate(self.encoder):
            if level:
                x = self._drop(self.pool(x), "pool")
            x = self._drop(self._run(block, x), "block")
            skips.append(x)
        skips.pop()
        levels: list[Tensor] = []
        for up, gate, block in zip(self.ups, self.gates, self.decoder, strict=True):
            x = up(x)
            skip = skips.pop()
            if self.config.attention:
                skip = gate(x, skip)
            x = self._drop(self._run(block, torch.cat([skip, x], dim=1)), "block")
            levels.insert(0, x)
        heads = [self.head, *(self.deep_heads if deep else ())]
        return [head(level) for head, level in zip(heads, levels, strict=False)]

    def _run(self, block: nn.Module, x: Tensor) -> Tensor:
        if not (self.recompute and self.training):
            result: Tensor = block(x)
            return result
        again: Tensor = checkpoint(
            block, x, use_reentrant=False, context_fn=lambda: (contextlib.nullcontext(), _statistics_kept(block))
        )
        return again

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


@contextlib.contextmanager
def _statistics_kept(block: nn.Module) -> Iterator[None]:
    """While a block runs for the second time, its batch norms must not count the batch twice."""
    norms = [layer for layer in block.modules() if isinstance(layer, nn.BatchNorm2d | nn.BatchNorm3d)]
    before = [layer.momentum for layer in norms]
    counts = [None if layer.num_batches_tracked is None else layer.num_batches_tracked.clone() for layer in norms]
    for layer in norms:
        layer.momentum = 0.0
    try:
        yield
    finally:
        for layer, momentum, count in zip(norms, before, counts, strict=True):
            layer.momentum = momentum
            if layer.num_batches_tracked is not None and count is not None:
                layer.num_batches_tracked.copy_(count)


def count_parameters(network: nn.Module) -> int:
    """Learnt parameters of a network (buffers are not counted)."""
    return sum(p.numel() for p in network.parameters())
