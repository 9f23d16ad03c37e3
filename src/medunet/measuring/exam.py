"""Exam: all that a measure is given, so that each measure is a plain function of one value."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from medunet.images.labelmap import LabelMap
from medunet.measuring.chest import HEART, LEFT_LUNG, LUNGS, RIGHT_LUNG, Chest, read_chest, words
from medunet.measuring.film import Film

Organs = Literal["heart", "lungs"]
"""What a measure of the chest needs to see."""


@dataclass(frozen=True, eq=False)
class Exam:
    """A film's labels with what is known about the film, and the chest found in them.

    Attributes:
        labels: (row, column) labels on the film's grid.
        film: view, age and the plane of the spacing.
        looked_for: the structures of the scheme that were looked for.
        chest: heart and lungs without stray parts.
    """

    labels: LabelMap
    film: Film
    looked_for: frozenset[str]
    chest: Chest

    @classmethod
    def of(cls, labels: LabelMap, film: Film, annotated: Collection[str] | None = None) -> Exam:
        """Prepare a two-dimensional label map for measuring.

        Args:
            labels: (row, column) labels.
            film: what is known about the film.
            annotated: names of the structures that were looked for, in any spelling that means the same; None for all.
        """
        names = labels.scheme.names
        if annotated is not None:
            wanted = {words(name) for name in annotated}
            names = tuple(name for name in names if words(name) in wanted)
        looked_for = frozenset(names)
        return cls(labels, film, looked_for, read_chest(labels, looked_for))

    @property
    def named(self) -> frozenset[Organs]:
        """Which of the chest's organs the scheme names, looked for or not."""
        names = {words(name) for name in self.labels.scheme.names}
        heart: set[Organs] = {"heart"} if HEART in names else set()
        lungs: set[Organs] = {"lungs"} if names & {*LUNGS, RIGHT_LUNG, LEFT_LUNG} else set()
        return frozenset(heart | lungs)
