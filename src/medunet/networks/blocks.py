"""The parts a U-Net is made of, each for two and three dimensions by the same code."""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from medunet.planning.network import BlockKind, DropoutKind, Norm, UpKind

GROUP_SIZE = 16
"""Channels per group of group norm at least, where the number of channels can be shared out so (Wu 2018)."""


def conv(dims: int, inputs: int, outputs: int, size: int, *, bias: bool) -> nn.Module:
    """Convolution of odd kernel `size` that keeps the spatial shape."""
    layer = nn.Conv2d if dims == 2 else nn.Conv3d
    return layer(inputs, outputs, size, padding=size // 2, bias=bias)


def norm(dims: int, kind: Norm, channels: int) -> nn.Module:
    """Normalisation layer with learnt scale and shift, or nothing."""
    if kind == "batch":
        return nn.BatchNorm2d(channels) if dims == 2 else nn.BatchNorm3d(channels)
    if kind == "instance":
        layer = nn.InstanceNorm2d if dims == 2 else nn.InstanceNorm3d
        return layer(channels, affine=True)
    if kind == "group":
        return nn.GroupNorm(groups(channels), channels)
    return nn.Identity()


def groups(channels: int) -> int:
    """The largest number of equal groups of at least `GROUP_SIZE` channels; one where there is no such number."""
    return next((n for n in range(channels // GROUP_SIZE, 1, -1) if channels % n == 0), 1)


def dropout(dims: int, kind: DropoutKind, probability: float) -> nn.Module:
    """Dropout of single elements or of whole channels, or nothing at probability 0."""
    if probability == 0:
        return nn.Identity()
    if kind == "plain":
        return nn.Dropout(probability)
    return nn.Dropout2d(probability) if dims == 2 else nn.Dropout3d(probability)


def pool(dims: int) -> nn.Module:
    """Maximum over windows of 2 along every axis."""
    return nn.MaxPool2d(2) if dims == 2 else nn.MaxPool3d(2)


class Block(nn.Module):
    """Two 3×3 convolutions, each with norm and ReLU; with a shortcut where residual. (N, C, *S) → (N, outputs, *S)."""

    def __init__(self, dims: int, inputs: int, outputs: int, kind: BlockKind, norm_kind: Norm) -> None:
        super().__init__()
        bias = norm_kind == "none"
        self.conv1 = conv(dims, inputs, outputs, 3, bias=bias)
        self.norm1 = norm(dims, norm_kind, outputs)
        self.conv2 = conv(dims, outputs, outputs, 3, bias=bias)
        self.norm2 = norm(dims, norm_kind, outputs)
        self.shortcut: nn.Module | None = None
        if kind == "residual":
            self.shortcut = nn.Identity() if inputs == outputs else conv(dims, inputs, outputs, 1, bias=bias)

    def forward(self, x: Tensor) -> Tensor:
        """Run the block."""
        y = functional.relu(self.norm1(self.conv1(x)), inplace=True)
        y = self.norm2(self.conv2(y))
        if self.shortcut is not None:
            y = y + self.shortcut(x)
        return functional.relu(y, inplace=True)


class Up(nn.Module):
    """Doubles every side and sets the channels: transposed 2×2 convolution, or linear resize and 3×3 convolution."""

    def __init__(self, dims: int, inputs: int, outputs: int, kind: UpKind, norm_kind: Norm) -> None:
        super().__init__()
        self.mode = "bilinear" if dims == 2 else "trilinear"
        self.resize = kind == "resize"
        if self.resize:
            self.conv = conv(dims, inputs, outputs, 3, bias=norm_kind == "none")
            self.norm = norm(dims, norm_kind, outputs)
        else:
            transposed = nn.ConvTranspose2d if dims == 2 else nn.ConvTranspose3d
            self.conv = transposed(inputs, outputs, 2, stride=2)

    def forward(self, x: Tensor) -> Tensor:
        """(N, inputs, *S) → (N, outputs, *2S)."""
        if self.resize:
            x = functional.interpolate(x, scale_factor=2, mode=self.mode, align_corners=False)
            return functional.relu(self.norm(self.conv(x)), inplace=True)
        if x.requires_grad and x.device.type == "cpu" and not x.is_contiguous():
            return doubled(x, *self.conv.parameters())
        return cast(Tensor, self.conv(x))


def doubled(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """A transposed convolution of kernel and stride 2, as a 1×1 convolution whose outputs are laid side by side.

    The windows do not overlap, so both are the same sums. On a processor, with channels last, the gradients of this one
    take half the time (`benchmarks/training_speed.py --profile`).

    Args:
        x: (N, inputs, *S).
        weight: (inputs, outputs, 2, ...), as `ConvTranspose2d` and `ConvTranspose3d` hold it.
        bias: (outputs,).

    Returns:
        (N, outputs, *2S), channels last.
    """
    dims, outputs = x.ndim - 2, weight.shape[1]
    window = (2,) * dims
    kernel = weight.permute(*range(2, 2 + dims), 1, 0).reshape(2**dims * outputs, -1, *(1,) * dims)
    convolve = functional.conv2d if dims == 2 else functional.conv3d
    cases, sides = x.shape[0], x.shape[2:]
    y = convolve(x, kernel, bias.repeat(2**dims)).movedim(1, -1).reshape(cases, *sides, *window, outputs)
    places = [axis for side in range(1, 1 + dims) for axis in (side, side + dims)]
    y = y.permute(0, *places, -1).reshape(cases, *(2 * side for side in sides), outputs)
    return y.movedim(-1, 1)


class AttentionGate(nn.Module):
    """Weights the skip by how well it agrees with the level below (Oktay 2018). Both (N, channels, *S)."""

    def __init__(self, dims: int, channels: int, norm_kind: Norm) -> None:
        super().__init__()
        inner = max(1, channels // 2)
        self.gate = nn.Sequential(conv(dims, channels, inner, 1, bias=True), norm(dims, norm_kind, inner))
        self.skip = nn.Sequential(conv(dims, channels, inner, 1, bias=True), norm(dims, norm_kind, inner))
        self.psi = nn.Sequential(conv(dims, inner, 1, 1, bias=True), norm(dims, norm_kind, 1))

    def forward(self, gate: Tensor, skip: Tensor) -> Tensor:
        """The skip, scaled in [0, 1] at every place."""
        agreement = functional.relu(self.gate(gate) + self.skip(skip), inplace=True)
        return skip * torch.sigmoid(self.psi(agreement))
