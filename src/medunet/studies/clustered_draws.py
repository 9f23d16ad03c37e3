"""Keyed draws of whole subjects: bootstrap weights and folds that do not depend on the order or number of rows."""

from __future__ import annotations

from collections.abc import Iterator
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from medunet.studies.groups import Groups


def draws(seed: int, purpose: str, *keys: int) -> np.random.Generator:
    """A fresh generator for one purpose, the same whatever else was drawn.

    It is that of `phantoms.keyed`, which lies in a layer above this one.

    Args:
        seed: 0 or more.
        purpose: a fixed word.
        keys: numbers of the repetition, 0 or more.
    """
    return np.random.Generator(
        np.random.Philox(np.random.SeedSequence(seed, spawn_key=(crc32(purpose.encode()), *keys)))
    )


def kinds_of_subjects(groups: Groups) -> tuple[NDArray[np.int64], list[NDArray[np.int64]]]:
    """Each row's subject, numbered 0 … k − 1, and these numbers by kind: only positive, only negative, both.

    Kinds that do not occur are left out.
    """
    codes = np.unique(groups.subject, return_inverse=True)[1].astype(np.int64)
    rows, hits = np.bincount(codes), np.bincount(codes, weights=groups.positive)
    chosen = (hits == rows, hits == 0, (hits > 0) & (hits < rows))
    return codes, [np.flatnonzero(kind).astype(np.int64) for kind in chosen if kind.any()]


def bootstrap_weights(groups: Groups, replicates: int, seed: int, purpose: str) -> Iterator[NDArray[np.int64]]:
    """For each replicate how often each subject, numbered as by `kinds_of_subjects`, is drawn.

    With replacement, within their kind.
    """
    codes, kinds = kinds_of_subjects(groups)
    for replicate in range(replicates):
        generator = draws(seed, purpose, replicate)
        times = np.zeros(int(codes.max()) + 1, dtype=np.int64)
        for members in kinds:
            times[members] = np.bincount(generator.integers(members.size, size=members.size), minlength=members.size)
        yield times


def folds_of_rows(groups: Groups, folds: int, seed: int, purpose: str, repeat: int) -> NDArray[np.int64]:
    """(n,) number of the fold of each row: a subject is in one fold, each kind of subject is spread over all."""
    codes, kinds = kinds_of_subjects(groups)
    generator = draws(seed, purpose, repeat)
    fold_of = np.zeros(int(codes.max()) + 1, dtype=np.int64)
    start = 0
    for members in kinds:
        fold_of[generator.permutation(members)] = (start + np.arange(members.size)) % folds
        start += members.size
    return fold_of[codes]
