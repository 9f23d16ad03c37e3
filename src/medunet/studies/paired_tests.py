"""Two tests of paired differences with subjects as units: Wilcoxon's signed ranks, and signs flipped at random."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from medunet.studies.clustered_draws import draws
from medunet.studies.estimate import Method
from medunet.studies.paired_subjects import PairedSubjects
from medunet.studies.signed_ranks import EXACT_UP_TO, SignedRanks
from medunet.studies.significance import MEANS, ROWS, HypothesisTest

EXACT_WILCOXON = Method(
    "Wilcoxon signed-rank test of the subjects' mean differences, exact over all signs; zeros by Pratt's rule, ties by "
    "mid-ranks",
    "Wilcoxon 1945; Pratt 1959",
)
WILCOXON = Method(
    "Wilcoxon signed-rank test of the subjects' mean differences, normal approximation corrected for ties and "
    "continuity; zeros by Pratt's rule",
    "Wilcoxon 1945; Pratt 1959",
)
EXACT_FLIPS = Method("permutation test of the mean difference, all changes of the subjects' signs", "Fisher 1935")
RANDOM_FLIPS = Method(
    "permutation test of the mean difference, {draws} random changes of the subjects' signs, p = (b + 1) ÷ (m + 1)",
    "Fisher 1935; Phipson and Smyth 2010",
)

FLIPS = 9_999
"""Random changes of signs; the smallest p-value they can give is 1 ÷ 10,000."""

_ALL_UP_TO = 16
"""Subjects for which all changes of signs are gone through (65,536)."""

_AT_ONCE = 2**22
"""Numbers in memory at a time."""

_ROUNDING = 1e-9
"""A sum this near to the observed one, relative to the sum of absolute differences, is the same."""


def wilcoxon_test(pairs: PairedSubjects) -> HypothesisTest:
    """Wilcoxon's signed-rank test; the statistic is the smaller of the two rank sums.

    Source: F. Wilcoxon, Biometrics Bulletin 1945;1:80. The exact distribution up to 50 differences is that over the
    signs with the ranks kept, which SciPy gives only without ties and zeros; beyond 50 the test is SciPy's.
    """
    few = pairs.n <= EXACT_UP_TO
    method = EXACT_WILCOXON if few else WILCOXON
    if reason := _why_no_test(pairs):
        return HypothesisTest(None, None, _units(pairs), pairs.rows, pairs.n, method, reason)
    if few:
        ranks = SignedRanks.of(pairs.difference)
        statistic, p = min(ranks.sums), ranks.exact_p()
    else:
        found = stats.wilcoxon(pairs.difference, zero_method="pratt", correction=True, method="asymptotic")
        statistic, p = float(found.statistic), float(found.pvalue)
    return HypothesisTest(statistic, p, _units(pairs), pairs.rows, pairs.n, method)


def least_wilcoxon_p(pairs: PairedSubjects) -> float:
    """The smallest p-value that Wilcoxon's test could give so many subjects: all on one side, 2 of 2^n signs.

    With 5 subjects it is .0625, so a test at 5 % shows nothing whatever they are. Beyond 50 subjects it is 0 in effect.
    """
    return min(1.0, 2.0 ** (1 - pairs.n)) if pairs.n <= EXACT_UP_TO else 0.0


def sign_flip_test(pairs: PairedSubjects, *, flips: int = FLIPS, seed: int = 0) -> HypothesisTest:
    """The mean difference against those after changing the subjects' signs; the statistic is the mean difference.

    If the runs were exchangeable, every difference were as likely with the other sign. Up to 16 subjects all changes
    are gone through; beyond, `flips` are drawn and the observed one counts as one of them.

    Source: R. A. Fisher, "The Design of Experiments", 1935, section 21; B. Phipson and G. K. Smyth, Stat. Appl. Genet.
    Mol. Biol. 2010;9:39 for (b + 1) ÷ (m + 1).
    """
    few = pairs.n <= _ALL_UP_TO
    method = EXACT_FLIPS if few else Method(RANDOM_FLIPS.name.format(draws=f"{flips:,}"), RANDOM_FLIPS.source)
    if reason := _why_no_test(pairs):
        return HypothesisTest(None, None, _units(pairs), pairs.rows, pairs.n, method, reason)
    scaled = pairs.difference / np.abs(pairs.difference).sum()
    least = abs(float(scaled.sum())) - _ROUNDING
    if few:
        numbers = np.arange(2**pairs.n)[:, None]
        changed = (numbers >> np.arange(pairs.n)) & 1
        p = float(np.mean(np.abs((1 - 2 * changed) @ scaled) >= least))
    else:
        p = (_as_far(scaled, least, flips, seed) + 1) / (flips + 1)
    return HypothesisTest(float(pairs.difference.mean()), p, _units(pairs), pairs.rows, pairs.n, method)


def _as_far(scaled: NDArray[np.float64], least: float, flips: int, seed: int) -> int:
    """How many of `flips` random changes of signs give a sum at least as far from 0."""
    generator = draws(seed, "sign flips")
    count, total = 0, float(scaled.sum())
    size = max(1, _AT_ONCE // scaled.size)
    for start in range(0, flips, size):
        rows = min(size, flips - start)
        packed = generator.integers(256, size=(rows, -(-scaled.size // 8)), dtype=np.uint8)
        flipped = np.unpackbits(packed, axis=1, count=scaled.size)
        count += int(np.count_nonzero(np.abs(total - 2 * (flipped.astype(np.float64) @ scaled)) >= least))
    return count


def _why_no_test(pairs: PairedSubjects) -> str:
    """Why there is nothing to test, or "". That all subjects differ alike hinders a spread, and no test."""
    reason = pairs.why_no_spread()
    return "" if pairs.n > 1 and pairs.difference.any() else reason


def _units(pairs: PairedSubjects) -> str:
    """What counts once."""
    return ROWS if pairs.rows == pairs.n else MEANS
