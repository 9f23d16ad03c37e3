"""What a large CheXmask table costs: peak memory and rows a second, to index it and to read masks from it.

    python benchmarks/chexmask_stream.py [--rows 100000] [--gzip] [--folder FOLDER] [--from TABLE.csv.gz]

Makes a table of that many rows (ellipses of real size on a grid of 1024, or the rows of a real table over and over),
then reads it in a process of its own: every row becomes a case, and masks of cases at random are decoded.
Prints a table and writes JSON with versions and machine beside it.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

HEADING = (
    "ImageID",
    "Dice RCA (Mean)",
    "Dice RCA (Max)",
    "Landmarks",
    "Left Lung",
    "Right Lung",
    "Heart",
    "Height",
    "Width",
)
SIZE = 1024
DECODED = 200


def ellipse(x: float, y: float, a: float, b: float) -> tuple[str, list[tuple[float, float]]]:
    """Run-length text and outline of an ellipse on the grid."""
    rows = np.arange(int(y - b) + 1, int(y + b))
    half = a * np.sqrt(1 - ((rows - y) / b) ** 2)
    starts = rows * SIZE + np.ceil(x - half).astype(int) + 1
    lengths = np.maximum(1, (2 * half).astype(int))
    turn = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    return " ".join(f"{s} {n}" for s, n in zip(starts, lengths, strict=True)), list(
        zip(x + a * np.cos(turn), y + b * np.sin(turn), strict=True)
    )


def row(number: int) -> list[str]:
    """One synthetic film."""
    jitter = random.Random(number).uniform(-20, 20)
    shapes = [
        ellipse(300 + jitter, 500, 140, 330),
        ellipse(720 + jitter, 500, 140, 330),
        ellipse(540 + jitter, 620, 170, 150),
    ]
    points = [p for (_, outline), count in zip(shapes, (44, 50, 26), strict=True) for p in outline[:count]]
    marks = ",".join(f"{x:.0f},{y:.0f}" for x, y in points)
    return [f"{number:08d}.png", "0.85", "0.9", marks, shapes[1][0], shapes[0][0], shapes[2][0], str(SIZE), str(SIZE)]


def make(path: Path, rows: int, source: Path | None) -> None:
    """Write the table."""
    csv.field_size_limit(1 << 24)
    heading, real = list(HEADING), []
    if source is not None:
        with gzip.open(source, "rt", newline="") as file:
            heading, *real = list(csv.reader(file))
    else:
        real = [row(number) for number in range(64)]
    packed = path.suffix == ".gz"
    with gzip.open(path, "wt", newline="", compresslevel=1) if packed else path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(heading)
        writer.writerows([f"{number:08d}.png", *real[number % len(real)][1:]] for number in range(rows))


def read(path: Path) -> dict[str, float]:
    """Index the table, then decode masks of cases at random; figures of this process."""
    from medunet.cases import read_masks

    start = time.perf_counter()
    cases = read_masks([path])
    indexed = time.perf_counter() - start
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    start = time.perf_counter()
    for case in random.Random(0).sample(cases.cases, min(DECODED, len(cases))):
        if case.target is not None:
            case.target.read(case.target.grid(), case.id)
    decoded = (time.perf_counter() - start) / min(DECODED, len(cases))
    return {
        "rows": len(cases),
        "rows_per_s": len(cases) / indexed,
        "index_s": indexed,
        "peak_MiB_index": memory,
        "peak_MiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "ms_per_mask_at_random": 1000 * decoded,
    }


def main() -> None:
    """Make the table, read it, print the figures."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--rows", type=int, default=100_000)
    words.add_argument("--gzip", action="store_true")
    words.add_argument("--from", dest="source", type=Path)
    words.add_argument("--folder", type=Path)
    words.add_argument("--read", type=Path, help=argparse.SUPPRESS)
    words.add_argument("--out", type=Path, default=Path("chexmask_stream.json"))
    asked = words.parse_args()
    if asked.read:
        print(json.dumps(read(asked.read)))
        return
    with tempfile.TemporaryDirectory(dir=asked.folder) as folder:
        table = Path(folder) / ("table.csv.gz" if asked.gzip else "table.csv")
        make(table, asked.rows, asked.source)
        size = table.stat().st_size / 1024**2
        done = subprocess.run([sys.executable, __file__, "--read", table], capture_output=True, text=True, check=True)
    from medunet.workflows.surroundings import machine, versions

    figures = {"table_MiB": size, "gzip": asked.gzip, **json.loads(done.stdout)}
    for name, value in figures.items():
        print(f"{name:24} {value:,.1f}" if isinstance(value, float) else f"{name:24} {value:,}")
    asked.out.write_text(json.dumps({**figures, "versions": versions(), "machine": machine()}, indent=2) + "\n")


if __name__ == "__main__":
    main()
