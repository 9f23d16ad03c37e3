"""The ROC curve of binned counts: few points, each exact, close together where the curve turns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medunet.scoring.roc import RocCounts
from medunet.scoring.roc_bins import BINS, thresholds

ROC_COLUMNS = ("structure", "threshold", "sensitivity", "one_minus_specificity", "tp", "fp", "fn", "tn")
"""The columns of `roc.csv`, in order."""

_PER_DECADE = 40
"""Points for each power of ten of a distance from the corners (0, …) and (…, 1)."""

_NEAREST = 1e-6
"""Distances below this are not told apart."""


@dataclass(frozen=True, eq=False)
class RocCurve:
    """Points of one structure's curve, from (0, 0) to (1, 1).

    Attributes:
        threshold: float64 (n,), falling; a pixel counts as positive where its probability reaches it. The first,
            infinity, is reached by none.
        tp: int64 (n,) positive pixels inside the structure.
        fp: int64 (n,) positive pixels outside.
        inside: all pixels inside, at least 1.
        outside: all pixels outside, at least 1.
    """

    threshold: NDArray[np.float64]
    tp: NDArray[np.int64]
    fp: NDArray[np.int64]
    inside: int
    outside: int

    @property
    def sensitivity(self) -> NDArray[np.float64]:
        """(n,) share of the structure that is found."""
        return np.asarray(self.tp / self.inside)

    @property
    def one_minus_specificity(self) -> NDArray[np.float64]:
        """(n,) share of the outside that is taken for the structure."""
        return np.asarray(self.fp / self.outside)


def roc_curve(counts: RocCounts) -> RocCurve | None:
    """The curve, thinned to some hundred points; None where all pixels are of one kind.

    Each point is that of the unbinned probabilities. A point is left out where it lies within 6 % of its neighbours'
    distance from both corners; .5 is always there.
    """
    if not (counts.total_inside and counts.total_outside):
        return None
    used = np.flatnonzero(counts.inside + counts.outside)[::-1]
    half = int(np.searchsorted(thresholds(), 0.5))
    bins = np.union1d(used, [half])[::-1]
    tp = np.concatenate([[0], np.cumsum(counts.inside[::-1])[BINS - 1 - bins]])
    fp = np.concatenate([[0], np.cumsum(counts.outside[::-1])[BINS - 1 - bins]])
    level = np.concatenate([[np.inf], thresholds()[bins]])
    kept = _turns(1 - tp / tp[-1]) | _turns(fp / fp[-1])
    kept[[0, -1]] = True
    kept[1 + int(np.flatnonzero(bins == half)[0])] = True
    return RocCurve(level[kept], tp[kept], fp[kept], int(tp[-1]), int(fp[-1]))


def roc_rows(curves: Mapping[str, RocCurve]) -> Iterator[tuple[Any, ...]]:
    """Rows of `roc.csv`: structure by structure, thresholds falling; the first threshold, which none reaches, is "inf".

    Thresholds are text, for they are written with the nine digits that tell one float32 from the next.
    """
    for name, curve in curves.items():
        points = zip(curve.threshold, curve.sensitivity, curve.one_minus_specificity, curve.tp, curve.fp, strict=True)
        for level, found, wrong, tp, fp in points:
            counts = (int(tp), int(fp), curve.inside - int(tp), curve.outside - int(fp))
            yield (name, f"{level:.9g}", f"{found:.9g}", f"{wrong:.9g}", *counts)


def _turns(distance: NDArray[np.float64]) -> NDArray[np.bool_]:
    """(n,) where a distance from a corner enters or leaves a step of a logarithmic scale."""
    step = np.floor(_PER_DECADE * np.log10(np.maximum(distance, _NEAREST)))
    changes = np.diff(step) != 0
    return np.asarray(np.append(False, changes) | np.append(changes, False))
