"""Counts: how many pixels of one structure are right and wrong, the four numbers every overlap score is made of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Counts:
    """Pixels (or voxels) of one structure, in one case or summed over several.

    Positive means "inside the structure". Exchanging positive and negative (`exchanged`) scores the background, and
    its figures look better wherever the background is the larger part; system b's published matrix did that.

    Attributes:
        tp: inside in reference and prediction.
        fp: inside in the prediction only.
        fn: inside in the reference only.
        tn: outside in both.

    Raises:
        ValueError: a count below 0.
    """

    tp: int
    fp: int
    fn: int
    tn: int

    def __post_init__(self) -> None:
        if min(self.tp, self.fp, self.fn, self.tn) < 0:
            raise ValueError(f"counts are 0 or more, got {self}")

    @classmethod
    def from_masks(cls, reference: NDArray[np.bool_], prediction: NDArray[np.bool_]) -> Counts:
        """Counts of two masks.

        Args:
            reference: bool (*space), True inside the structure.
            prediction: bool, the same shape.

        Raises:
            ValueError: the arrays are not bool or differ in shape.
        """
        if reference.dtype != np.bool_ or prediction.dtype != np.bool_ or reference.shape != prediction.shape:
            raise ValueError(
                f"two bool masks of one shape are needed, got {reference.dtype} {reference.shape} "
                f"and {prediction.dtype} {prediction.shape}"
            )
        tp = int(np.count_nonzero(reference & prediction))
        fp = int(np.count_nonzero(prediction)) - tp
        fn = int(np.count_nonzero(reference)) - tp
        return cls(tp, fp, fn, reference.size - tp - fp - fn)

    def __add__(self, other: Counts) -> Counts:
        """Counts of both together, for pooled figures."""
        return Counts(self.tp + other.tp, self.fp + other.fp, self.fn + other.fn, self.tn + other.tn)

    @property
    def exchanged(self) -> Counts:
        """The counts of the background: positive and negative exchanged."""
        return Counts(tp=self.tn, fp=self.fn, fn=self.fp, tn=self.tp)

    @property
    def in_reference(self) -> int:
        """Pixels of the structure in the reference."""
        return self.tp + self.fn

    @property
    def in_prediction(self) -> int:
        """Pixels of the structure in the prediction."""
        return self.tp + self.fp
