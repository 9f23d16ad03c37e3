"""Readings: what two or more methods read from the same cases, cleaned once for every figure of agreement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from medunet.studies.estimate import Asked, Method

LARGEST = 1e60
SMALLEST = 1e-60
"""Numbers beyond the one are no measurements, below the other they are 0: intervals need their fourth powers."""


@dataclass(frozen=True, eq=False)
class Readings:
    """Complete cases, sorted by subject and value, so that no figure depends on the order of the rows.

    Attributes:
        values: float64, (case, method), finite.
        subject: (case,) integers 0, 1, …, ascending: whom each case shows.
        left_out: cases without a finite number from every method.
        copies: cases left out as copies, see `readings`.
    """

    values: NDArray[np.float64]
    subject: NDArray[np.intp]
    left_out: int
    copies: int

    @property
    def cases(self) -> int:
        """Cases with a number from every method, copies apart."""
        return len(self.values)

    @property
    def methods(self) -> int:
        """Columns of `values`."""
        return int(self.values.shape[1])

    @cached_property
    def sizes(self) -> NDArray[np.intp]:
        """(subject,) how many cases each subject has."""
        return np.bincount(self.subject)

    @property
    def subjects(self) -> int:
        """How many different subjects there are."""
        return len(self.sizes)

    @property
    def clustered(self) -> bool:
        """Some subject has several cases."""
        return self.cases > self.subjects

    @cached_property
    def difference(self) -> NDArray[np.float64]:
        """(case,) first minus second: predicted minus reference."""
        return self._pair[:, 0] - self._pair[:, 1]

    @cached_property
    def average(self) -> NDArray[np.float64]:
        """(case,) the mean of both methods."""
        return np.asarray(self._pair.mean(axis=1))

    @cached_property
    def rounding(self) -> float:
        """What differences no larger than this amount to: the last digits of floating point, not a measurement."""
        return 1e-13 * float(np.abs(self.values).max(initial=0.0))

    def subject_means(self, numbers: NDArray[np.float64]) -> NDArray[np.float64]:
        """(subject,) the mean of a (case,) array over each subject's cases."""
        return np.bincount(self.subject, numbers) / self.sizes

    def same(self, numbers: NDArray[np.float64]) -> bool:
        """The numbers, in the unit of the readings, are all equal but for rounding."""
        return len(numbers) == 0 or float(np.ptp(numbers)) <= self.rounding

    def asked(self, method: Method, level: float) -> Asked:
        """The question for a figure from these readings.

        Raises:
            ValueError: the level does not lie between 0 and 1.
        """
        if not 0 < level < 1:
            raise ValueError(f"the level of an interval lies between 0 and 1, got {level}")
        return Asked(method, level, self.cases, self.subjects)

    @property
    def _pair(self) -> NDArray[np.float64]:
        if self.methods != 2:
            raise ValueError(f"differences need two methods, got {self.methods}")
        return self.values


def readings(*methods: ArrayLike, subjects: Sequence[object] | None = None) -> Readings:
    """Put the readings of the same cases by several methods side by side.

    A case without a finite number from each method is left out and counted. A subject whose every row is written k
    times is a subject whose rows were copied: the copies are taken out and counted, so writing a table twice changes
    nothing. Single rows that happen to be equal stay.

    Args:
        *methods: two or more arrays (case,) in the same unit and order; NaN where a number is missing. Differences
            are the first minus the second, so give the predicted number before the reference.
        subjects: whom each case shows, compared as text; without it every case is a subject.

    Returns:
        The readings, in an order of their own.

    Raises:
        ValueError: fewer than two methods, or arrays of different lengths.
    """
    columns = [np.asarray(method, dtype=np.float64) for method in methods]
    names = range(len(columns[0])) if subjects is None and columns else () if subjects is None else subjects
    lengths = [column.shape for column in columns] + [(len(names),)]
    if len(columns) < 2 or len(set(lengths)) > 1:
        raise ValueError(f"give two or more methods, one number a case, and one subject a case; got {lengths}")
    values = np.column_stack(columns)
    with np.errstate(invalid="ignore"):
        complete = (np.abs(values) <= LARGEST).all(axis=1)
        values[np.abs(values) < SMALLEST] = 0.0  # −0.0 among them
    texts = np.array([str(name) for name in names], dtype=np.str_)[complete]
    _, subject = np.unique(texts, return_inverse=True)
    kept, whose = _without_copies(values[complete], subject)
    return Readings(kept, whose, left_out=int((~complete).sum()), copies=int(complete.sum()) - len(kept))


def _without_copies(
    values: NDArray[np.float64], subject: NDArray[np.intp]
) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Sorted rows, each subject's counts of equal rows divided by their greatest common divisor."""
    if len(values) == 0:
        return values, subject.astype(np.intp)
    rows, counts = np.unique(np.column_stack([subject, values]), axis=0, return_counts=True)
    whose = rows[:, 0].astype(np.intp)
    starts = np.flatnonzero(np.diff(whose, prepend=-1))
    divisors = np.gcd.reduceat(counts, starts)
    times = counts // divisors[whose]
    return np.repeat(rows[:, 1:], times, axis=0), np.repeat(whose, times)
