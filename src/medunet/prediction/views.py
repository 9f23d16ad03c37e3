"""Views: the same picture a little turned, scaled and exposed anew, and the way back for what is found on them.

Never mirrored: a heart has a side.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional


@dataclass(frozen=True, slots=True)
class View:
    """How a picture is looked at again.

    Attributes:
        angle: degrees about the middle.
        zoom: factor about the middle; above 1 enlarges.
        gamma: exponent on values in [0, 1].
    """

    angle: float
    zoom: float
    gamma: float

    def of(self, picture: Tensor) -> Tensor:
        """The picture, float32 (C, rows, columns) in [0, 1], in this view; same shape."""
        return _moved(picture, self._matrix(picture)).clamp(0, 1) ** self.gamma

    def back(self, found: Tensor) -> tuple[Tensor, Tensor]:
        """What was found in this view, on the picture's own pixels.

        Args:
            found: float32 (K, rows, columns).

        Returns:
            The same shape, and bool (rows, columns): where the view saw the picture.
        """
        matrix = torch.linalg.inv(self._matrix(found))
        ones = torch.ones_like(found[:1])
        return _moved(found, matrix), _moved(ones, matrix, padding="zeros")[0] > 0.5

    def _matrix(self, picture: Tensor) -> Tensor:
        """3×3, from the view's places to the picture's, in torch's coordinates (x, y) of −1 to 1."""
        angle, aspect = math.radians(self.angle), picture.shape[1] / picture.shape[2]
        cos, sin = math.cos(angle) / self.zoom, math.sin(angle) / self.zoom
        return torch.tensor([[cos, -sin * aspect, 0.0], [sin / aspect, cos, 0.0], [0.0, 0.0, 1.0]])


VIEWS = (View(angle=7, zoom=0.9, gamma=1.4), View(angle=-7, zoom=1.08, gamma=0.7))
"""The views that every model is asked for: within what most recipes train on."""


def _moved(picture: Tensor, matrix: Tensor, padding: str = "border") -> Tensor:
    """The picture (C, rows, columns) sampled at the matrix's places, linear."""
    theta = matrix[None, :2].to(picture)
    grid = functional.affine_grid(theta, [1, *picture.shape], align_corners=False)
    return functional.grid_sample(picture[None], grid, mode="bilinear", padding_mode=padding, align_corners=False)[0]
