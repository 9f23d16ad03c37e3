"""How often the intervals of `medunet evaluate` hold the truth, by simulation, beside plain t and percentile bootstrap.

    python benchmarks/interval_coverage.py [--samples 1000] [--bootstrap-samples 250] [--seed 1] [--json FILE]

Every sample is drawn anew from a shape that scores have: beta distributions as Dice of real runs has them (heart: mean
.947, SD .026, skewness −.9; lungs: .965, .020, −1.4), a tail of poor cases, a share of structures that were missed and
count as 0, and distances that are log-normal, with the image's diagonal where a structure was missed. `several cases`:
each subject has 1 to 6 cases that resemble each other (Gaussian copula, correlation .6), the n are subjects.

Printed per shape, method and n: the share of 95 % intervals that hold the truth in %, its Monte-Carlo standard error,
and the mean width. The gaps are between a group of n subjects and one of 3 n.
Where there is no interval (all scores alike) it counts as not holding. `medunet`, `median` and `Welch's t` are what
`medunet evaluate` gives.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import special

from medunet.studies.score_gaps import gap_of_means
from medunet.studies.score_means import mean_of_scores, median_of_scores
from medunet.studies.skewed_limits import hall_limits, skewness_factor, student
from medunet.studies.subject_scores import SubjectScores
from medunet.workflows.surroundings import machine, versions

Floats = NDArray[np.float64]
Limits = tuple[float, float]
SIZES = (6, 10, 20, 38, 100, 300)
POOL = 2_000_000
REPLICATES = 499
ALIKE = 0.6
MOST_CASES = 6
LARGER = 3

MEANS = ("medunet", "plain t", "bootstrap")
MEDIANS = ("median",)
GAPS = ("Welch's t", "Hall's t")


@dataclass(frozen=True, eq=False)
class Shape:
    """A distribution as its sorted values, all equally likely, and the range that a score can have."""

    pool: Floats
    least: float | None = 0.0
    most: float | None = 1.0

    @cached_property
    def mean(self) -> float:
        """The truth."""
        return float(self.pool.mean())


def shapes(generator: np.random.Generator) -> dict[str, Shape]:
    """Shape by its name in the table."""

    def beta(mean: float, deviation: float) -> Floats:
        total = mean * (1 - mean) / deviation**2 - 1
        return generator.beta(mean * total, (1 - mean) * total, POOL)

    def missed(values: Floats, share: float, penalty: float = 0.0) -> Floats:
        return np.where(generator.random(POOL) < share, penalty, values)

    tail = np.where(generator.random(POOL) < 0.15, beta(0.85, 0.09), beta(0.96, 0.016))
    distances = generator.lognormal(0.6, 0.6, POOL)
    pools = {
        "Dice of a heart": Shape(beta(0.947, 0.026)),
        "Dice of lungs": Shape(beta(0.965, 0.020)),
        "Dice, poor (mean .75)": Shape(beta(0.75, 0.16)),
        "Dice, 15 % in a tail": Shape(tail),
        "Dice, 1 % missed": Shape(missed(beta(0.947, 0.026), 0.01)),
        "Dice, 3 % missed": Shape(missed(beta(0.947, 0.026), 0.03)),
        "Dice, 10 % missed": Shape(missed(beta(0.93, 0.04), 0.10)),
        "Dice, 30 % missed": Shape(missed(beta(0.85, 0.10), 0.30)),
        "HD95": Shape(distances, 0.0, None),
        "HD95, 3 % missed": Shape(missed(distances, 0.03, 200.0), 0.0, None),
        "CTR error": Shape(0.02 * generator.standard_t(6, POOL), None, None),
        "CTR error, absolute": Shape(np.abs(generator.normal(0, 0.02, POOL)), 0.0, None),
    }
    return {name: Shape(np.sort(one.pool), one.least, one.most) for name, one in pools.items()}


def sample(shape: Shape, n: int, clustered: bool, generator: np.random.Generator, start: int = 0) -> SubjectScores:
    """Scores of n subjects, numbered from `start`."""
    cases = np.minimum(generator.geometric(0.5, n), MOST_CASES) if clustered else np.ones(n, dtype=np.int64)
    subject = np.repeat(np.arange(start, start + n), cases)
    own = np.repeat(generator.normal(size=n), cases)
    normal = math.sqrt(ALIKE) * own + math.sqrt(1 - ALIKE) * generator.normal(size=subject.size)
    place = np.minimum((special.ndtr(normal) * shape.pool.size).astype(np.int64), shape.pool.size - 1)
    return SubjectScores.of(shape.pool[place], subject)


def plain_t(scores: SubjectScores) -> Limits:
    """Student's interval of the mean over cases, subjects as units."""
    error = math.sqrt(scores.n / (scores.n - 1) * float((scores.influence**2).sum()))
    reach = student(0.95, scores.n - 1) * error
    return scores.mean - reach, scores.mean + reach


