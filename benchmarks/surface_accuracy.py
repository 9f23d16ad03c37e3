"""How near surface scores come to the truth on circles and spheres, beside what was tried and left, and beside MONAI.

    python benchmarks/surface_accuracy.py [--placements 8] [--json FILE]

Each pair of shapes is put on the grid in several placements. Errors are against integration over the exact shapes:
HD and HD95 the largest in mm, ASSD and NSD the mean and the largest in % of the truth (of NSD 0: in points).

The rows: `medunet`; `as pixels`: slices smoothed like pixels, not by the distance within them; `faces`: no smoothing,
the faces of the voxels with their areas; `border voxels`: voxels with a neighbour outside, each counting once; both by
distances between centres (SciPy); `MONAI`: MONAI's metrics with `spacing`, where it is installed.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from medunet.scoring import SURFACE_METRICS, DirectedDistances, SurfaceDistances, mask_distances, surface_levels
from medunet.workflows.surroundings import machine, versions

Mask = NDArray[np.bool_]
Pair = tuple[tuple[float, ...], tuple[float, float], tuple[float, ...], float]
Method = Callable[[Mask, Mask, tuple[float, ...], float], dict[str, float]]
METRICS = ("hd", "hd95", "assd", "nsd")

PAIRS: tuple[Pair, ...] = (
    ((1, 1, 1), (25, 25), (0, 0, 10), 2),
    ((1, 1, 1), (20, 25), (0, 0, 0), 2),
    ((1, 1, 2.5), (25, 25), (8, 0, 6), 2),
    ((1, 1, 5), (25, 25), (0, 0, 10), 2),
    ((1, 1, 5), (20, 25), (0, 0, 0), 2),
    ((1, 1, 5), (15, 15), (4, 0, 4), 3),
    ((5, 1, 1), (25, 25), (0, 0, 10), 2),
    ((5, 1, 1), (25, 25), (0, 0, 10), 5),
    ((1, 5, 1), (30, 25), (2, 5, -4), 4),
    ((1, 1), (60, 60), (12, 16), 5),
    ((1, 2), (60, 60), (12, 16), 5),
    ((1, 2), (40, 50), (0, 0), 2),
)
"""Spacing, radii, shift of the second, tolerance: all in mm."""


def masks(pair: Pair, placement: int) -> tuple[Mask, Mask]:
    """Both shapes on one grid: placement 0 has the centre on an element, 1 between elements, the others are drawn."""
    spacing, radii, shift, _ = pair
    step, apart = np.array(spacing, float), np.array(shift, float)
    place = np.random.default_rng(placement).random(step.size) if placement > 1 else placement / 2
    centre = max(radii) + np.maximum(-apart, 0) + (1 + place) * step
    shape = np.ceil((centre + np.maximum(apart, 0) + max(radii)) / step).astype(int) + 2
    axes = np.ogrid[tuple(slice(n) for n in shape)]
    first, second = (
        sum((axis * h - c) ** 2 for axis, h, c in zip(axes, step, middle, strict=True)) <= radius**2
        for radius, middle in zip(radii, (centre, centre + apart), strict=True)
    )
    return first, second


def truth(pair: Pair) -> dict[str, float]:
    """The four scores by integration over the angle to the shift."""
    spacing, radii, shift, tolerance = pair
    volume = len(spacing) == 3
    ends = np.linspace(-1, 1, 200_001) if volume else np.linspace(0, np.pi, 200_001)
    middle = (ends[1:] + ends[:-1]) / 2
    cosine = middle if volume else np.cos(middle)
    apart = float(np.linalg.norm(shift))
    ways = [
        np.sort(np.abs(np.sqrt(r**2 + apart**2 - 2 * r * apart * cosine) - other)) for r, other in (radii, radii[::-1])
    ]
    first, second = (
        DirectedDistances(way, np.full(way.size, radius ** (len(spacing) - 1) / way.size))
        for way, radius in zip(ways, radii, strict=True)
    )
    exact = SurfaceDistances(first, second, tolerance)
    return {name: SURFACE_METRICS[name](exact) for name in METRICS}


def ours(first: Mask, second: Mask, spacing: tuple[float, ...], tolerance: float) -> dict[str, float]:
    """What `medunet` gives."""
    distances = mask_distances(first, second, spacing, tolerance=tolerance)
    return {name: SURFACE_METRICS[name](distances) for name in METRICS}


@contextmanager
def changed(name: str, value: Any) -> Iterator[None]:
    """A name of `surface_levels` with another value."""
    before = getattr(surface_levels, name)
    setattr(surface_levels, name, value)
    try:
        yield
    finally:
        setattr(surface_levels, name, before)


def as_pixels(first: Mask, second: Mask, spacing: tuple[float, ...], tolerance: float) -> dict[str, float]:
    """Slices smoothed like pixels, whatever their thickness."""
    with changed("THICK", np.inf):
        return ours(first, second, spacing, tolerance)


def faces(first: Mask, second: Mask, spacing: tuple[float, ...], tolerance: float) -> dict[str, float]:
    """The faces of the voxels: their centres, their areas, the distance between centres."""
    ways = [_face_centres(mask, spacing) for mask in (first, second)]
    return _between(ways, tolerance)


def border_voxels(first: Mask, second: Mask, spacing: tuple[float, ...], tolerance: float) -> dict[str, float]:
    """Voxels with a neighbour outside, each counting once."""
    ways = []
    for mask in (first, second):
        places = np.argwhere(mask & ~ndimage.binary_erosion(mask))
        ways.append((places * np.array(spacing), np.ones(len(places))))
    return _between(ways, tolerance)


def monai(first: Mask, second: Mask, spacing: tuple[float, ...], tolerance: float) -> dict[str, float]:
    """MONAI's metrics with a spacing; NSD with its sub-voxel areas."""
    import torch
    from monai import metrics

    one, other = (torch.from_numpy(mask[None, None].astype(np.float32)) for mask in (first, second))
    plain: dict[str, Any] = {"include_background": True, "spacing": [float(step) for step in spacing]}
    return {
        "hd": float(metrics.compute_hausdorff_distance(one, other, **plain)),
        "hd95": float(metrics.compute_hausdorff_distance(one, other, percentile=95, **plain)),
        "assd": float(metrics.compute_average_surface_distance(one, other, symmetric=True, **plain)),
        "nsd": float(metrics.compute_surface_dice(one, other, [tolerance], use_subvoxels=True, **plain)),
    }


