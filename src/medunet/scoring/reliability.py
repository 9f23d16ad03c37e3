"""Reliability: how often a structure is there where its probability says so, in a fixed number of bins.

A probability is calibrated where of all pixels that get it that share lies inside the structure. Counts of 15 equal
bins (Guo et al. 2017, arXiv:1706.04599) show it: the reliability curve, and its figures ECE, MCE and Brier's score.
They add up over cases, and those of one case are small enough to be kept, so that whole subjects can be drawn again.

Most pixels of a film are background that nobody doubts; over all of them any network looks calibrated. Counted are
those of a box around the structure in reference and prediction together (`region_of`). A choice by the pixel's own
label (inside in the reference or in the prediction) would be wrong: of the pixels with a low probability it takes
those alone that lie inside, and a perfectly calibrated network looks bad.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

RELIABILITY_BINS = 15
"""Bins of equal width, as in Guo et al. 2017. A probability on an edge belongs to the lower bin, 0 to the first."""

MARGIN = 0.05
"""How far the box reaches beyond the structure, as a share of the image's length along each axis."""

_BLOCK = 1 << 20
"""Pixels counted at a time: a volume needs no work arrays of its size."""

_PIXELS, _INSIDE, _STATED, _SQUARES = range(4)


@dataclass(frozen=True, eq=False)
class Reliability:
    """Sums over pixels by bin of their probability p; y is 1 inside the structure in the reference and 0 outside.

    Attributes:
        sums: float64 (4, 15): pixels, pixels inside, Σ p, Σ (p − y)².

    Raises:
        ValueError: the array is of another shape or type.
    """

    sums: NDArray[np.float64]

    def __post_init__(self) -> None:
        if self.sums.shape != (4, RELIABILITY_BINS) or self.sums.dtype != np.float64:
            raise ValueError(f"sums are float64 (4, {RELIABILITY_BINS}), got {self.sums.dtype} {self.sums.shape}")

    @classmethod
    def of(cls, inside: NDArray[np.bool_], probabilities: NDArray[np.floating[Any]]) -> Reliability:
        """Sums of one structure over the pixels that count.

        Args:
            inside: bool (*space), True inside the structure in the reference.
            probabilities: floating (*space) in [0, 1]; what rounding left outside counts as 0 or 1.

        Raises:
            ValueError: the arrays differ in shape.
        """
        if inside.shape != probabilities.shape:
            raise ValueError(f"mask {inside.shape} and probabilities {probabilities.shape} differ in shape")
        flags, values = inside.ravel(), probabilities.ravel()
        sums = np.zeros((4, RELIABILITY_BINS))
        for start in range(0, values.size, _BLOCK):
            block = slice(start, start + _BLOCK)
            sums += _sums(flags[block], np.clip(values[block].astype(np.float64), 0, 1))
        return cls(sums)

    @classmethod
    def nothing(cls) -> Reliability:
        """Of no pixel."""
        return cls(np.zeros((4, RELIABILITY_BINS)))

    def __add__(self, other: Reliability) -> Reliability:
        """Sums of both together."""
        return Reliability(self.sums + other.sums)

    @property
    def pixels(self) -> NDArray[np.int64]:
        """(15,) pixels of each bin."""
        return np.asarray(self.sums[_PIXELS].astype(np.int64))

    @property
    def inside(self) -> NDArray[np.int64]:
        """(15,) pixels of each bin that lie inside."""
        return np.asarray(self.sums[_INSIDE].astype(np.int64))

    @property
    def mean_probability(self) -> NDArray[np.float64]:
        """(15,) mean probability in each bin, NaN in an empty one."""
        return _ratio(self.sums[_STATED], self.sums[_PIXELS])

    @property
    def observed(self) -> NDArray[np.float64]:
        """(15,) share of each bin that lies inside, NaN in an empty one."""
        return _ratio(self.sums[_INSIDE], self.sums[_PIXELS])

    @property
    def is_mask(self) -> bool:
        """Whether every probability is exactly 0 or exactly 1."""
        pixels, stated = self.sums[_PIXELS], self.sums[_STATED]
        return not pixels[1:-1].any() and bool(stated[0] == 0 and stated[-1] == pixels[-1])


