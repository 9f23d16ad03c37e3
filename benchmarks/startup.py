"""How quickly medunet answers: every command's help, and one film cold (a new process, model loaded, mask on disk).

    python benchmarks/startup.py [--model RUN] [--film FILE] [--times 5] [--out FOLDER]

Every time is that of a whole process, from its start to its end, best and median. Without a model a run of the recipe's
own network is trained for a few steps on synthetic films: how well it segments plays no part here. Prints a table and
writes JSON with versions and machine beside it.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import medunet as mu
from medunet.cli.app import command_table
from medunet.images import write_json, write_labels, write_png
from medunet.phantoms import SCHEME, chest_film
from medunet.workflows.surroundings import machine, versions

HELP_LIMIT, FILM_LIMIT = 0.5, 4.0
CALL = "from medunet.cli.entry import main; main()"


def commands() -> Iterator[list[str]]:
    """The words of every command and sub-command; none for the table itself."""
    yield []
    for name, command in command_table().commands.items():
        yield [name]
        yield from ([name, below] for below in getattr(command, "commands", {}))


def seconds(words: list[str]) -> float:
    """How long one call takes as a process of its own."""
    start = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", CALL, *words], capture_output=True, text=True, check=False)
    took = time.perf_counter() - start
    if done.returncode:
        raise SystemExit(f"medunet {' '.join(words)} ended with {done.returncode}: {done.stderr}")
    return took


def measured(name: str, calls: list[list[str]], limit: float) -> dict[str, object]:
    """Best and median over calls; the first warms the disk's cache and is not counted."""
    times = [seconds(words) for words in calls][1:]
    return {
        "call": name,
        "best": round(min(times), 3),
        "median": round(statistics.median(times), 3),
        "limit": limit,
        "calls": len(times),
    }


def trained(folder: Path) -> Path:
    """A run with the recipe's own network, trained for an epoch on synthetic films."""
    films = folder / "films"
    for index in range(10):
        film = chest_film(0, index, size=256)
        write_png(films / "images" / f"{film.id}.png", film.image)
        write_labels(films / "masks" / f"{film.id}.png", film.labels)
    write_json(films / "masks" / "labels.json", SCHEME.to_mapping())
    return mu.train(films, out=folder / "run", changes=["training.steps=5"], overwrite=True).folder


def film_like_a_real_one(folder: Path) -> Path:
    """A synthetic film of 1024 pixels, as a PNG."""
    path = folder / "film.png"
    write_png(path, chest_film(1, 0, size=1024).image)
    return path


def main() -> None:
    """Parse, time, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", help="a run or model folder [default: one is trained for a few steps]")
    parser.add_argument("--film", help="an image [default: a synthetic film of 1024 pixels]")
    parser.add_argument("--times", type=int, default=5, help="calls that count")
    parser.add_argument("--out", type=Path, default=Path("scratch/startup"))
    words = parser.parse_args()
    words.out.mkdir(parents=True, exist_ok=True)
    model = words.model or str(trained(words.out))
    film = words.film or str(film_like_a_real_one(words.out))
    rows = [
        measured(" ".join(["medunet", *path, "--help"]), [[*path, "--help"]] * (words.times + 1), HELP_LIMIT)
        for path in commands()
    ]
    cold = [
        "predict",
        film,
        "--model",
        model,
        "--out",
        str(words.out / "predictions"),
        "--overwrite",
        "--device",
        "cpu",
    ]
    rows.append(measured("medunet predict, one film cold", [cold] * (words.times + 1), FILM_LIMIT))
    print(f"{'':36}{'best':>9}{'median':>9}{'limit':>9}")
    for row in rows:
        print(f"{row['call']:36}{row['best']:7.2f} s{row['median']:7.2f} s{row['limit']:7.1f} s")
    result = {"rows": rows, "versions": versions(), "machine": machine()}
    (words.out / "startup.json").write_text(json.dumps(result, indent=2), encoding="utf-8")


if __name__ == "__main__":
    main()
