"""The gap between two groups of cases: a difference of means with its interval, also where groups share subjects."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from medunet.studies.estimate import LEVEL, Asked, Estimate, Method
from medunet.studies.skewed_limits import student
from medunet.studies.subject_scores import SubjectScores

GAP = Method("difference of the means over cases; Welch's t interval over subjects", "Welch 1947")
SHARED_GAP = Method(
    "difference of the means over cases; t interval over subjects, of whom some are in both groups",
    "Student 1908; Rao and Scott 1992",
)


def gap_of_means(group: SubjectScores, other: SubjectScores, level: float = LEVEL) -> Estimate:
    """Mean over cases of `group` minus that of `other`.

    The skewness of two groups of one kind cancels in the difference; taking it out as `mean_of_scores` does loses
    coverage (`benchmarks/interval_coverage.py`). Subjects with cases in both groups enter with the difference of their
    parts, so what they share is taken out; then the degrees of freedom are those of the smaller group. Where there is
    no interval there is no gap either: a bare difference of two small groups is read as more than it is.

    Args:
        group: the one group.
        other: the other; subjects are numbered alike in both.
        level: confidence, in (0, 1).

    Source: B. L. Welch, Biometrika 1947;34:28; several cases of a subject: J. N. K. Rao and A. J. Scott, Biometrics
    1992;48:577.
    """
    subjects = np.union1d(group.subject, other.subject)
    shared = group.n + other.n - subjects.size
    asked = Asked(SHARED_GAP if shared else GAP, level, group.rows + other.rows, int(subjects.size))
    if not group.n or not other.n:
        return asked.nothing("one of the groups has no value")
    if reason := next(filter(None, (one.why_no_interval() for one in (group, other))), ""):
        return asked.nothing(f"one of the groups: {reason}")
    value = group.mean - other.mean
    ups, downs = (_placed(one, subjects) for one in (group, other))
    variance = float(((ups - downs) ** 2).sum())
    if variance <= (1e-13 * max(abs(group.mean), abs(other.mean))) ** 2:
        return asked.nothing("every subject has the same gap")
    freedom = min(group.n, other.n) - 1.0 if shared else _welch(float((ups**2).sum()), group.n, variance, other.n)
    reach = student(level, freedom) * math.sqrt(variance)
    return asked.answer(value, value - reach, value + reach)


def _placed(scores: SubjectScores, subjects: NDArray[np.int64]) -> NDArray[np.float64]:
    """(subjects,) each one's part in the mean, so that the sum of squares is the variance of the mean; 0 elsewhere."""
    placed = np.zeros(subjects.size)
    placed[np.searchsorted(subjects, scores.subject)] = scores.influence * math.sqrt(scores.n / (scores.n - 1))
    return placed


def _welch(variance: float, n: int, both: float, m: int) -> float:
    """Welch's degrees of freedom from the variance of one mean, that of the difference, and both numbers."""
    return both**2 / (variance**2 / (n - 1) + (both - variance) ** 2 / (m - 1))
