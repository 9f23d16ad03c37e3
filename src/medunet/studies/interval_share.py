"""Do intervals of a measurement hold what they say: the share of references inside, against the stated level."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from medunet.studies.estimate import LEVEL, Asked, Estimate
from medunet.studies.proportions import WILSON, proportion

NO_INTERVALS = "no prediction carries an interval"


@dataclass(frozen=True, slots=True)
class Bounds:
    """One measurement with its interval, and the reference.

    Attributes:
        subject: whom it shows.
        reference: the number to be held, or None.
        low, high: limits of the predicted interval, or both None.
        stated: the level that the interval claims, in (0, 1), or None without one.
    """

    subject: str
    reference: float | None
    low: float | None
    high: float | None
    stated: float | None


@dataclass(frozen=True, slots=True)
class IntervalShare:
    """How often the intervals held the reference.

    Attributes:
        inside: share of references inside (limits included), with its own interval.
        stated: the level that the intervals claim; None where there are none, or where they claim several.
        below, above: references that lie below and above their interval.
        without: measurements that have no interval, or no reference to be held.
    """

    inside: Estimate
    stated: float | None
    below: int
    above: int
    without: int

    def to_dict(self) -> dict[str, Any]:
        """As plain values, for JSON."""
        return {
            "inside": self.inside.to_dict(),
            "stated": self.stated,
            "below": self.below,
            "above": self.above,
            "without": self.without,
            "verdict": self.verdict,
        }

    @property
    def verdict(self) -> str:
        """Whether the stated level lies inside the share's interval, in words."""
        low, high = self.inside.low, self.inside.high
        if low is None or high is None or self.stated is None:
            return ""
        if self.stated > high:
            return "too narrow: they hold the reference less often than they say"
        return "too wide: they hold the reference more often than they say" if self.stated < low else "as they say"


def share_inside(rows: Sequence[Bounds], level: float = LEVEL) -> IntervalShare:
    """The share of references inside their intervals, Wilson's interval; clustered where subjects have several.

    Args:
        rows: one of each case.
        level: confidence of the share's own interval.
    """
    known = [
        (row.subject, row.reference, row.low, row.high, row.stated)
        for row in rows
        if row.reference is not None and row.low is not None and row.high is not None
    ]
    without = len(rows) - len(known)
    if not known:
        held = any(row.low is not None for row in rows)
        reason = "no case has both an interval and a reference" if held else NO_INTERVALS
        return IntervalShare(Asked(WILSON, level, 0, 0).nothing(reason), None, 0, 0, without)
    subjects, references, lows, highs, levels = zip(*known, strict=True)
    codes = np.unique(np.array(subjects, dtype=np.str_), return_inverse=True)[1].astype(np.int64)
    below = np.array(references) < np.array(lows)
    above = np.array(references) > np.array(highs)
    found = proportion(~(below | above), codes, of="intervals", kind=np.array(references), level=level)
    stated = levels[0] if len(set(levels)) == 1 else None
    return IntervalShare(found, stated, int(below.sum()), int(above.sum()), without)
