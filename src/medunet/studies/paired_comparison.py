"""Two runs compared on one figure: differences, tests, effect sizes, and what so many subjects can show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from medunet.studies.estimate import LEVEL, Estimate
from medunet.studies.holm import holm
from medunet.studies.paired_effects import d_z, mean_difference, median_difference, rank_biserial
from medunet.studies.paired_precision import showable_difference
from medunet.studies.paired_subjects import PairedSubjects
from medunet.studies.paired_tests import sign_flip_test, wilcoxon_test
from medunet.studies.significance import HypothesisTest


@dataclass(frozen=True, eq=False)
class PairedComparison:
    """Every figure of two runs on the same cases; differences are second − first.

    Attributes:
        pairs: the subjects' differences.
        mean: mean difference.
        median: Hodges–Lehmann median difference.
        rank_biserial: matched-pairs rank-biserial correlation.
        d_z: standardised mean difference.
        showable: the mean difference that this n and spread would probably show.
        wilcoxon: the primary test.
        sign_flips: permutation test of the mean, a check beside it.
    """

    pairs: PairedSubjects
    mean: Estimate
    median: Estimate
    rank_biserial: Estimate
    d_z: Estimate
    showable: Estimate
    wilcoxon: HypothesisTest
    sign_flips: HypothesisTest


def compare_pairs(pairs: PairedSubjects, *, level: float = LEVEL, seed: int = 0) -> PairedComparison:
    """All figures of one pairing.

    Args:
        pairs: the subjects' differences.
        level: confidence of the intervals.
        seed: of the permutation test's random signs.
    """
    return PairedComparison(
        pairs,
        mean_difference(pairs, level),
        median_difference(pairs, level),
        rank_biserial(pairs, level),
        d_z(pairs, level),
        showable_difference(pairs, level),
        wilcoxon_test(pairs),
        sign_flip_test(pairs, seed=seed),
    )


def corrected(tests: Sequence[HypothesisTest]) -> tuple[float | None, ...]:
    """Holm's p-values of tests that are looked at together; one that could not be made is no part of the family."""
    return holm([test.p_value for test in tests])