def ece(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    """Expected calibration error (…) of sums (…, 4, 15): mean over pixels of |observed − stated| in the pixel's bin.

    NaN without pixels. Source: Naeini et al. 2015, doi:10.1609/aaai.v29i1.9602; Guo et al. 2017.
    """
    return np.asarray(np.abs(_weighted_gaps(sums)).sum(-1))


def mce(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    """Maximum calibration error (…) of sums (…, 4, 15): the largest |observed − stated| of a bin that holds pixels.

    NaN without pixels. One bin with a handful of pixels decides it. Source: Naeini et al. 2015; Guo et al. 2017.
    """
    return _largest(_gaps(sums))


def brier(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    """Brier's score (…) of sums (…, 4, 15): mean over pixels of (p − y)², not of bins; NaN without pixels.

    Source: Brier 1950, doi:10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2.
    """
    return _ratio(sums[..., _SQUARES, :].sum(-1), sums[..., _PIXELS, :].sum(-1))


CALIBRATION_METRICS: Mapping[str, Callable[[NDArray[np.float64]], NDArray[np.float64]]] = MappingProxyType(
    {"ece": ece, "mce": mce, "brier": brier}
)
"""Figure → its formula over sums (…, 4, 15). All are better the smaller they are."""


def ece_by_chance(drawn: NDArray[np.float64], sums: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n,) the ECE that samples (n, 4, 15) would show by chance alone, were every bin of `sums` (4, 15) calibrated.

    It is the error of the samples' gaps about those of the sums they were drawn from.
    """
    return np.asarray(np.abs(_weighted_gaps(drawn) - _weighted_gaps(sums)).sum(-1))


def mce_by_chance(drawn: NDArray[np.float64], sums: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n,) as `ece_by_chance`, for the MCE."""
    return _largest(_gaps(drawn) - _gaps(sums))


def region_of(*masks: NDArray[np.bool_]) -> tuple[slice, ...] | None:
    """The box around all masks (*space) together, `MARGIN` wider on every side; None where they hold no pixel."""
    held = np.logical_or.reduce(masks)
    box = []
    for axis in range(held.ndim):
        along = np.flatnonzero(held.any(axis=tuple(other for other in range(held.ndim) if other != axis)))
        if not along.size:
            return None
        margin = round(MARGIN * held.shape[axis])
        box.append(slice(max(0, int(along[0]) - margin), int(along[-1]) + 1 + margin))
    return tuple(box)


def _sums(inside: NDArray[np.bool_], values: NDArray[np.float64]) -> NDArray[np.float64]:
    """(4, 15) the sums over pixels (n,)."""
    # The product of a float32 and 15 is exact in float64: no probability slips over an edge
    bins = np.maximum(np.ceil(values * RELIABILITY_BINS).astype(np.intp) - 1, 0)
    weights = (None, inside, values, (values - inside) ** 2)
    return np.stack([np.bincount(bins, weight, RELIABILITY_BINS).astype(np.float64) for weight in weights])


def _gaps(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    """(…, 15) observed − stated of every bin, NaN in an empty one."""
    return _ratio(sums[..., _INSIDE, :] - sums[..., _STATED, :], sums[..., _PIXELS, :])


def _weighted_gaps(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    """(…, 15) the same, times the bin's share of all pixels; 0 for an empty bin, NaN without pixels."""
    return _ratio(sums[..., _INSIDE, :] - sums[..., _STATED, :], sums[..., _PIXELS, :].sum(-1, keepdims=True))


def _largest(gaps: NDArray[np.float64]) -> NDArray[np.float64]:
    """(…) the largest absolute gap of (…, 15), NaN where all are."""
    return np.asarray(np.fmax.reduce(np.abs(gaps), axis=-1))


def _ratio(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    """Part / whole, NaN where whole is 0."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(whole > 0, part / whole, np.nan))
