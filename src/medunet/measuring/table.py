"""Measurements as the rows of measurements.csv."""

from __future__ import annotations

from collections.abc import Iterable

from medunet.measuring.measurement import Measurement

COLUMNS = (
    "case",
    "subject",
    "measurement",
    "structure",
    "value",
    "low",
    "high",
    "level",
    "unit",
    "status",
    "verdict",
    "quality",
    "reason",
    "source",
)
"""The columns of measurements.csv, in order."""


def rows(
    case: str, subject: str, measurements: Iterable[Measurement], source: str, quality: float | None = None
) -> list[dict[str, str | float | None]]:
    """One row a measurement, with exactly the keys of COLUMNS; what is not known is None and an empty cell.

    Args:
        case: the case's id.
        subject: the subject's id.
        measurements: what was measured on the case.
        source: where the labels come from (a model's name, a folder of masks).
        quality: the estimated Dice of the case, 0 to 1, or None.
    """
    return [
        {
            "case": case,
            "subject": subject,
            "measurement": found.name,
            "structure": found.structure,
            "value": found.value,
            "low": found.low,
            "high": found.high,
            "level": found.level,
            "unit": found.unit,
            "status": found.status,
            "verdict": found.verdict,
            "quality": quality,
            "reason": found.reason,
            "source": source,
        }
        for found in measurements
    ]
