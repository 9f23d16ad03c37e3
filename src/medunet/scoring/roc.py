"""RocCounts: how the probabilities of one structure are spread inside and outside of it, in a fixed amount of memory.

The area under the ROC curve is the chance that a pixel inside the structure gets a higher probability than one outside,
ties counted half (Bamber 1975, doi:10.1016/0022-2496(75)90001-2; Hanley and McNeil 1982,
doi:10.1148/radiology.143.1.7063747). It needs the order of all pixels of all cases, which no memory holds. Kept instead
are the counts of 305,155 bins (`roc_bins`), 5 MB a structure whatever the number of cases. They add up, give the curve
exactly at every edge of a bin, and leave open only the order within a bin: that is what `bound` states.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medunet.errors import InputError
from medunet.scoring.roc_bins import BINS, bins_of, holds_one_value

ONE_THRESHOLD = "a mask is one threshold: the area under its one point, (recall + specificity) / 2, is no AUC"
"""Why a mask has no AUC."""

_BLOCK = 1 << 20
"""Pixels counted at a time: a volume needs no work arrays of its size."""

_ROUNDING = 1e-5
"""Interpolation between probabilities may leave [0, 1] by as much."""


@dataclass(frozen=True, eq=False)
class RocCounts:
    """Pixels by bin of their probability, in one case or summed over several.

    Attributes:
        inside: int64 (BINS,), pixels of the structure in the reference ("positive").
        outside: int64 (BINS,), all other pixels ("negative").

    Raises:
        ValueError: an array is of another shape or type, or holds a count below 0.
    """

    inside: NDArray[np.int64]
    outside: NDArray[np.int64]

    def __post_init__(self) -> None:
        for counts in (self.inside, self.outside):
            if counts.shape != (BINS,) or counts.dtype != np.int64 or counts.min() < 0:
                raise ValueError(f"counts are int64 of shape {(BINS,)}, 0 or more, got {counts.dtype} {counts.shape}")

    @classmethod
    def of(
        cls, inside: NDArray[np.bool_], probabilities: NDArray[np.floating[Any]], *, where: str = "probabilities"
    ) -> RocCounts:
        """Counts of one structure of one case.

        Args:
            inside: bool (*space), True inside the structure in the reference.
            probabilities: float16 or float32, the same shape, in [0, 1]; what interpolation left outside by rounding
                counts as 0 or 1. Other types are not taken: rounding a float64 would tie what was apart.
            where: the case, for the message.

        Raises:
            InputError: a mask was given, or a value is NaN or no probability.
            ValueError: the arrays differ in shape, or are of other types.
        """
        if probabilities.dtype.kind in "bui":
            raise InputError(where, f"is given as {probabilities.dtype}: {ONE_THRESHOLD}", "Give probabilities")
        if inside.dtype != np.bool_ or probabilities.dtype not in (np.float16, np.float32):
            raise ValueError(
                f"a bool mask and float16 or float32 are needed, got {inside.dtype} and {probabilities.dtype}"
            )
        if inside.shape != probabilities.shape:
            raise ValueError(f"mask {inside.shape} and probabilities {probabilities.shape} differ in shape")
        flags, values = inside.ravel(), probabilities.ravel()
        pairs = np.zeros(2 * BINS, np.int64)
        for start in range(0, values.size, _BLOCK):
            block = slice(start, start + _BLOCK)
            joint = 2 * bins_of(_checked(values[block], where)) + flags[block]
            pairs += np.bincount(joint, minlength=2 * BINS)
        outside, within = np.ascontiguousarray(pairs.reshape(BINS, 2).T)
        return cls(within, outside)

    def __add__(self, other: RocCounts) -> RocCounts:
        """Counts of both together."""
        return RocCounts(self.inside + other.inside, self.outside + other.outside)

    @property
    def total_inside(self) -> int:
        """Pixels of the structure in the reference."""
        return int(self.inside.sum())

    @property
    def total_outside(self) -> int:
        """All other pixels."""
        return int(self.outside.sum())

    @property
    def bound(self) -> float:
        """How far the AUC may be from that of the unbinned probabilities; NaN without pixels of both kinds.

        Half the sum over bins of share inside times share outside. A bin that can hold one value only adds nothing:
        its pixels are tied in truth.
        """
        apart = ~holds_one_value()
        return _share((self.inside[apart] * self.outside[apart].astype(np.float64)).sum() / 2, self)

    @property
    def is_mask(self) -> bool:
        """Whether every probability is exactly 0 or exactly 1, and both occur: a mask in another type."""
        both = (self.inside, self.outside)
        between = any(counts[1:-1].any() for counts in both)
        return not between and all(any(counts[end] for counts in both) for end in (0, -1))


def auc(counts: RocCounts) -> float:
    """Area under the ROC curve: chance that a pixel inside is above one outside, ties half; NaN without both kinds."""
    pairs = np.cumsum(counts.outside, dtype=np.float64)
    pairs -= counts.outside / 2
    pairs *= counts.inside
    return _share(float(pairs.sum()), counts)


def _share(pairs: float, counts: RocCounts) -> float:
    """Pairs of a pixel inside and one outside as a share of all such pairs."""
    whole = float(counts.total_inside) * float(counts.total_outside)
    return float(pairs / whole) if whole else math.nan


def _checked(values: NDArray[np.floating[Any]], where: str) -> NDArray[np.float32]:
    """(n,) the values as float32 in [0, 1], without −0."""
    low, high = float(values.min()), float(values.max())  # NaN where any value is
    if not (low >= -_ROUNDING and high <= 1 + _ROUNDING):
        what = "holds NaN" if math.isnan(low) else f"holds values from {low:g} to {high:g}"
        raise InputError(where, f"{what} where probabilities are wanted", "Give numbers from 0 to 1")
    within = values if low >= 0 and high <= 1 else np.clip(values, 0, 1)
    return np.abs(within.astype(np.float32, copy=False))
