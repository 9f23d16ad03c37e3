from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from medunet.studies.signed_ranks import SignedRanks, walsh_reach


def test_exact_as_scipy_without_ties():
    """To 1e-12."""
    generator = np.random.default_rng(2)
    for n in (1, 5, 12, 50):
        difference = generator.normal(0.2, 1, n)
        found = stats.wilcoxon(difference, method="exact")
        ranks = SignedRanks.of(difference)
        assert min(ranks.sums) == found.statistic
        assert ranks.exact_p() == pytest.approx(found.pvalue, abs=1e-12)


def test_exact_with_ties_and_zeros_as_all_permutations_of_scipy():
    """To 1e-12."""
    generator = np.random.default_rng(3)
    for n in (4, 8, 11):
        difference = np.round(generator.normal(0.3, 1, n))
        everything = stats.PermutationMethod(n_resamples=2**n)
        found = stats.wilcoxon(difference, zero_method="pratt", method=everything)
        assert SignedRanks.of(difference).exact_p() == pytest.approx(found.pvalue, abs=1e-12)


def test_zeros_are_ranked_and_left_out():
    ranks = SignedRanks.of(np.array([0.0, 0.0, 1.0, -2.0]))
    assert ranks.ranks.tolist() == [3, 4]
    assert ranks.sums == (3, 4)


@pytest.mark.parametrize(("n", "least"), [(5, -1), (6, 0), (9, 5), (20, 52), (50, 434)])
def test_reach_is_the_critical_value_of_published_tables(n, least):
    """Two-sided 5 % critical values of the signed-rank statistic (Wilcoxon and Wilcox 1964; none below n = 6)."""
    assert walsh_reach(n, 0.95) == least


def test_beyond_the_exact_range_it_goes_on_smoothly():
    steps = np.diff([walsh_reach(n, 0.95) for n in range(45, 60)])
    assert (np.diff(steps) <= 2).all()
    assert (steps > 0).all()
