"""Augmentation: what is drawn, apart from how it is applied.

`draw` makes a `Draw` from a key, a plain value that can be stored and replayed. `apply` turns a whole batch by its
draws: images linearly, masks by nearest neighbour, both by the same transform; what comes in from outside the picture
repeats its edge. A batch equals its elements one by one (a test).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from medunet.planning import AugmentationRecipe
from medunet.training.keys import generator, key_of


@dataclass(frozen=True, slots=True)
class Draw:
    """The parameters of one case in one epoch.

    Attributes:
        angle: degrees, counter-clockwise as seen in the picture.
        shift: (rows, columns) as a share of the picture's sides.
        zoom: (height, width) factors; above 1 enlarges.
        flip: mirror left and right.
        gamma, contrast, brightness: exponent, factor about the mean, addend; applied in this order.
        noise: standard deviation of Gaussian noise.
        noise_key: seed of the noise field.
    """

    angle: float = 0.0
    shift: tuple[float, float] = (0.0, 0.0)
    zoom: tuple[float, float] = (1.0, 1.0)
    flip: bool = False
    gamma: float = 1.0
    contrast: float = 1.0
    brightness: float = 0.0
    noise: float = 0.0
    noise_key: int = 0


def draw(how: AugmentationRecipe, seed: int, epoch: int, case: str, turn: int = 0) -> Draw:
    """The draw of `case` in `epoch`; `turn` counts its uses within the epoch."""
    rng = generator(seed, "augment", epoch, turn, case)
    u = rng.uniform(-1, 1, size=10)

    def factor(strength: float, x: float) -> float:
        return float((1 + strength) ** x)

    zoom = factor(how.zoom, u[3])
    return Draw(
        angle=float(how.rotation * u[0]),
        shift=(float(how.shift * u[1]), float(how.shift * u[2])),
        zoom=(zoom * factor(how.stretch, u[4]), zoom),
        flip=bool(how.flip and u[5] > 0),
        gamma=factor(how.gamma, u[6]),
        contrast=factor(how.contrast, u[7]),
        brightness=float(how.brightness * u[8]),
        noise=float(how.noise * abs(u[9])),
        noise_key=key_of(seed, "noise", epoch, turn, case),
    )


def apply(images: Tensor, targets: Tensor, draws: Sequence[Draw]) -> tuple[Tensor, Tensor]:
    """Transform a batch: images float (N, C, rows, columns) in [0, 1], targets (N, rows, columns); one draw each."""
    matrices = torch.tensor(np.stack([_matrix(one, images.shape[2:]) for one in draws]), dtype=torch.float32)
    grid = functional.affine_grid(matrices.to(images.device), list(images.shape), align_corners=False)
    turned = functional.grid_sample(images, grid, mode="bilinear", padding_mode="border", align_corners=False)
    labels = functional.grid_sample(
        targets[:, None].to(images.dtype), grid, mode="nearest", padding_mode="border", align_corners=False
    )
    return _intensities(turned, draws), labels[:, 0].to(targets.dtype)


def _matrix(one: Draw, sides: Sequence[int]) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """2×3 matrix from output to input places in torch's (x, y) coordinates of −1 to 1, for sides (rows, columns)."""
    rows, columns = sides
    angle = math.radians(one.angle)
    aspect = rows / columns
    cos, sin = math.cos(angle), math.sin(angle)
    turn = np.array([[cos, sin * aspect], [-sin / aspect, cos]])
    scale = np.diag([1 / one.zoom[1], 1 / one.zoom[0]])
    mirror = np.diag([-1.0 if one.flip else 1.0, 1.0])
    shift = np.array([[-2 * one.shift[1]], [-2 * one.shift[0]]])
    linear = mirror @ scale @ turn
    return np.hstack([linear, linear @ shift])


def _intensities(images: Tensor, draws: Sequence[Draw]) -> Tensor:
    def column(values: list[float]) -> Tensor:
        return torch.tensor(values, dtype=images.dtype, device=images.device).view(-1, *[1] * (images.ndim - 1))

    x = images.clamp(1e-5, 1) ** column([one.gamma for one in draws])
    mean = x.mean(dim=tuple(range(1, x.ndim)), keepdim=True)
    x = (x - mean) * column([one.contrast for one in draws]) + mean + column([one.brightness for one in draws])
    if any(one.noise for one in draws):
        x = x + torch.stack([_noise(one, images) for one in draws])
    return x


def _noise(one: Draw, images: Tensor) -> Tensor:
    # The field is made on the CPU, so that a GPU run sees the same one.
    field = torch.randn(images.shape[1:], generator=torch.Generator().manual_seed(one.noise_key))
    return (one.noise * field).to(images)
