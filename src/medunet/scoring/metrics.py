"""The overlap metrics: one function a formula, and the registry that names them.

Each takes the counts of one structure and gives a ratio from 0 to 1, or NaN where its denominator is 0. NaN never
leaves this layer: `score_case` applies the rule for empties and turns what stays undefined into a reason.

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

BACKGROUND_DOMINATED = frozenset({"specificity", "accuracy"})
"""Metrics that stay near 1 when a structure is missed. They are given as counted, and every summary of them says so."""
