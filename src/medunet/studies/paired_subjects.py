"""Two runs on the same cases as one number of each subject: the mean of its cases' differences."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medunet.studies.estimate import Asked, Method

NO_SUBJECT = "no case has a value in both"
ONE_SUBJECT = "one subject: nothing is known of how subjects differ"
NO_DIFFERENCE = "every difference is 0"
SAME_DIFFERENCE = "every subject has the same difference"

_DIGITS = 12
"""Decimals, counted from the largest value, that differences keep: the rounding of a subtraction would break ties."""


@dataclass(frozen=True, eq=False)
class PairedSubjects:
    """Differences second − first of subjects, in the order of their names.

    Attributes:
        names: (n,) the subjects.
        first, second: (n,) float64, means over the cases of each subject.
        difference: (n,) float64, means of the cases' differences; ties are ties, and 0 is 0.
        rows: cases behind them.

    Raises:
        ValueError: another number of names than of numbers, or a number that is not finite.
    """

    names: tuple[str, ...]
    first: NDArray[np.float64]
    second: NDArray[np.float64]
    difference: NDArray[np.float64]
    rows: int

    def __post_init__(self) -> None:
        sizes = {len(self.names), self.first.size, self.second.size, self.difference.size}
        if len(sizes) != 1:
            raise ValueError(f"as many numbers as subjects, got {sorted(sizes)}")
        if not all(np.isfinite(part).all() for part in (self.first, self.second, self.difference)):
            raise ValueError("numbers must be finite: leave out the cases without a pair, and count them")

    @classmethod
    def of(cls, subjects: Iterable[str], first: Iterable[float], second: Iterable[float]) -> PairedSubjects:
        """From rows, a case each; every case of a subject weighs the same, and every subject.

        Args:
            subjects: (rows,) whom each case shows.
            first: (rows,) the baseline's values.
            second: (rows,) the other's values.
        """
        names, codes = np.unique(np.array(list(subjects), dtype=str), return_inverse=True)
        one, two = (np.array(list(values), dtype=np.float64) for values in (first, second))
        if not codes.size == one.size == two.size:
            raise ValueError(f"{codes.size} subjects for {one.size} and {two.size} values")
        if not codes.size:
            return cls((), one, two, two - one, 0)
        rows = np.bincount(codes)
        first, second, difference = (np.bincount(codes, values) / rows for values in (one, two, two - one))
        largest = float(np.abs(np.concatenate([one, two])).max())
        decimals = _DIGITS - math.ceil(math.log10(largest)) if largest > 0 else 0
        # Adding 0 turns −0 into 0.
        difference = np.round(difference, min(max(decimals, -300), 300)) + 0.0
        return cls(tuple(str(name) for name in names), first, second, difference, codes.size)

    @property
    def n(self) -> int:
        """Subjects."""
        return len(self.names)

    @property
    def deviation(self) -> float:
        """Standard deviation (n − 1) of the differences; 0 where all are the same. Needs two subjects."""
        return 0.0 if np.ptp(self.difference) == 0 else float(self.difference.std(ddof=1))

    def why_no_spread(self) -> str:
        """Why no error can be taken from the differences, or ""."""
        if not self.n:
            return NO_SUBJECT
        if not self.difference.any():
            return NO_DIFFERENCE
        if self.n == 1:
            return ONE_SUBJECT
        return SAME_DIFFERENCE if self.deviation == 0 else ""

    def asked(self, method: Method, level: float) -> Asked:
        """The question of an estimate over these subjects."""
        return Asked(method, level, self.rows, self.n)
