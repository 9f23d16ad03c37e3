"""Scores of cases as one entry of each subject: its mean and how many cases are behind it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from medunet.studies.estimate import Asked, Method

FEWEST_SUBJECTS = 6
"""Below it there is no interval: none of 95 % exists for a median, and the skewness of a mean is not known."""

NO_VALUE = "no case has a value"
SAME = "every subject has the same mean"

_ROUNDING = 1e-13
"""Share of the largest value below which subjects differ by rounding alone."""


@dataclass(frozen=True, eq=False)
class SubjectScores:
    """One metric of one structure; a subject's cases resemble each other, so the subject is the unit.

    Attributes:
        subject: (n,) int64, different numbers in ascending order.
        means: (n,) float64, mean over the cases of each subject, in the metric's unit.
        cases: (n,) int64, cases behind each mean, at least 1.

    Raises:
        ValueError: the three differ in length, or a number is not finite.
    """

    subject: NDArray[np.int64]
    means: NDArray[np.float64]
    cases: NDArray[np.int64]

    def __post_init__(self) -> None:
        if not self.subject.size == self.means.size == self.cases.size:
            raise ValueError(f"{self.subject.size} subjects, {self.means.size} means, {self.cases.size} counts")
        if not np.isfinite(self.means).all():
            raise ValueError("scores must be finite")

    @classmethod
    def of(cls, values: Sequence[float | None] | NDArray[np.float64], subject: NDArray[np.int64]) -> SubjectScores:
        """From one row a case.

        Args:
            values: (cases,), in the metric's unit; None, NaN and infinities have no value and are left out.
            subject: (cases,) int64, the number of the subject, the same in every group that is compared.
        """
        numbers = np.array(values, dtype=np.float64)
        if numbers.shape != subject.shape:
            raise ValueError(f"{numbers.size} scores of {subject.size} cases")
        there = np.isfinite(numbers)
        names, codes, cases = np.unique(subject[there], return_inverse=True, return_counts=True)
        sums = np.bincount(codes, weights=numbers[there], minlength=names.size)
        return cls(names.astype(np.int64), sums / cases, cases.astype(np.int64))

    @property
    def n(self) -> int:
        """Subjects."""
        return int(self.subject.size)

    @property
    def rows(self) -> int:
        """Cases with a value."""
        return int(self.cases.sum())

    @cached_property
    def mean(self) -> float:
        """Over cases, each case once. Needs a case."""
        return float(self.means @ self.cases) / self.rows

    @cached_property
    def influence(self) -> NDArray[np.float64]:
        """(n,) by how much each subject moves the mean over cases; they sum to 0 (Rao and Scott 1992)."""
        return np.asarray(self.cases * (self.means - self.mean) / self.rows)

    @property
    def deviation(self) -> float:
        """Standard deviation (n − 1) of the subjects' means; needs two subjects."""
        return float(self.means.std(ddof=1))

    @property
    def one_case_each(self) -> bool:
        """Whether no subject has two cases."""
        return self.rows == self.n

    def asked(self, method: Method, level: float) -> Asked:
        """The question of an estimate over these subjects."""
        return Asked(method, level, self.rows, self.n)

    def why_no_interval(self) -> str:
        """Why nothing can be said of how far a figure may be off, or ""."""
        if not self.n:
            return NO_VALUE
        if self.n < FEWEST_SUBJECTS:
            words = "1 subject" if self.n == 1 else f"{self.n} subjects"
            return f"{words}; an interval needs {FEWEST_SUBJECTS}"
        largest = float(np.abs(self.means).max())
        return SAME if float(np.ptp(self.means)) <= _ROUNDING * largest or math.isinf(largest) else ""
