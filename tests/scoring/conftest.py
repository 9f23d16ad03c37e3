from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

PLACEMENTS = 6
"""A mask depends on where the grid lies under the shape; a claim is about several such placements."""


@dataclass(frozen=True)
class Balls:
    """Two circles or spheres: the second of another radius or shifted, and what is true of them."""

    spacing: tuple[float, ...]
    radii: tuple[float, float]
    shift: tuple[float, ...]
    tolerance: float = 2.0

    def masks(self, seed):
        """Both on one grid: placement 0 has the centre on an element, 1 between elements, the others are drawn."""
        step, shift = np.array(self.spacing, float), np.array(self.shift, float)
        place = np.random.default_rng(seed).random(step.size) if seed > 1 else seed / 2
        reach = max(self.radii)
        centre = reach + np.maximum(-shift, 0) + (1 + place) * step
        shape = np.ceil((centre + np.maximum(shift, 0) + reach) / step).astype(int) + 2
        axes = np.ogrid[tuple(slice(n) for n in shape)]
        return tuple(
            sum((axis * h - c) ** 2 for axis, h, c in zip(axes, step, middle, strict=True)) <= radius**2
            for radius, middle in zip(self.radii, (centre, centre + shift), strict=True)
        )

    def truth(self):
        """hd, hd95, assd, nsd by integration over the polar angle to the shift."""
        ends = np.linspace(-1, 1, 200_001) if len(self.spacing) == 3 else np.linspace(0, np.pi, 200_001)
        middle = (ends[1:] + ends[:-1]) / 2
        cosine = middle if len(self.spacing) == 3 else np.cos(middle)
        apart = np.linalg.norm(self.shift)
        ways = [
            np.abs(np.sqrt(r**2 + apart**2 - 2 * r * apart * cosine) - other)
            for r, other in (self.radii, self.radii[::-1])
        ]
        areas = [r ** (len(self.spacing) - 1) for r in self.radii]
        return {
            "hd": max(way.max() for way in ways),
            "hd95": max(np.quantile(way, 0.95) for way in ways),
            "assd": np.average([way.mean() for way in ways], weights=areas),
            "nsd": np.average([(way <= self.tolerance).mean() for way in ways], weights=areas),
        }

    def area(self):
        """Area of the first's surface, or the length of its outline."""
        return 4 * np.pi * self.radii[0] ** 2 if len(self.spacing) == 3 else 2 * np.pi * self.radii[0]


@pytest.fixture(scope="session")
def balls():
    return Balls


@pytest.fixture(scope="session")
def placements():
    return range(PLACEMENTS)
