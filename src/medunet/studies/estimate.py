"""Estimate: a figure with its interval and what it rests on, or the reason why there is none."""

from __future__ import annotations

import math
from dataclasses import dataclass

LEVEL = 0.95
"""Confidence of an interval where nothing else is asked for."""

BEYOND = "cannot be computed from so few or such numbers"
"""Why there is no number where arithmetic overflowed."""


@dataclass(frozen=True, slots=True)
class Method:
    """How a figure was made.

    Attributes:
        name: in words a methods section can use.
        source: paper or book.
    """

    name: str
    source: str


@dataclass(frozen=True, slots=True)
class Estimate:
    """One figure with its confidence interval.

    Attributes:
        value: the figure, or None.
        low, high: limits of the interval, or both None.
        level: confidence of the interval, in (0, 1).
        rows: rows of the table behind the figure.
        subjects: different subjects among them.
        method: of figure and interval.
        reason: why there is no value or no interval; "" where both are there, never otherwise.

    Raises:
        ValueError: a number is not finite, the limits are crossed or alone, or a hole has no reason.
    """

    value: float | None
    low: float | None
    high: float | None
    level: float
    rows: int
    subjects: int
    method: Method
    reason: str = ""

    def __post_init__(self) -> None:
        numbers = [number for number in (self.value, self.low, self.high) if number is not None]
        if not all(math.isfinite(number) for number in numbers):
            raise ValueError(f"numbers must be finite, got {numbers}")
        if (self.low is None) != (self.high is None) or (self.value is None and self.low is not None):
            raise ValueError(f"an interval is two limits around a value, got {self.low} and {self.high}")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError(f"the limits of an interval are in order, got {self.low} and {self.high}")
        if (len(numbers) == 3) == bool(self.reason):
            raise ValueError(f"a reason stands where a number is missing and only there, got {self.reason!r}")
        if not 0 < self.level < 1:
            raise ValueError(f"the level of an interval lies between 0 and 1, got {self.level}")

    def to_dict(self) -> dict[str, float | int | str | None]:
        """As plain values, for JSON."""
        return {
            "value": self.value,
            "low": self.low,
            "high": self.high,
            "level": self.level,
            "rows": self.rows,
            "subjects": self.subjects,
            "method": self.method.name,
            "source": self.method.source,
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True)
class Asked:
    """An `Estimate` before its number is known; the attributes are those of `Estimate`."""

    method: Method
    level: float
    rows: int
    subjects: int

    def answer(self, value: float, low: float, high: float) -> Estimate:
        """The number with its interval; where one of them overflowed, a reason in its place."""
        if not math.isfinite(low) or not math.isfinite(high):
            return self.bare(value, BEYOND)
        if not math.isfinite(value):
            return self.nothing(BEYOND)
        return Estimate(float(value), float(low), float(high), self.level, self.rows, self.subjects, self.method)

    def bare(self, value: float, reason: str) -> Estimate:
        """The number without an interval, and why."""
        if not math.isfinite(value):
            return self.nothing(BEYOND)
        return Estimate(float(value), None, None, self.level, self.rows, self.subjects, self.method, reason)

    def nothing(self, reason: str) -> Estimate:
        """No number, and why."""
        return Estimate(None, None, None, self.level, self.rows, self.subjects, self.method, reason)
