"""Keyed randomness: a draw depends on (seed, purpose, epoch, case) and on nothing that came before it.

So it does not change with the number of workers, the order of the cases or a restart.
"""

from __future__ import annotations

import hashlib

import numpy as np


def key_of(seed: int, purpose: str, *parts: object) -> int:
    """A 64-bit key, the same on every machine."""
    words = ":".join(map(str, (seed, purpose, *parts)))
    return int.from_bytes(hashlib.blake2b(words.encode(), digest_size=8).digest(), "big")


def generator(seed: int, purpose: str, *parts: object) -> np.random.Generator:
    """A generator of its own for one draw."""
    return np.random.Generator(np.random.Philox(key_of(seed, purpose, *parts)))
