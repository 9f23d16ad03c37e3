"""Flips: cases in which two methods lie on different sides of a cut-off, so that a decision depends on the method."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from medunet.studies.agreement_readings import Readings
from medunet.studies.agreement_reasons import EMPTY
from medunet.studies.estimate import LEVEL, Estimate, Method
from medunet.studies.proportions import proportion
from medunet.studies.significance import MEANS, ROWS, HypothesisTest

MCNEMAR = Method("exact McNemar test: binomial test of the flips in either direction", "McNemar 1947")
MCNEMAR_SUBJECTS = Method(
    "exact sign test of subjects by the direction in which more of their cases flip, ties left out (McNemar's test "
    "where each subject has one case)",
    "McNemar 1947; Dixon and Mood 1946",
)
NO_FLIP = "no decision flips in one direction more than in the other"


@dataclass(frozen=True, slots=True)
class Flips:
    """Two decisions about each case: above the cut-off or not. ``both + first_only + second_only + neither`` is all.

    Attributes:
        cut_off: a reading is above when it is greater; equal is not above.
        both: cases above by both methods.
        first_only: above by the first alone.
        second_only: above by the second alone.
        neither: above by none.
        share: of the cases that flip.
        test: whether flips go in one direction.
    """

    cut_off: float
    both: int
    first_only: int
    second_only: int
    neither: int
    share: Estimate
    test: HypothesisTest


def flips(readings: Readings, cut_off: float, level: float = LEVEL) -> Flips:
    """How often the decision at a cut-off depends on the method.

    The share's interval is Wilson's, over subjects where they have several cases. The test asks whether one method
    decides "above" more often.

    Source: E. B. Wilson, JASA 1927;22:209; Q. McNemar, Psychometrika 1947;12:153.

    Raises:
        ValueError: the readings are not of two methods, or the cut-off is not finite.
    """
    if not np.isfinite(cut_off) or readings.methods != 2:
        raise ValueError(f"flips need a finite cut-off and two methods, got {cut_off} and {readings.methods}")
    first, second = (readings.values > cut_off).T
    flipped = first != second
    case = np.arange(readings.cases)
    share = proportion(flipped, readings.subject.astype(np.int64), of="cases with both numbers", kind=case, level=level)
    both, first_only, second_only = (int(part.sum()) for part in (first & second, first & ~second, second & ~first))
    neither = readings.cases - both - first_only - second_only
    directions = first.astype(np.int64) - second.astype(np.int64)
    return Flips(float(cut_off), both, first_only, second_only, neither, share, _mcnemar(readings, directions))


def _mcnemar(readings: Readings, directions: np.ndarray[tuple[int], np.dtype[np.int64]]) -> HypothesisTest:
    """The exact test of (case,) directions: 1 the first method alone above, −1 the second, 0 agreed."""
    net = np.sign(np.bincount(readings.subject, directions)) if readings.cases else np.zeros(0)
    up, down = int((net > 0).sum()), int((net < 0).sum())
    units = MEANS if readings.clustered else ROWS
    method = MCNEMAR_SUBJECTS if readings.clustered else MCNEMAR
    if up + down == 0:
        reason = NO_FLIP if readings.cases else EMPTY
        return HypothesisTest(None, None, units, readings.cases, readings.subjects, method, reason)
    p = float(stats.binomtest(up, up + down).pvalue)
    return HypothesisTest(float(up), p, units, readings.cases, readings.subjects, method)
