"""Grid: the geometry of an array, in two or in three dimensions.

A film is a two-dimensional thing with two axes and, where the file says it, a pixel size. It is never a volume with
one slice, and an unknown spacing is None, never 1 or 999.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ThirdAxis:
    """What a volume format holds of a film beyond its two axes, kept so that a mask gets the film's own header.

    Attributes:
        counted: True where the file's shape is (x, y, 1), False where it is (x, y).
        vector: third column of the file's affine (mm, RAS+), or None where the file has no geometry.
    """

    counted: bool
    vector: tuple[float, float, float] | None = None


@dataclass(frozen=True, slots=True)
class Grid:
    """Shape and place of an array. Axes are in array order: (row, column) for a film, (x, y, z) for a volume.

    Attributes:
        shape: pixels or voxels along each array axis; two or three numbers, each at least 1.
        spacing: mm between neighbours along each array axis, or None where the file does not say it.
        origin: position (mm, three world coordinates, RAS+) of the centre of element 0, or None.
        direction: one unit world vector (three numbers, RAS+) per array axis, or None. Set together with origin.
        third: how the file held a film in three dimensions; no part of the geometry and not compared.

    Raises:
        ValueError: a shape, spacing, origin or direction that no picture can have.
    """

    shape: tuple[int, ...]
    spacing: tuple[float, ...] | None = None
    origin: tuple[float, float, float] | None = None
    direction: tuple[tuple[float, float, float], ...] | None = None
    third: ThirdAxis | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        if len(self.shape) not in (2, 3) or not all(n >= 1 for n in self.shape):
            raise ValueError(f"a grid has two or three axes of at least one element, got shape {self.shape}")
        if self.spacing is not None:
            if len(self.spacing) != len(self.shape):
                raise ValueError(f"spacing {self.spacing} must have one number per axis of shape {self.shape}")
            if not all(s > 0 and math.isfinite(s) for s in self.spacing):
                raise ValueError(f"spacing must be finite and > 0 mm on every axis, got {self.spacing}")
        if (self.origin is None) != (self.direction is None):
            raise ValueError("origin and direction are given together or not at all")
        if self.direction is not None:
            if self.spacing is None:
                raise ValueError("a grid with a direction has a spacing")
            if len(self.direction) != len(self.shape):
                raise ValueError(f"direction needs one vector per axis of shape {self.shape}, got {self.direction}")
            if not all(abs(math.hypot(*v) - 1) < 1e-3 for v in self.direction):
                raise ValueError(f"direction vectors must have length 1, got {self.direction}")
        if self.third is not None and len(self.shape) != 2:
            raise ValueError("only a film has a third axis that is no part of its grid")

    @property
    def ndim(self) -> int:
        """2 for a film, 3 for a volume."""
        return len(self.shape)
