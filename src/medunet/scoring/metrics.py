"""The metrics: one function a formula, and the registries that name them.

Those of overlap take the counts of one structure and give a ratio from 0 to 1, or NaN where its denominator is 0. NaN
never leaves this layer: `score_case` applies the rule for empties and turns what stays undefined into a reason. Those
of surfaces take the distances between two surfaces that are there.

Sources: Dice 1945 (doi:10.2307/1932409), Jaccard 1912 (doi:10.1111/j.1469-8137.1912.tb05611.x), Taha and Hanbury 2015
(doi:10.1186/s12880-015-0068-x) for the formulas in pixels, Maier-Hein et al. 2024, "Metrics reloaded"
(doi:10.1038/s41592-023-02151-z) for what each can and cannot say.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType

from medunet.scoring.counts import Counts
from medunet.scoring.roc import RocCounts, auc
from medunet.scoring.surface_distances import SurfaceDistances


def dice(counts: Counts) -> float:
    """Dice 1945: ``2 TP / (2 TP + FP + FN)``, twice the overlap over the two areas."""
    return _ratio(2 * counts.tp, 2 * counts.tp + counts.fp + counts.fn)


def iou(counts: Counts) -> float:
    """Intersection over union, Jaccard 1912: ``TP / (TP + FP + FN)``. Orders results as Dice does."""
    return _ratio(counts.tp, counts.tp + counts.fp + counts.fn)


def precision(counts: Counts) -> float:
    """Positive predictive value: ``TP / (TP + FP)``, the share of what was predicted that is right."""
    return _ratio(counts.tp, counts.tp + counts.fp)


def recall(counts: Counts) -> float:
    """Sensitivity: ``TP / (TP + FN)``, the share of the structure that was found."""
    return _ratio(counts.tp, counts.tp + counts.fn)


def f1(counts: Counts) -> float:
    """Harmonic mean of precision and recall, van Rijsbergen 1979.

    For masks it is Dice under its second name (``2 TP / (2 TP + FP + FN)``); it is listed because papers ask for it.
    """
    return dice(counts)


def specificity(counts: Counts) -> float:
    """``TN / (TN + FP)``, the share of the outside that was left alone (Taha and Hanbury 2015).

    The background dominates it: it is near 1 for any small structure and exactly 1 when the structure is missed.
    """
    return _ratio(counts.tn, counts.tn + counts.fp)


def accuracy(counts: Counts) -> float:
    """``(TP + TN) / all``, the share of pixels on the right side (Taha and Hanbury 2015).

    The background dominates it: a structure that fills 2 % of the image may be missed at an accuracy of .98.
    """
    return _ratio(counts.tp + counts.tn, counts.tp + counts.fp + counts.fn + counts.tn)


def hd(distances: SurfaceDistances) -> float:
    """Hausdorff distance: the largest distance from either surface to the other. One stray pixel decides it."""
    return max(one.quantile(1.0) for one in distances.both)


def hd95(distances: SurfaceDistances) -> float:
    """The larger of the two directed 95th percentiles: 95 % of each surface is at most this far from the other.

    Some tools pool both directions and take one percentile; theirs is the smaller number.
    """
    return max(one.quantile(0.95) for one in distances.both)


def assd(distances: SurfaceDistances) -> float:
    """Average symmetric surface distance: ``(∫_A d(x, B) + ∫_B d(x, A)) / (|A| + |B|)``, weighted by area."""
    moments = sum(float(one.distances @ one.areas) for one in distances.both)
    return moments / sum(float(one.areas.sum()) for one in distances.both)


def nsd(distances: SurfaceDistances) -> float:
    """Normalised surface distance, Nikolov et al. 2021 (doi:10.2196/26151): share of both surfaces within a tolerance.

    ``(|A within τ of B| + |B within τ of A|) / (|A| + |B|)`` in areas.
    """
    limit = distances.tolerance + distances.rounding
    return sum(one.within(limit) for one in distances.both) / sum(float(one.areas.sum()) for one in distances.both)


def _ratio(part: int, whole: int) -> float:
    """``part / whole``, or NaN where there is nothing to take a share of."""
    return part / whole if whole else math.nan


METRICS: Mapping[str, Callable[[Counts], float]] = MappingProxyType(
    {
        "dice": dice,
        "iou": iou,
        "precision": precision,
        "recall": recall,
        "f1": f1,
        "specificity": specificity,
        "accuracy": accuracy,
    }
)
"""Every overlap metric by its name in `scores.csv`."""

ROC_METRICS: Mapping[str, Callable[[RocCounts], float]] = MappingProxyType({"auc": auc})
"""Every metric of a structure's probabilities by its name in `scores.csv`."""

SURFACE_METRICS: Mapping[str, Callable[[SurfaceDistances], float]] = MappingProxyType(
    {"hd": hd, "hd95": hd95, "assd": assd, "nsd": nsd}
)
"""Every metric of two surfaces by its name in `scores.csv`."""

LENGTHS = frozenset({"hd", "hd95", "assd"})
"""Metrics that are distances: 0 is perfect, and a structure that was missed or invented counts as the diagonal."""

BACKGROUND_DOMINATED = frozenset({"specificity", "accuracy"})
"""Metrics that stay near 1 when a structure is missed. They are given as counted, and every summary of them says so."""
