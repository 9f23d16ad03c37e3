"""How long an audit takes and what memory it needs: films a second, with and without kept looks.

    python benchmarks/audit_speed.py [--films 10000] [--size 512] [--workers 2] [--out FOLDER]

A hundred synthetic films with masks are drawn; each film of the set is one of them, cut and stretched by up to 12 % a
side and with noise and gain of its own, so that every file is decoded and the search for copies has much to do. Prints
a table and JSON with versions and machine.
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
import time
from pathlib import Path

import numpy as np
import PIL.Image

import medunet as mu
from medunet.images import write_json
from medunet.phantoms import SCHEME, chest_film
from medunet.workflows.surroundings import machine, versions

DRAWN = 100


def draw(root: Path, films: int, size: int) -> None:
    """Write the films and masks; those of an earlier call are left as they are."""
    sources = [chest_film(11, index, size=size) for index in range(DRAWN)]
    for folder in ("images", "masks"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    for index in range(films):
        if (root / "masks" / f"film-{index:05d}.png").is_file():
            continue
        rng = np.random.default_rng(index)
        film = sources[index % DRAWN]
        left, top, right, bottom = (float(cut) * size for cut in rng.uniform(0, 0.12, 4))
        box = (left, top, size - right, size - bottom)
        grey = film.image.array[0] * rng.uniform(0.7, 1.1) + rng.normal(0, 4, (size, size))
        for folder, array, way in (
            ("images", np.clip(grey, 0, 255).astype(np.uint8), PIL.Image.Resampling.BILINEAR),
            ("masks", film.labels.array.astype(np.uint8), PIL.Image.Resampling.NEAREST),
        ):
            picture = PIL.Image.fromarray(array).resize((size, size), way, box=box)
            picture.save(root / folder / f"film-{index:05d}.png", compress_level=1)
    write_json(root / "masks" / "labels.json", SCHEME.to_mapping())


def peak() -> float:
    """Largest resident memory of this process and of its largest child, in GiB."""
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(resource.getrusage(kind).ru_maxrss for kind in kinds) / 1024**2


def main() -> None:
    """Draw, audit twice, print."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--films", type=int, default=10_000)
    words.add_argument("--size", type=int, default=512)
    words.add_argument("--workers", type=int, default=2)
    words.add_argument("--out", type=Path)
    asked = words.parse_args()
    out = asked.out or Path(tempfile.mkdtemp())
    draw(out / "films", asked.films, asked.size)
    found: dict[str, object] = {"films": asked.films, "size": asked.size, "workers": asked.workers}
    for name in ("first", "again"):
        start = time.perf_counter()
        mu.audit(out / "films", out=out / "audit", workers=asked.workers)
        seconds = time.perf_counter() - start
        found[name] = {"seconds": round(seconds, 1), "films_per_second": round(asked.films / seconds, 1)}
        print(f"{name:6} {seconds:8.1f} s  {asked.films / seconds:7.1f} films/s")
    found["peak_gib"] = round(peak(), 2)
    print(f"peak   {found['peak_gib']} GiB")
    print(json.dumps({**found, "machine": machine(), "versions": versions()}, indent=2))


if __name__ == "__main__":
    main()
