"""Score: one figure of one structure of one case, or the reason why there is none."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Score:
    """A row of `scores.csv`.

    Attributes:
        case: the case's id.
        subject: the subject's id.
        structure: name of the structure, or "all" for a figure over all of them.
        metric: "dice", "iou", "tp", "ctr_error", …
        value: the number, or None; then `reason` says why.
        unit: "ratio", "px", "mm", …
        reason: why there is no value, or why a value is a penalty ("missed", "invented", "not predicted").
    """

    case: str
    subject: str
    structure: str
    metric: str
    value: float | None
    unit: str
    reason: str = ""

    def __post_init__(self) -> None:
        if self.value is None and not self.reason:
            raise ValueError(f"{self.case}, {self.structure}, {self.metric}: no value needs a reason")
        if self.value is not None and not math.isfinite(self.value):
            raise ValueError(f"{self.case}, {self.structure}, {self.metric}: finite or None, got {self.value}")
