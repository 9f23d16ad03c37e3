"""HypothesisTest: a statistic with its p-value and what it rests on, or the reason why there is none."""

from __future__ import annotations

import math
from dataclasses import dataclass

from medunet.studies.estimate import Method


@dataclass(frozen=True, slots=True)
class HypothesisTest:
    """One test of one hypothesis, two-sided.

    Attributes:
        statistic: t, U or z, as the method says; None where the test cannot be made.
        p_value: in [0, 1]; None where there is no statistic.
        units: what counts once: `ROWS`, `MEANS` or `SUBJECTS`.
        rows: rows of the table behind it.
        subjects: different subjects among them.
        method: of the test.
        reason: why there is no test, or "".

    Raises:
        ValueError: a number is not finite, or a hole has no reason.
    """

    statistic: float | None
    p_value: float | None
    units: str
    rows: int
    subjects: int
    method: Method
    reason: str = ""

    def __post_init__(self) -> None:
        numbers = [number for number in (self.statistic, self.p_value) if number is not None]
        if not all(math.isfinite(number) for number in numbers):
            raise ValueError(f"finite or None, got {numbers}")
        if (len(numbers) == 2) == bool(self.reason):
            raise ValueError(f"a reason stands where a number is missing, got {self.reason!r}")

    def to_dict(self) -> dict[str, float | int | str | None]:
        """As plain values, for JSON."""
        return {
            "statistic": self.statistic,
            "p_value": self.p_value,
            "units": self.units,
            "rows": self.rows,
            "subjects": self.subjects,
            "method": self.method.name,
            "source": self.method.source,
            "reason": self.reason,
        }


ROWS = "rows, one of each subject"
MEANS = "means of subjects"
SUBJECTS = "rows, grouped by subject"
