"""How far trainings of one recipe lie apart that differ in their seed alone, kept apart from how subjects differ."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from medunet.studies.estimate import LEVEL, Asked, Estimate, Method
from medunet.studies.paired_precision import deviation_limits
from medunet.studies.paired_subjects import PairedSubjects

FEWEST_SEEDS = 3
"""Seeds that a spread needs at least: two have one difference between them, which tells nothing."""

FEW_SEEDS = f"fewer than {FEWEST_SEEDS} seeds"
SAME_SEEDS = "all seeds have the same mean"

BETWEEN_SEEDS = Method(
    "standard deviation of the seeds' means over subjects; chi-squared interval", "Snedecor and Cochran 1989"
)
BETWEEN_SUBJECTS = Method(
    "standard deviation of the subjects' means over seeds; chi-squared interval", "Snedecor and Cochran 1989"
)
BOTH = Method(
    "mean over subjects of the differences of their means over seeds; t interval of the sum of the subjects' and both "
    "recipes' seed variances, Satterthwaite's degrees of freedom",
    "Satterthwaite 1946",
)


@dataclass(frozen=True, eq=False)
class SeedSpread:
    """One metric of one structure over the seeds of a recipe.

    Attributes:
        means: (seeds,) mean over subjects of each seed, in the order of the runs.
        between_seeds: standard deviation of `means`.
        between_subjects: standard deviation over subjects of their means over seeds.
    """

    means: tuple[float, ...]
    between_seeds: Estimate
    between_subjects: Estimate

    @property
    def range(self) -> float | None:
        """Largest minus smallest mean of a seed; None for a single one."""
        return max(self.means) - min(self.means) if len(self.means) > 1 else None


def seed_spread(values: NDArray[np.float64], rows: int, level: float = LEVEL) -> SeedSpread:
    """The spread between seeds, and that between subjects.

    Args:
        values: (seed, subject) means of each subject's cases; every seed has every subject.
        rows: cases behind them.
        level: confidence.

    Source: G. W. Snedecor and W. G. Cochran, "Statistical Methods", 1989, section 5.8. The interval of a standard
    deviation holds for numbers that are nearly normal: means over many subjects are, subjects themselves often not.
    """
    seeds, subjects = values.shape
    means = values.mean(axis=1) if subjects else np.zeros(0)
    between_seeds = _deviation(
        Asked(BETWEEN_SEEDS, level, rows, subjects), means, FEW_SEEDS if seeds < FEWEST_SEEDS else "", SAME_SEEDS
    )
    own = values.mean(axis=0)
    few = "fewer than 3 subjects" if subjects < 3 else ""
    between_subjects = _deviation(
        Asked(BETWEEN_SUBJECTS, level, rows, subjects), own, few, "all subjects have the same value"
    )
    return SeedSpread(tuple(float(mean) for mean in means), between_seeds, between_subjects)


def difference_over_seeds(pairs: PairedSubjects, first: SeedSpread, second: SeedSpread) -> Estimate:
    """The mean difference of two recipes with an interval that carries both subjects and seeds.

    The model: value = recipe + subject + seed (within recipe) + rest. The variance of the mean difference is that of
    the subjects' differences over n, plus each recipe's variance of seed means over its number of seeds. The rest is
    in both parts, which makes the interval a little too long, not too short.

    Args:
        pairs: of each subject, means over seeds.
        first: seeds of the baseline.
        second: seeds of the other.

    Source: F. E. Satterthwaite, Biometrics Bulletin 1946;2:110.
    """
    level = first.between_seeds.level
    asked = pairs.asked(BOTH, level)
    if not pairs.n:
        return asked.nothing(pairs.why_no_spread())
    mean = float(pairs.difference.mean())
    if pairs.n < 2:
        return asked.bare(mean, pairs.why_no_spread() or "one subject")
    if min(len(first.means), len(second.means)) < FEWEST_SEEDS:
        return asked.bare(mean, f"{FEW_SEEDS} of a recipe: what seeds add is not known")
    parts = [(pairs.deviation**2 / pairs.n, pairs.n - 1)]
    parts += [(float(np.var(one.means, ddof=1)) / len(one.means), len(one.means) - 1) for one in (first, second)]
    variance = sum(part for part, _ in parts)
    if variance == 0:
        return asked.bare(mean, "neither subjects nor seeds differ")
    freedom = variance**2 / sum(part**2 / own for part, own in parts)
    reach = float(stats.t.ppf((1 + level) / 2, freedom)) * math.sqrt(variance)
    return asked.answer(mean, mean - reach, mean + reach)


def _deviation(asked: Asked, numbers: NDArray[np.float64], few: str, same: str) -> Estimate:
    """A standard deviation with its interval, or why there is none."""
    if few or not numbers.size:
        return asked.nothing(few or "no subject")
    if np.ptp(numbers) <= 1e-12 * float(np.abs(numbers).max()):
        return asked.nothing(same)
    deviation = float(numbers.std(ddof=1))
    return asked.answer(deviation, *deviation_limits(deviation, numbers.size - 1, asked.level))
