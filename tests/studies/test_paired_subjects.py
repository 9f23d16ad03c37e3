from __future__ import annotations

import numpy as np
import pytest

from medunet.studies.paired_subjects import (
    NO_DIFFERENCE,
    NO_SUBJECT,
    ONE_SUBJECT,
    SAME_DIFFERENCE,
    PairedSubjects,
)


def test_a_subject_counts_once():
    pairs = PairedSubjects.of(["b", "a", "b"], [0.1, 0.5, 0.3], [0.2, 0.4, 0.8])
    assert pairs.names == ("a", "b")
    assert pairs.difference == pytest.approx([-0.1, 0.3])
    assert pairs.first == pytest.approx([0.5, 0.2])
    assert (pairs.rows, pairs.n) == (3, 2)


def test_rows_written_twice_change_no_number():
    generator = np.random.default_rng(1)
    who = generator.integers(0, 9, 40).astype(str)
    one, two = generator.uniform(0.7, 1, (2, 40))
    order = generator.permutation(80)
    twice = PairedSubjects.of(np.tile(who, 2)[order], np.tile(one, 2)[order], np.tile(two, 2)[order])
    assert np.array_equal(twice.difference, PairedSubjects.of(who, one, two).difference)


def test_ties_are_ties_and_0_is_0():
    """In floating point .3 − .2 is not .2 − .1."""
    pairs = PairedSubjects.of("abc", [0.2, 0.1, 0.7], [0.3, 0.2, 0.7])
    assert pairs.difference[0] == pairs.difference[1]
    assert pairs.difference[2] == 0
    assert not np.signbit(pairs.difference[2])


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        ([], [], NO_SUBJECT),
        ([0.5], [0.6], ONE_SUBJECT),
        ([0.5, 0.4], [0.5, 0.4], NO_DIFFERENCE),
        ([0.5, 0.4], [0.6, 0.5], SAME_DIFFERENCE),
        ([0.5, 0.4], [0.6, 0.7], ""),
    ],
)
def test_why_there_is_no_spread(first, second, reason):
    assert PairedSubjects.of("ab"[: len(first)], first, second).why_no_spread() == reason


def test_holes_and_other_lengths_are_refused():
    with pytest.raises(ValueError, match="finite"):
        PairedSubjects.of("ab", [0.5, np.nan], [0.5, 0.5])
    with pytest.raises(ValueError, match="2 subjects for 1"):
        PairedSubjects.of("ab", [0.5], [0.5, 0.5])


def test_huge_and_tiny_numbers():
    for scale in (1e-200, 1e200):
        pairs = PairedSubjects.of("ab", [1 * scale, 2 * scale], [2 * scale, 4 * scale])
        assert pairs.difference / scale == pytest.approx([1, 2])