def bootstrap(scores: SubjectScores, generator: np.random.Generator) -> Limits:
    """Percentiles of the mean over cases of whole subjects that are drawn again."""
    drawn = generator.integers(scores.n, size=(REPLICATES, scores.n), dtype=np.int32)
    means = (scores.means * scores.cases)[drawn].sum(axis=1) / scores.cases[drawn].sum(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return float(low), float(high)


def hall_gap(one: SubjectScores, other: SubjectScores) -> Limits:
    """The difference of means with its skewness taken out as that of a mean is (Zhou and Dinh 2005)."""
    parts = [s.influence * math.sqrt(s.n / (s.n - 1)) for s in (one, other)]
    first, second = (float((part**2).sum()) for part in parts)
    freedom = (first + second) ** 2 / max(first**2 / (one.n - 1) + second**2 / (other.n - 1), 1e-300)
    thirds = [float((part**3).sum()) * skewness_factor(part.size) for part in parts]
    error = math.sqrt(first + second)
    skewness = (thirds[0] - thirds[1]) / max(error, 1e-100) ** 3
    return hall_limits(one.mean - other.mean, error, skewness, student(0.95, freedom))


@dataclass
class Tally:
    """Intervals that held the truth, and their width."""

    held: int = 0
    drawn: int = 0
    width: float = 0.0

    def add(self, limits: tuple[float | None, float | None], truth: float) -> None:
        """Count one interval; where there is none it did not hold."""
        low, high = limits
        self.drawn += 1
        if low is not None and high is not None:
            self.held += low <= truth <= high
            self.width += high - low

    def figures(self) -> dict[str, float]:
        """Coverage in %, its Monte-Carlo standard error, and the mean width."""
        share = self.held / self.drawn
        error = math.sqrt(share * (1 - share) / self.drawn)
        return {"coverage": 100 * share, "error": 100 * error, "width": self.width / self.drawn}


def simulate(
    shape: Shape, n: int, clustered: bool, samples: int, resampled: int, generator: np.random.Generator
) -> dict[str, dict[str, float]]:
    """Method → figures, for one shape and n."""
    tallies = {name: Tally() for name in (*MEANS, *MEDIANS, *GAPS)}
    middle = float(np.median(sample(shape, 200_000, clustered, generator).means))
    for number in range(samples):
        one = sample(shape, n, clustered, generator)
        mean, median = mean_of_scores(one, least=shape.least, most=shape.most), median_of_scores(one)
        tallies["medunet"].add((mean.low, mean.high), shape.mean)
        tallies["plain t"].add(plain_t(one), shape.mean)
        tallies["median"].add((median.low, median.high), middle)
        if number < resampled:
            tallies["bootstrap"].add(bootstrap(one, generator), shape.mean)
        other = sample(shape, LARGER * n, clustered, generator, start=n)
        gap = gap_of_means(one, other)
        tallies["Welch's t"].add((gap.low, gap.high), 0.0)
        tallies["Hall's t"].add(hall_gap(one, other), 0.0)
    return {name: tally.figures() for name, tally in tallies.items()}


Found = Mapping[str, Mapping[int, Mapping[str, Mapping[str, float]]]]
"""Shape → n → method → figures."""


def lines(found: Found, methods: tuple[str, ...]) -> Iterator[str]:
    """One table of the results, as Markdown."""
    yield "| shape | method | " + " | ".join(f"n = {n}" for n in SIZES) + " |"
    yield "|---|---|" + "---|" * len(SIZES)
    for shape, by_size in found.items():
        for method in methods:
            cells = (by_size[n][method] for n in SIZES)
            row = " | ".join(f"{one['coverage']:.1f} ± {one['error']:.1f}, {one['width']:.3f}" for one in cells)
            yield f"| {shape} | {method} | {row} |"


def main() -> None:
    """Simulate and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", type=int, default=1000)
    parser.add_argument("--bootstrap-samples", type=int, default=250)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path)
    told = parser.parse_args()
    generator = np.random.default_rng(told.seed)
    known = shapes(generator)
    result: dict[str, Found] = {}
    for clustered in (False, True):
        chosen = {name: one for name, one in known.items() if not clustered or name in SEVERAL}
        found = {
            name: {n: simulate(shape, n, clustered, told.samples, told.bootstrap_samples, generator) for n in SIZES}
            for name, shape in chosen.items()
        }
        words = "several cases" if clustered else "one case"
        result[words] = found
        for title, methods in (("means", MEANS), ("medians", MEDIANS), ("gaps", GAPS)):
            print(f"\n{words} of each subject: {title}\n")
            print("\n".join(lines(found, methods)), flush=True)
    if told.json:
        record = {"versions": versions(), "machine": machine(), "samples": told.samples, "seed": told.seed}
        told.json.write_text(json.dumps(record | {"coverage": result}, indent=1))


SEVERAL = ("Dice of a heart", "Dice, 15 % in a tail", "Dice, 10 % missed", "HD95", "CTR error")
"""Shapes that are drawn with several cases of a subject too."""

if __name__ == "__main__":
    main()
