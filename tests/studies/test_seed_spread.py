from __future__ import annotations

import numpy as np
import pytest

from medunet.studies.paired_subjects import PairedSubjects
from medunet.studies.seed_spread import FEW_SEEDS, SAME_SEEDS, difference_over_seeds, seed_spread


def recipe(generator, seeds, subjects, *, mean=0.9, between_seeds=0.02, subject=None):
    who = np.zeros(subjects) if subject is None else subject
    seed = generator.normal(0, between_seeds, (seeds, 1))
    return mean + who + seed + generator.normal(0, 0.01, (seeds, subjects))


def test_by_hand():
    spread = seed_spread(np.array([[0.1, 0.3], [0.2, 0.4], [0.6, 0.8]]), rows=2)
    assert spread.means == pytest.approx((0.2, 0.3, 0.7))
    assert spread.range == pytest.approx(0.5)
    assert spread.between_seeds.value == pytest.approx(np.std([0.2, 0.3, 0.7], ddof=1))
    assert spread.between_subjects.reason == "fewer than 3 subjects"


def test_spread_between_seeds_is_not_that_between_subjects():
    generator = np.random.default_rng(0)
    who = generator.normal(0, 0.2, 60)
    spread = seed_spread(recipe(generator, 5, 60, subject=who), rows=60)
    assert spread.between_seeds.value < 0.05
    assert spread.between_subjects.value == pytest.approx(0.2, rel=0.3)


def test_reasons():
    assert seed_spread(np.ones((2, 9)), rows=9).between_seeds.reason == FEW_SEEDS
    assert seed_spread(np.tile(np.arange(9.0), (3, 1)), rows=9).between_seeds.reason == SAME_SEEDS
    none = seed_spread(np.zeros((3, 0)), rows=0)
    assert none.means == ()
    assert none.range is None


def test_the_interval_with_seeds_holds_where_that_over_subjects_does_not():
    """400 pairs of equal recipes with 4 seeds each: the first covers 0 in 95 %, the second misses it often."""
    generator = np.random.default_rng(1)
    with_seeds = over_subjects = 0
    for _ in range(400):
        who = generator.normal(0, 0.1, 30)
        first, second = (recipe(generator, 4, 30, subject=who) for _ in range(2))
        pairs = PairedSubjects.of([f"{n:02d}" for n in range(30)], first.mean(axis=0), second.mean(axis=0))
        found = difference_over_seeds(pairs, seed_spread(first, 30), seed_spread(second, 30))
        with_seeds += found.low <= 0 <= found.high
        half = 2.045 * pairs.deviation / np.sqrt(30)
        over_subjects += abs(pairs.difference.mean()) <= half
    assert 0.92 <= with_seeds / 400 <= 0.99
    assert over_subjects / 400 < 0.5


def test_too_few_seeds_have_no_interval():
    generator = np.random.default_rng(2)
    first, second = recipe(generator, 2, 10), recipe(generator, 3, 10)
    pairs = PairedSubjects.of("abcdefghij", first.mean(axis=0), second.mean(axis=0))
    found = difference_over_seeds(pairs, seed_spread(first, 10), seed_spread(second, 10))
    assert found.value is not None
    assert FEW_SEEDS in found.reason
