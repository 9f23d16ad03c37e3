"""Kill a training at random moments, go on, and compare its weights with those of a training that nobody killed.

    python benchmarks/kill_training.py [--moments 20] [--seed 0] [--kills 2]

Each trial starts the real program on synthetic films, kills it (SIGKILL) at a moment drawn evenly over its training,
goes on with `--resume`, kills that one too, and so on, until `--kills` have been done; then it is let run to its end.
Half of the moments are drawn among those at which a checkpoint is being written. On one machine and one number of
threads the weights must be the same bit for bit. Prints a row a trial and ends with exit code 1 if any differs.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from medunet.images import write_csv, write_json, write_labels, write_png
from medunet.phantoms import SCHEME, chest_film
from medunet.workflows.surroundings import machine, versions

CHANGES = (
    "training.batch=4",
    "training.steps=360",
    "input.size=[32,32]",
    "network.widths=[16,32,64,128]",
    "network.dropout=0.1",
    "training.schedule.kind=plateau",
    "split={train: 0.6, val: 0.2, test: 0.2}",
)
"""Small pictures, weights of some megabytes: much of the time goes into writing checkpoints."""


def write_films(root: Path, count: int = 16) -> None:
    """Synthetic films with masks."""
    rows = []
    for index in range(count):
        film = chest_film(1, index, size=64)
        write_png(root / "images" / f"{film.id}.png", film.image)
        write_labels(root / "masks" / f"{film.id}.png", film.labels)
        rows.append([film.id, film.subject])
    write_json(root / "masks" / "labels.json", SCHEME.to_mapping())
    write_csv(root / "cases.csv", ["id", "subject"], rows)


class Program:
    """Starts `medunet train` on one thread."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {**os.environ, "OMP_NUM_THREADS": "1", "XDG_CACHE_HOME": str(folder / "cache")}

    def start(self, run: Path, *more: str) -> subprocess.Popen[str]:
        """A running training."""
        told = [word for change in CHANGES for word in ("--set", change)]
        words = ["train", str(self.folder / "films"), "--out", str(run), "--device", "cpu", "--json", *told, *more]
        line = [sys.executable, "-c", "from medunet.cli import main; main()", *words]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "text": True}
        return subprocess.Popen(line, env=self.environment, **pipes)  # type: ignore[call-overload, no-any-return]

    def finish(self, run: Path, *more: str) -> tuple[str, float]:
        """Run to the end: the hash of the weights, and the seconds from the first checkpoint to the last."""
        process = self.start(run, *more)
        while not begun(run) and process.poll() is None:
            time.sleep(0.002)
        start = last = time.monotonic()
        while process.poll() is None and not (run / "model").exists():
            last = time.monotonic()
            time.sleep(0.002)
        out, _ = process.communicate(timeout=600)
        return str(json.loads(out)["weights_sha256"]), last - start


def begun(run: Path) -> bool:
    """Whether a checkpoint is there to go on from."""
    return any((run / "checkpoints" / name).is_file() for name in ("last.ckpt", "previous.ckpt"))


def writing(run: Path) -> bool:
    """Whether a checkpoint is being written: its temporary file is there."""
    try:
        return any(name.startswith(".") and name.endswith(".ckpt") for name in os.listdir(run / "checkpoints"))
    except OSError:
        return False


def kill_once(program: Program, run: Path, draw: random.Random, length: float) -> tuple[bool, bool]:
    """Start or go on, and kill at a random moment; whether it still ran, and whether a checkpoint was in writing."""
    process = program.start(run, *(["--resume"] if begun(run) else []))
    want_write, wait = draw.random() < 0.5, draw.uniform(0, length)
    while not begun(run) and process.poll() is None:
        time.sleep(0.002)
    end = time.monotonic() + wait
    while process.poll() is None and (time.monotonic() < end or (want_write and not writing(run))):
        time.sleep(0.0005)
    ran = process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.wait()
    return ran, writing(run)


def main() -> int:
    """Run the trials; 1 where any ended with other weights."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--moments", type=int, default=20, help="trials")
    words.add_argument("--kills", type=int, default=2, help="kills in a trial")
    words.add_argument("--seed", type=int, default=0)
    words.add_argument("--json", type=Path, default=Path("scratch/kill_training.json"))
    told = words.parse_args()
    draw = random.Random(told.seed)
    rows = []
    with tempfile.TemporaryDirectory() as name:
        program = Program(Path(name))
        write_films(Path(name) / "films")
        program.finish(Path(name) / "warm")
        wanted, seconds = program.finish(Path(name) / "whole")
        print(f"a training that nobody kills takes {seconds:.1f} s after its first epoch and ends with {wanted[:12]}")
        print(f"{'trial':>5}  {'killed while running':>20}  {'in a write':>10}  weights")
        for trial in range(told.moments):
            run = Path(name) / f"run-{trial}"
            kills = [kill_once(program, run, draw, seconds / told.kills) for _ in range(told.kills)]
            found, _ = program.finish(run, "--resume")
            ran, inside = sum(k[0] for k in kills), sum(k[1] for k in kills)
            rows.append({"killed": ran, "in_a_write": inside, "same": found == wanted})
            print(f"{trial:5}  {ran:20}  {inside:10}  {'same' if found == wanted else 'OTHER: ' + found[:12]}")
    same = sum(row["same"] for row in rows)
    print(f"{same} of {len(rows)} ended with the same weights, bit for bit; {sum(r['killed'] for r in rows)} kills, "
          f"{sum(r['in_a_write'] for r in rows)} of them while a checkpoint was being written")  # fmt: skip
    told.json.parent.mkdir(parents=True, exist_ok=True)
    told.json.write_text(json.dumps({"rows": rows, "versions": versions(), "machine": machine()}, indent=2))
    return 0 if same == len(rows) else 1


if __name__ == "__main__":
    sys.exit(main())
