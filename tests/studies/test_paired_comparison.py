from __future__ import annotations

import numpy as np
import pytest

from medunet.studies.paired_comparison import compare_pairs, corrected
from medunet.studies.paired_subjects import PairedSubjects


def pairs_of(shift, n=24, seed=0):
    one = np.random.default_rng(seed).uniform(0.7, 0.95, n)
    two = one + np.random.default_rng(seed + 1).normal(shift, 0.02, n)
    return PairedSubjects.of([f"{k:02d}" for k in range(n)], one, two)


def test_all_figures_tell_one_story():
    found = compare_pairs(pairs_of(0.03))
    assert found.mean.low > 0
    assert found.median.low > 0
    assert found.rank_biserial.value > 0.7
    assert found.d_z.value > 0.7
    assert found.wilcoxon.p_value < 0.001
    assert found.sign_flips.p_value < 0.001
    assert found.showable.value < 0.03


def test_a_family_is_corrected_together():
    tests = [compare_pairs(pairs_of(shift, seed=9)).wilcoxon for shift in (0.03, 0.0)]
    same = compare_pairs(PairedSubjects.of("ab", [1, 1], [1, 1])).wilcoxon
    p = corrected([*tests, same])
    assert p[0] == pytest.approx(2 * tests[0].p_value)
    assert p[2] is None


def test_the_seed_is_that_of_the_signs():
    pairs = pairs_of(0.005)
    assert compare_pairs(pairs, seed=3).sign_flips == compare_pairs(pairs, seed=3).sign_flips
    assert compare_pairs(pairs, seed=3).wilcoxon == compare_pairs(pairs, seed=4).wilcoxon
