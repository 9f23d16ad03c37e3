"""How often the intervals of ECE and MCE hold the truth, by simulation.

A study has subjects of 400 pixels. A pixel's true logit is drawn from a normal distribution of SD 4 and shifted by its
subject's own offset; the network states the logit without the offset, times a factor that makes it too sure. The truth
is the figure of 10,000 subjects.

    python benchmarks/calibration_coverage.py --studies 400
"""

from __future__ import annotations

import argparse
import json
import platform
import sys

import numpy as np
from numpy.typing import NDArray

import medunet
from medunet.scoring import CALIBRATION_METRICS, RELIABILITY_BINS, ece_by_chance, mce_by_chance
from medunet.studies import Method, bootstrap_of_sums

PIXELS = 400
CHANCE = {"ece": ece_by_chance, "mce": mce_by_chance}
METHOD = Method("reflected bootstrap of whole subjects", "Davison and Hinkley 1997")


def study(random: np.random.Generator, subjects: int, spread: float, factor: float) -> NDArray[np.float64]:
    """(subjects, 4, 15) sums of simulated subjects."""
    logits = random.normal(0, 4, (subjects, PIXELS))
    inside = random.random(logits.shape) < 1 / (1 + np.exp(-logits - random.normal(0, spread, (subjects, 1))))
    stated = 1 / (1 + np.exp(-factor * logits))
    bins = np.maximum(np.ceil(stated * RELIABILITY_BINS).astype(int) - 1, 0)
    places = (bins + RELIABILITY_BINS * np.arange(subjects)[:, None]).ravel()
    parts = (np.ones_like(stated), inside, stated, (stated - inside) ** 2)
    return np.stack(
        [np.bincount(places, part.ravel(), subjects * RELIABILITY_BINS).reshape(subjects, -1) for part in parts], axis=1
    )


def coverage(subjects: int, spread: float, factor: float, studies: int) -> dict[str, float]:
    """Share of the studies whose interval holds the truth, for ECE and MCE."""
    random = np.random.default_rng([subjects, int(10 * spread), int(10 * factor)])
    whole = study(random, 10_000, spread, factor).sum(axis=0)
    held = dict.fromkeys(CHANCE, 0)
    for _ in range(studies):
        sums = study(random, subjects, spread, factor)
        for name, chance in CHANCE.items():
            found = bootstrap_of_sums(
                sums, CALIBRATION_METRICS[name], rows=subjects, method=METHOD, least=0.0, by_chance=chance
            )
            held[name] += found.low is not None and found.low <= CALIBRATION_METRICS[name](whole) <= (found.high or 0)
    return {name: count / studies for name, count in held.items()}


def main() -> None:
    """Print the table, then one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--studies", type=int, default=400)
    told = parser.parse_args()
    rows = []
    print("subjects  offset SD  factor    ECE    MCE")
    for subjects in (10, 20, 40, 100):
        for spread in (0.3, 1.0):
            for factor in (1.0, 1.2, 1.5, 2.5):
                found = coverage(subjects, spread, factor, told.studies)
                rows.append({"subjects": subjects, "spread": spread, "factor": factor, **found})
                print(
                    f"{subjects:8d}  {spread:9.1f}  {factor:6.1f}  {found['ece']:.3f}  {found['mce']:.3f}", flush=True
                )
    for subjects in (10, 20, 40, 100):
        mine = [row for row in rows if row["subjects"] == subjects]
        ends = (f"{min(r[n] for r in mine):.3f} to {max(r[n] for r in mine):.3f}" for n in CHANCE)
        print(f"{subjects} subjects: ECE, MCE held in", ", ".join(ends))
    about = {"medunet": medunet.__version__, "numpy": np.__version__, "python": platform.python_version()}
    print(json.dumps({"studies": told.studies, "rows": rows, "versions": about}), file=sys.stdout)


if __name__ == "__main__":
    main()
