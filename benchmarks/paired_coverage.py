"""How often the intervals of `medunet compare` hold the truth, for paired differences shaped as those of Dice.

Usage: python benchmarks/paired_coverage.py [--studies 2000] [--json FILE]

Each study draws subjects, scores them by two runs and makes the intervals of `medunet.studies.paired_effects`; the
truth is what 2,000,000 subjects give. Wanted is 95 %.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from medunet.studies.paired_effects import d_z, mean_difference, median_difference, rank_biserial
from medunet.studies.paired_subjects import PairedSubjects
from medunet.workflows.surroundings import machine, versions

SIZES = (10, 20, 38, 100)
TRUTH = 2_000_000
ESTIMATES = {"mean": mean_difference, "median": median_difference, "rank-biserial": rank_biserial, "d_z": d_z}
Draw = Callable[[np.random.Generator, int], NDArray[np.float64]]


def near_normal(generator: np.random.Generator, n: int) -> NDArray[np.float64]:
    """Two runs that differ a little everywhere."""
    return generator.normal(0.004, 0.012, n)


def skewed(generator: np.random.Generator, n: int) -> NDArray[np.float64]:
    """Hard films, on which the better run gains more: the difference of two beta-distributed errors."""
    return generator.beta(2, 40, n) * generator.lognormal(0, 0.6, n) - generator.beta(2, 45, n)


def failures(generator: np.random.Generator, n: int) -> NDArray[np.float64]:
    """As near normal, and in 3 % of the films one run misses the structure: a difference near 1."""
    return near_normal(generator, n) + (generator.random(n) < 0.03) * 0.93


SHAPES: dict[str, Draw] = {"near normal": near_normal, "skewed": skewed, "3 % missed by one": failures}


def truths(draw: Draw) -> dict[str, float]:
    """What very many subjects give."""
    many = draw(np.random.default_rng(0), TRUTH)
    first, second = many[: TRUTH // 2], many[TRUTH // 2 :]
    averages = (first + second) / 2
    return {
        "mean": float(many.mean()),
        "median": float(np.median(averages)),
        "rank-biserial": float(np.sign(averages).mean()),
        "d_z": float(many.mean() / many.std()),
    }


def coverage(draw: Draw, n: int, studies: int) -> dict[str, float]:
    """Share of intervals that hold the truth; a study without an interval counts as a miss."""
    wanted, held = truths(draw), dict.fromkeys(ESTIMATES, 0)
    names = [f"{k:04d}" for k in range(n)]
    for number in range(studies):
        difference = draw(np.random.default_rng([n, number]), n)
        pairs = PairedSubjects.of(names, np.zeros(n), difference)
        for name, estimate in ESTIMATES.items():
            found = estimate(pairs)
            held[name] += found.low is not None and found.low <= wanted[name] <= found.high
    return {name: count / studies for name, count in held.items()}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--studies", type=int, default=2000)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    rows = []
    print(f"{'shape':20}{'n':>5}" + "".join(f"{name:>15}" for name in ESTIMATES))
    for shape, draw in SHAPES.items():
        for n in SIZES:
            found = coverage(draw, n, asked.studies)
            rows.append({"shape": shape, "n": n, **found})
            print(f"{shape:20}{n:5}" + "".join(f"{share:15.3f}" for share in found.values()), flush=True)
    if asked.json:
        asked.json.write_text(json.dumps({"rows": rows, "versions": versions(), "machine": machine()}, indent=2))


if __name__ == "__main__":
    main()