def _face_centres(mask: Mask, spacing: tuple[float, ...]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    wide = np.pad(mask, 1)
    points, areas = [], []
    for axis, step in enumerate(spacing):
        places = np.argwhere(np.diff(wide.astype(np.int8), axis=axis)).astype(float)
        places[:, axis] += 0.5
        points.append(places * np.array(spacing))
        areas.append(np.full(len(places), np.prod(spacing) / step))
    return np.concatenate(points), np.concatenate(areas)


def _between(ways: list[tuple[NDArray[np.float64], NDArray[np.float64]]], tolerance: float) -> dict[str, float]:
    """The scores of two sets of weighted points."""
    from scipy.spatial import cKDTree

    directed = []
    for (points, areas), (others, _) in (ways, ways[::-1]):
        found = cKDTree(others).query(points)[0]
        order = np.argsort(found)
        directed.append(DirectedDistances(found[order], areas[order]))
    distances = SurfaceDistances(directed[0], directed[1], tolerance, rounding=1e-6)
    return {name: SURFACE_METRICS[name](distances) for name in METRICS}


def errors(pair: Pair, method: Method, placements: int) -> dict[str, float]:
    """The largest errors of distances, mean and largest of the shares, over the placements."""
    exact = truth(pair)
    found = [method(*masks(pair, number), pair[0], pair[3]) for number in range(placements)]
    off = {name: np.array([one[name] for one in found]) - exact[name] for name in METRICS}
    percent = {name: 100 * off[name] / (exact[name] or 1) for name in ("assd", "nsd")}
    return {
        "hd": float(np.abs(off["hd"]).max()),
        "hd95": float(np.abs(off["hd95"]).max()),
        **{f"{name} mean": float(percent[name].mean()) for name in percent},
        **{f"{name} largest": float(np.abs(percent[name]).max()) for name in percent},
    }


def methods() -> dict[str, Method]:
    """Every method that can run here, by its name in the table."""
    found: dict[str, Method] = {
        "medunet": ours,
        "as pixels": as_pixels,
        "faces": faces,
        "border voxels": border_voxels,
    }
    return found | ({"MONAI": monai} if find_spec("monai") else {})


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--placements", type=int, default=8)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    rows = []
    print(f"{'':14} {'HD':>6} {'HD95':>6} {'ASSD %':>14} {'NSD %':>14}   ({options.placements} placements)")
    for pair in PAIRS:
        spacing, radii, shift, tolerance = pair
        exact = ", ".join(f"{name} {value:.3f}" for name, value in truth(pair).items())
        print(f"spacing {spacing}, radii {radii}, shift {shift}, tolerance {tolerance}: {exact}")
        for name, method in methods().items():
            found = errors(pair, method, options.placements)
            shares = " ".join(f"{found[f'{one} mean']:+7.1f} {found[f'{one} largest']:6.1f}" for one in ("assd", "nsd"))
            print(f"{name:14} {found['hd']:6.2f} {found['hd95']:6.2f} {shares}", flush=True)
            rows.append({"pair": pair, "method": name, **found})
    if options.json:
        record = {"rows": rows, "versions": versions(), "machine": machine()}
        options.json.write_text(json.dumps(record, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
