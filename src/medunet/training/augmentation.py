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

from medunet.planning import AugmentationRecipe, Changes
from medunet.training.acquisition import PLAIN, Acquisition, drawn, overlaid, softened
from medunet.training.keys import generator, key_of


@dataclass(frozen=True, slots=True)
class Draw:
    """The parameters of one case in one epoch. The picture is flipped, then zoomed, turned and shifted.

    Attributes:
        flip: mirror left and right.
        flip_vertical: mirror top and bottom.
        zoom: (height, width) factors about the middle; above 1 enlarges.
        angle: degrees about the middle, counter-clockwise as seen in the picture.
        shift: (rows, columns) as a share of the picture's sides; positive moves it down and to the right.
        elastic: standard deviation of a smooth displacement, as a share of the picture's sides.
        gain, gamma, contrast, brightness: factor, exponent, factor about the mean, addend; applied in this order.
        shading: standard deviation of a smooth log-factor and of a smooth addend, applied next.
        noise: standard deviation of Gaussian noise.
        field_key: seed of the fields of displacement, shading and noise.
        film: what the film goes through besides: borders, letters, few pixels, inversion.
    """

    angle: float = 0.0
    shift: tuple[float, float] = (0.0, 0.0)
    zoom: tuple[float, float] = (1.0, 1.0)
    flip: bool = False
    flip_vertical: bool = False
    gain: float = 1.0
    gamma: float = 1.0
    contrast: float = 1.0
    brightness: float = 0.0
    noise: float = 0.0
    elastic: float = 0.0
    shading: float = 0.0
    field_key: int = 0
    film: Acquisition = PLAIN


def draw(how: AugmentationRecipe, seed: int, epoch: int, case: str, turn: int = 0, side: int = 0) -> Draw:
    """The draw of `case` in `epoch`; `turn` counts its uses within the epoch, `side` is its shorter side in pixels."""
    rng = generator(seed, "augment", epoch, turn, case)
    u = rng.uniform(-1, 1, size=14)
    changes: Changes = how.variants[int(rng.integers(len(how.variants)))] if how.variants else how
    zoom = _factor(changes.zoom, u[3])
    return Draw(
        angle=float(changes.rotation * u[0]),
        shift=(float(changes.shift * u[1]), float(changes.shift * u[2])),
        zoom=(zoom * _factor(changes.stretch, u[4]), zoom),
        flip=bool(u[5] >= 1 - 2 * changes.flip),
        flip_vertical=bool(u[12] >= 1 - 2 * changes.flip_vertical),
        gain=_factor(changes.gain, u[13]),
        gamma=_factor(changes.gamma, u[6]),
        contrast=_factor(changes.contrast, u[7]),
        brightness=float(changes.brightness * u[8]),
        noise=float(changes.noise * abs(u[9])),
        elastic=float(changes.elastic * abs(u[10])),
        shading=float(changes.shading * abs(u[11])),
        field_key=key_of(seed, "fields", epoch, turn, case),
        film=drawn(changes, seed, epoch, case, turn, side),
    )


def _factor(strength: float | tuple[float, ...], x: float) -> float:
    """A factor by x in −1 to 1: log-uniform in 1/(1 + strength) to 1 + strength, or uniform in a pair."""
    if isinstance(strength, tuple):
        low, high = strength
        return float(low + (high - low) * (x + 1) / 2)
    return float((1 + strength) ** x)


def apply(images: Tensor, targets: Tensor, draws: Sequence[Draw]) -> tuple[Tensor, Tensor]:
    """Transform a batch, in float32 also under autocast.

    Args:
        images: float32 (N, C, rows, columns) in [0, 1].
        targets: whole numbers (N, rows, columns).
        draws: one for each case.

    Returns:
        The same shapes and types; images may leave [0, 1], targets hold no value that they did not hold before.
    """
    matrices = torch.tensor(np.stack([_matrix(one, images.shape[2:]) for one in draws]), dtype=torch.float32)
    # In bf16 the sampling places of a 256-pixel film would be wrong by more than half a pixel.
    with torch.autocast(images.device.type, enabled=False):
        grid = functional.affine_grid(matrices.to(images.device), list(images.shape), align_corners=False)
        if any(one.elastic for one in draws):
            grid = grid + torch.stack([_displacement(one, images) for one in draws])
        turned = functional.grid_sample(images, grid, mode="bilinear", padding_mode="border", align_corners=False)
        labels = functional.grid_sample(
            targets[:, None].to(images.dtype), grid, mode="nearest", padding_mode="border", align_corners=False
        )
        marks = labels[:, 0].to(targets.dtype)
        if any(one.film.outside is not None for one in draws):
            turned, marks = _filled(turned, marks, grid, draws)
        if any(one.film != PLAIN for one in draws):
            films = zip(turned, marks, draws, strict=True)
            turned = torch.stack([softened(overlaid(x, y, one.film), one.film) for x, y, one in films])
        return _inverted(_intensities(turned, draws), draws), marks


