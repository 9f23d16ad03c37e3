"""How well `chest-xray-small` does on real films in a given time: Dice of lung and heart, error of the CTR.

    python benchmarks/chest_accuracy.py PATH/TO/chest-wingspan [--budget 15] [--seeds 0] [--out FOLDER]

The split is seeded and by subject: of the 193 films of Wingspan 136 train, 19 tune, 38 test. The test films choose
nothing. The budget counts the whole call of `medunet train`, reading and preparing included. Prints a table and writes
JSON with versions and machine beside it.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from pathlib import Path

import medunet as mu
from medunet.workflows.surroundings import machine, versions

PLAIN = (
    "network.widths=[24,48,96,192,384]",
    "training.loss={ce: 1}",
    "training.schedule.kind=plateau",
    "training.monitor=val_dice",
    "training.lr=1e-3",
    "augmentation={rotation: 10, shift: 0.05, zoom: 0.1, brightness: 0.1, contrast: 0.2}",
)
"""A plain U-Net of 4.4 million parameters with ordinary augmentation, for `--plain`: the same films, the same time."""
BASELINE = {"name": "plain 4.4 M U-Net, 15 min, another split (given)", "lung": 0.965, "heart": 0.942, "ctr": 0.0174}


class Lines:
    """Progress as a line every half minute."""

    def __init__(self) -> None:
        self.total, self.last = 0, 0.0

    def say(self, text: str) -> None:
        print(text, file=sys.stderr)

    def begin(self, what: str, total: int) -> None:
        self.total = total

    def advance(self, done: int, note: str = "") -> None:
        if time.monotonic() - self.last > 30:
            self.last = time.monotonic()
            print(f"{done}/{self.total} {note}", file=sys.stderr)

    def end(self) -> None:
        pass


def one(data: Path, out: Path, seed: int, minutes: float, changes: list[str]) -> dict[str, object]:
    """Train with one seed of the draws (the split keeps seed 0's) and score the test films."""
    start = time.monotonic()
    run = mu.train(
        data,
        out=out / f"seed-{seed}",
        changes=[f"training.seed={seed}", *changes],
        budget=60 * minutes,
        overwrite=True,
        progress=Lines(),
    )
    trained = time.monotonic() - start
    scored = mu.evaluate(run.folder, overwrite=True)
    error = scored.summary("all", "ctr_abs_error")
    dice = {name: scored.summary(name, "dice") for name in ("lung", "heart")}
    return {
        "seed": seed,
        "seconds": round(trained, 1),
        "epochs": run.epochs,
        "test_films": dice["lung"].n,
        **{name: round(summary.mean, 4) for name, summary in dice.items()},
        **{f"{name}_median": round(summary.median, 4) for name, summary in dice.items()},
        "ctr": round(error.mean, 4),
        "ctr_films": error.n,
        "weights_sha256": run.weights_sha256,
    }


def main() -> None:
    """Parse, run every seed, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--budget", type=float, default=15, help="minutes for one training")
    parser.add_argument("--seeds", default="0", help="seeds of the training's draws, joined by commas")
    parser.add_argument("--out", type=Path, default=Path("scratch/chest-accuracy"))
    parser.add_argument("--plain", action="store_true", help="a plain U-Net of 4.4 M instead, for comparison")
    parser.add_argument("--set", action="append", default=[], dest="changes")
    words = parser.parse_args()
    if words.plain:
        words.changes = [*PLAIN, *words.changes]
    rows = [one(words.data, words.out, int(seed), words.budget, words.changes) for seed in words.seeds.split(",")]
    print(f"{'':52}{'lung Dice':>10}{'heart Dice':>11}{'CTR MAE':>9}{'films':>7}{'train':>9}")
    print(f"{BASELINE['name']:52}{BASELINE['lung']:10.3f}{BASELINE['heart']:11.3f}{BASELINE['ctr']:9.4f}")
    for row in rows:
        name = f"{'plain U-Net' if words.plain else 'chest-xray-small'}, seed {row['seed']}, {row['epochs']} epochs"
        print(
            f"{name:52}{row['lung']:10.4f}{row['heart']:11.4f}{row['ctr']:9.4f}{row['test_films']:7}"
            f"{row['seconds'] / 60:7.1f} m"
        )
    if len(rows) > 1:
        means = [statistics.mean(row[key] for row in rows) for key in ("lung", "heart", "ctr")]
        print(f"{'mean over seeds':52}{means[0]:10.4f}{means[1]:11.4f}{means[2]:9.4f}")
    result = {"rows": rows, "baseline": BASELINE, "versions": versions(), "machine": machine()}
    words.out.mkdir(parents=True, exist_ok=True)
    (words.out / "chest_accuracy.json").write_text(json.dumps(result, indent=2), encoding="utf-8")


if __name__ == "__main__":
    main()
