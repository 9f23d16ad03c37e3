"""Surface distances: from every boundary element of one mask to the surface of the other, both ways."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from medunet.scoring.surface_elements import BoundaryElements, boundary_elements

_NEAREST = 4
"""Elements looked at around a point: with one alone the answer would hang on which of two equally near is met."""

_AT_ONCE = 1 << 17
"""Points asked together, so that the memory does not grow with the surface."""

ROUNDING = 1e-3
"""Distances are equal to the tolerance where they differ by less than this share of the finest step."""


@dataclass(frozen=True, eq=False)
class DirectedDistances:
    """From the surface of one mask to that of another.

    Attributes:
        distances: (n,) float64, distance of each element, ascending.
        areas: (n,) float64, area of the element, in the same order.
    """

    distances: NDArray[np.float64]
    areas: NDArray[np.float64]

    def quantile(self, share: float) -> float:
        """The distance within which this share of the area lies; linear from one element's distance to the next."""
        below = np.cumsum(self.areas)
        return float(np.interp(share * below[-1], below, self.distances))

    def within(self, limit: float) -> float:
        """The area whose distance is at most the limit."""
        return float(self.areas[: np.searchsorted(self.distances, limit, side="right")].sum())


@dataclass(frozen=True, eq=False)
class SurfaceDistances:
    """What every surface score is made of.

    Attributes:
        of_reference: from the reference's surface to the prediction's.
        of_prediction: from the prediction's surface to the reference's.
        tolerance: up to this distance surfaces count as the same in NSD, in the unit of the distances.
        rounding: what two equal distances may differ by.
    """

    of_reference: DirectedDistances
    of_prediction: DirectedDistances
    tolerance: float
    rounding: float = 0.0

    @property
    def both(self) -> tuple[DirectedDistances, DirectedDistances]:
        """The two directions."""
        return self.of_reference, self.of_prediction


def surface_distances(
    reference: BoundaryElements, prediction: BoundaryElements, *, tolerance: float
) -> SurfaceDistances:
    """Distances between two surfaces in one frame, both with at least one element.

    Raises:
        ValueError: a surface without elements has no distance, or the tolerance is below 0.
    """
    if not len(reference.points) or not len(prediction.points):
        raise ValueError("a mask without any element has no surface: the rule for empties says what holds")
    if not tolerance >= 0:
        raise ValueError(f"a tolerance is a length of at least 0, got {tolerance}")
    return SurfaceDistances(
        _directed(reference, prediction),
        _directed(prediction, reference),
        tolerance,
        ROUNDING * min(reference.steps),
    )


def mask_distances(
    reference: NDArray[np.bool_], prediction: NDArray[np.bool_], spacing: Sequence[float], *, tolerance: float
) -> SurfaceDistances:
    """Distances between the surfaces of two masks on one grid.

    Args:
        reference: bool (*space), True inside.
        prediction: bool, the same shape.
        spacing: distance between neighbours along each axis; the unit of the distances.
        tolerance: up to this distance surfaces count as the same in NSD, in the same unit.

    Raises:
        ValueError: the shapes differ, a mask is empty, or the tolerance is below 0.
    """
    if reference.shape != prediction.shape or len(spacing) != reference.ndim:
        raise ValueError(f"two masks of one shape, got {reference.shape}, {prediction.shape}, spacing {spacing}")
    return surface_distances(
        boundary_elements(reference, spacing), boundary_elements(prediction, spacing), tolerance=tolerance
    )


def _directed(source: BoundaryElements, target: BoundaryElements) -> DirectedDistances:
    """From the elements of `source` to the surface of `target`, ascending."""
    tree = cKDTree(target.points)
    count = min(_NEAREST, len(target.points))
    distances = np.concatenate(
        [
            _to_elements(points, target, tree.query(points, k=range(1, count + 1), workers=-1)[1])
            for points in np.split(source.points, range(_AT_ONCE, len(source.points), _AT_ONCE))
        ]
    )
    order = np.argsort(distances, kind="stable")
    return DirectedDistances(distances[order], source.areas[order])


def _to_elements(points: NDArray[np.float64], target: BoundaryElements, near: NDArray[np.intp]) -> NDArray[np.float64]:
    """Distance of each point to the nearest of some elements, each a flat disc of the target's radius.

    Args:
        points: (n, axes) places.
        target: the elements of the other surface.
        near: (n, k) which of its elements to look at for each point.
    """
    apart = points[:, None] - target.points[near]
    squares = np.einsum("nka,nka->nk", apart, apart)
    across = np.einsum("nka,nka->nk", apart, target.normals[near])
    aside = np.sqrt(np.maximum(squares - across**2, 0))
    beyond = np.maximum(aside - target.radius, 0)
    return np.asarray(np.sqrt(across**2 + beyond**2).min(axis=1))