def _filled(images: Tensor, targets: Tensor, grid: Tensor, draws: Sequence[Draw]) -> tuple[Tensor, Tensor]:
    """One grey and no structure at places from beyond the picture, for the draws that say so."""
    chosen = torch.tensor([one.film.outside is not None for one in draws], device=images.device)
    greys = torch.tensor([one.film.outside or 0.0 for one in draws], dtype=images.dtype, device=images.device)
    beyond = (grid.abs() > 1).any(dim=-1) & chosen[:, None, None]
    return torch.where(beyond[:, None], greys[:, None, None, None], images), targets.masked_fill(beyond, 0)


def _inverted(images: Tensor, draws: Sequence[Draw]) -> Tensor:
    """1 − x for the draws that say so."""
    if not any(one.film.invert for one in draws):
        return images
    chosen = torch.tensor([one.film.invert for one in draws], device=images.device)
    return torch.where(chosen.view(-1, *[1] * (images.ndim - 1)), 1 - images, images)


def _matrix(one: Draw, sides: Sequence[int]) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """2×3 matrix from output to input places in torch's (x, y) coordinates of −1 to 1, for sides (rows, columns)."""
    rows, columns = sides
    angle = math.radians(one.angle)
    aspect = rows / columns
    cos, sin = math.cos(angle), math.sin(angle)
    turn = np.array([[cos, -sin * aspect], [sin / aspect, cos]])
    scale = np.diag([1 / one.zoom[1], 1 / one.zoom[0]])
    mirror = np.diag([-1.0 if one.flip else 1.0, -1.0 if one.flip_vertical else 1.0])
    shift = np.array([[-2 * one.shift[1]], [-2 * one.shift[0]]])
    linear = mirror @ scale @ turn
    return np.hstack([linear, linear @ shift])


def _intensities(images: Tensor, draws: Sequence[Draw]) -> Tensor:
    def column(values: list[float]) -> Tensor:
        return torch.tensor(values, dtype=images.dtype, device=images.device).view(-1, *[1] * (images.ndim - 1))

    x = (images * column([one.gain for one in draws])).clamp(1e-5, 1) ** column([one.gamma for one in draws])
    mean = x.mean(dim=tuple(range(1, x.ndim)), keepdim=True)
    x = (x - mean) * column([one.contrast for one in draws]) + mean + column([one.brightness for one in draws])
    if any(one.shading for one in draws):
        fields = torch.stack([one.shading * _smooth(one, "shading", (2, 4, 4), images) for one in draws])
        x = x * fields[:, :1].exp() + fields[:, 1:]
    if any(one.noise for one in draws):
        x = x + torch.stack([one.noise * _normal(one, "noise", images.shape[1:]).to(images) for one in draws])
    return x


def _displacement(one: Draw, images: Tensor) -> Tensor:
    """Smooth displacement (rows, columns, 2) in torch's coordinates, in which a side is 2 long."""
    return 2 * one.elastic * _smooth(one, "elastic", (2, 5, 5), images).permute(1, 2, 0)


def _smooth(one: Draw, purpose: str, lattice: tuple[int, int, int], images: Tensor) -> Tensor:
    """Normal numbers on a coarse lattice, brought to the images' rows and columns by bicubic interpolation."""
    coarse = _normal(one, purpose, lattice).to(images)
    return functional.interpolate(coarse[None], size=images.shape[2:], mode="bicubic", align_corners=True)[0]


def _normal(one: Draw, purpose: str, shape: Sequence[int]) -> Tensor:
    """Normal numbers of a draw's own field; made on the CPU, so that a GPU run sees the same ones."""
    return torch.randn(*shape, generator=torch.Generator().manual_seed(key_of(one.field_key, purpose) % 2**63))
