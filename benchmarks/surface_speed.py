"""Time and memory of surface scores: a volume with 12 structures, and films, beside MONAI where it is installed.

    python benchmarks/surface_speed.py [--shape 512 512 300] [--spacing 0.8 0.8 1.5] [--peer-structures 2] [--json FILE]

The structures are ellipsoids of the sizes of organs; those of the prediction are moved and swollen at random. Each row
runs in a process of its own. Memory is the largest of the process, both label maps (one byte a voxel) included. MONAI
takes whole masks, so it is given the same boxes around each structure, and only the first few structures.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from medunet.images import Grid, LabelMap, Scheme
from medunet.scoring import Ruler
from medunet.scoring.surface_scores import Surfaces
from medunet.workflows.surroundings import machine, versions

Labels = NDArray[np.uint8]

ORGANS = {
    "right lung": ((0.28, 0.45, 0.70), (62, 85, 110)),
    "left lung": ((0.72, 0.45, 0.70), (60, 85, 105)),
    "liver": ((0.35, 0.50, 0.38), (90, 70, 60)),
    "heart": ((0.50, 0.42, 0.62), (50, 50, 55)),
    "spleen": ((0.75, 0.55, 0.36), (40, 45, 55)),
    "right kidney": ((0.40, 0.65, 0.28), (28, 28, 55)),
    "left kidney": ((0.65, 0.65, 0.28), (28, 28, 55)),
    "spine": ((0.50, 0.72, 0.50), (18, 18, 180)),
    "pancreas": ((0.55, 0.40, 0.30), (50, 18, 15)),
    "aorta": ((0.50, 0.60, 0.60), (13, 13, 150)),
    "bladder": ((0.50, 0.35, 0.10), (40, 35, 35)),
    "gall bladder": ((0.42, 0.42, 0.42), (18, 18, 30)),
}
"""Middle as a share of the volume's extent, half axes in mm."""


def drawn(shape: tuple[int, ...], spacing: tuple[float, ...], seed: int | None) -> Labels:
    """Labels 1 to 12; with a seed each is moved by about 2 mm and swollen by about 5 %."""
    rng = np.random.default_rng(seed)
    step = np.array(spacing)
    labels = np.zeros(shape, np.uint8)
    for value, (place, half) in enumerate(ORGANS.values(), start=1):
        middle = np.array(place) * shape * step + (0 if seed is None else 2 * rng.normal(size=3))
        axes = np.array(half) * (1 if seed is None else 1 + 0.05 * rng.normal(size=3))
        first = np.maximum(np.floor((middle - axes) / step), 0).astype(int)
        last = np.minimum(np.ceil((middle + axes) / step).astype(int) + 1, shape)
        grid = np.ogrid[tuple(slice(a, b) for a, b in zip(first, last, strict=True))]
        inside = sum(((g * h - c) / r) ** 2 for g, h, c, r in zip(grid, step, middle, axes, strict=True)) <= 1
        labels[tuple(slice(a, b) for a, b in zip(first, last, strict=True))][inside] = value
    return labels


def volume(options: argparse.Namespace) -> dict[str, Any]:
    """All four scores of all structures, as `score_case` takes them."""
    first, second = (drawn(options.shape, options.spacing, seed) for seed in (None, 1))
    grid, scheme = Grid(options.shape, options.spacing), Scheme.of(ORGANS)
    start = time.perf_counter()
    surfaces = Surfaces.of(
        LabelMap(first, grid, scheme), LabelMap(second, grid, scheme), Ruler.of(grid), where="benchmark"
    )
    found = {name: surfaces.figures(name, "") for name in ORGANS}
    seconds = time.perf_counter() - start
    return {"structures": len(found), "seconds": seconds, "hd95": {n: f["hd95"][0] for n, f in found.items()}}


