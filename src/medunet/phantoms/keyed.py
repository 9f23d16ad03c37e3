"""Keyed randomness: every draw comes from (seed, purpose, keys), never from what was drawn before it."""

from __future__ import annotations

from dataclasses import dataclass
from zlib import crc32

import numpy as np


def draws(seed: int, purpose: str, *keys: int) -> np.random.Generator:
    """A fresh generator for one purpose of one subject or film, the same whatever else was drawn.

    Args:
        seed: the seed of the whole collection, 0 or more.
        purpose: a fixed word ("person", "pose", "noise"), so that a new purpose leaves the others as they were.
        keys: numbers of the subject or film, 0 or more.
    """
    sequence = np.random.SeedSequence(seed, spawn_key=(crc32(purpose.encode()), *keys))
    return np.random.Generator(np.random.Philox(sequence))


@dataclass(frozen=True)
class Keys:
    """The keys of one film: what a person keeps is drawn with the subject's number, what changes with the film's.

    Attributes:
        seed: of the collection.
        subject: number of the subject.
        film: number of the film in the collection.
    """

    seed: int
    subject: int
    film: int

    def person(self, purpose: str) -> np.random.Generator:
        """A generator for something that all films of the subject share."""
        return draws(self.seed, purpose, self.subject)

    def visit(self, purpose: str) -> np.random.Generator:
        """A generator for something that belongs to this film alone."""
        return draws(self.seed, purpose, self.subject, self.film)
