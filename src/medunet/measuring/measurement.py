"""Measurement: one clinical number of one case, or the reason why there is none."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

Status = Literal["ok", "flagged", "missing"]
"""ok; flagged: a number that needs a look; missing: no number, `reason` says why."""

Verdict = Literal["enlarged", "normal", "indeterminate"]


@dataclass(frozen=True, slots=True)
class Caliper:
    """The line a length was measured along, for the overlay: ends as (row, column) in pixels of the label map."""

    start: tuple[float, float]
    end: tuple[float, float]
    label: str


@dataclass(frozen=True, slots=True)
class Measurement:
    """One number with its unit, its interval where one is known, and its status.

    Attributes:
        name: what was measured: "ctr", "heart_width", "area", …
        structure: what it was measured on ("heart"), or "" where it joins several.
        value: the number, or None; then status is "missing" and `reason` says why.
        unit: "ratio", "mm", "px", "mm2", "degree", …
        status: ok, flagged or missing.
        reason: why there is no number, why it needs a look, or what a reader must know (view unknown, detector plane).
        low, high, level: an interval and its level (0.90), all three or none.
        verdict: enlarged, normal, indeterminate, or None where none may be given.
        calipers: the lines to draw.
    """

    name: str
    structure: str
    value: float | None
    unit: str
    status: Status = "ok"
    reason: str = ""
    low: float | None = None
    high: float | None = None
    level: float | None = None
    verdict: Verdict | None = None
    calipers: tuple[Caliper, ...] = ()

    def __post_init__(self) -> None:
        if (self.value is None) != (self.status == "missing"):
            raise ValueError(f"{self.name}: a value is None exactly when the status is missing, got {self.value}")
        if self.value is not None and not math.isfinite(self.value):
            raise ValueError(f"{self.name}: a value is a finite number or None, got {self.value}")
        if self.status != "ok" and not self.reason:
            raise ValueError(f"{self.name}: status {self.status} needs a reason")
        if len({self.low is None, self.high is None, self.level is None}) != 1:
            raise ValueError(f"{self.name}: low, high and level are given together or not at all")
        if self.verdict is not None and self.value is None:
            raise ValueError(f"{self.name}: no verdict without a value")