def monai(options: argparse.Namespace) -> dict[str, Any]:
    """HD, HD95, ASSD and NSD by MONAI, of the first structures, each in the box around both masks."""
    import torch
    from monai import metrics

    first, second = (drawn(options.shape, options.spacing, seed) for seed in (None, 1))
    plain: dict[str, Any] = {"include_background": True, "spacing": list(options.spacing)}
    names = list(ORGANS)[: options.peer_structures]
    found = {}
    start = time.perf_counter()
    for value, name in enumerate(names, start=1):
        boxes = [ndimage.find_objects(labels, value)[value - 1] for labels in (first, second)]
        box = tuple(slice(min(a.start, b.start), max(a.stop, b.stop)) for a, b in zip(*boxes, strict=True))
        one, other = (torch.from_numpy((x[box] == value)[None, None].astype(np.float32)) for x in (first, second))
        metrics.compute_hausdorff_distance(one, other, **plain)
        found[name] = float(metrics.compute_hausdorff_distance(one, other, percentile=95, **plain))
        metrics.compute_average_surface_distance(one, other, symmetric=True, **plain)
        metrics.compute_surface_dice(one, other, [2.0], use_subvoxels=True, **plain)
    return {"structures": len(names), "seconds": time.perf_counter() - start, "hd95": found}


def film(options: argparse.Namespace) -> dict[str, Any]:
    """Three structures on a film of 512 by 512, the shortest of ten."""
    rows, columns = np.ogrid[:512, :512]
    first, second = np.zeros((2, 512, 512), np.uint8)
    for value, (down, across, high, wide) in enumerate(
        ((240, 150, 150, 80), (240, 370, 150, 75), (330, 270, 80, 90)), 1
    ):
        first[((rows - down) / high) ** 2 + ((columns - across) / wide) ** 2 <= 1] = value
        second[((rows - down - 4) / high) ** 2 + ((columns - across + 3) / (wide + 3)) ** 2 <= 1] = value
    grid, scheme = Grid((512, 512)), Scheme.of(["right lung", "left lung", "heart"])
    maps = [LabelMap(labels, grid, scheme) for labels in (first, second)]
    times = []
    for _ in range(10):
        start = time.perf_counter()
        surfaces = Surfaces.of(*maps, Ruler.of(grid), where="benchmark")
        found = {name: surfaces.figures(name, "") for name in scheme.names}
        times.append(time.perf_counter() - start)
    return {"structures": 3, "seconds": min(times), "hd95": {n: f["hd95"][0] for n, f in found.items()}}


def _measured(task: Callable[[argparse.Namespace], dict[str, Any]], options: argparse.Namespace, answer: Any) -> None:
    found = task(options)
    answer.send(found | {"peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024})


def alone(task: Callable[[argparse.Namespace], dict[str, Any]], options: argparse.Namespace) -> dict[str, Any]:
    """What a task answers in a process of its own, with the most memory that it held."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_measured, args=(task, options, there))
    process.start()
    there.close()
    try:
        found: dict[str, Any] = here.recv()
    finally:
        process.join()
    return found


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shape", type=int, nargs=3, default=(512, 512, 300))
    parser.add_argument("--spacing", type=float, nargs=3, default=(0.8, 0.8, 1.5))
    parser.add_argument("--peer-structures", type=int, default=2)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    options.shape, options.spacing = tuple(options.shape), tuple(options.spacing)
    tasks = {"volume, medunet": volume, "film 512 x 512, medunet": film}
    tasks |= {"volume, MONAI": monai} if find_spec("monai") and options.peer_structures else {}
    print(f"volume {options.shape}, spacing {options.spacing} mm; {machine()['cores']} cores; hd, hd95, assd and nsd")
    print(f"{'':24} {'structures':>10} {'seconds':>9} {'s each':>8} {'peak MB':>8}   HD95 of the first")
    rows = []
    for name, task in tasks.items():
        found = alone(task, options)
        each = found["seconds"] / found["structures"]
        first = next(iter(found["hd95"].values()))
        line = f"{name:24} {found['structures']:10} {found['seconds']:9.3f} {each:8.3f} {found['peak_mb']:8.0f}"
        print(f"{line}   {first:.2f}", flush=True)
        rows.append({"what": name, **found})
    if options.json:
        record = {"rows": rows, "versions": versions(), "machine": machine()}
        options.json.write_text(json.dumps(record, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
