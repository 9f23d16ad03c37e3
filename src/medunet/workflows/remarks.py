"""Remarks of measurements: those that all films share are said once, the others beside their film."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any


def remarks_of(row: Mapping[str, Any]) -> tuple[str, ...]:
    """The single remarks of a row of measurements.csv."""
    return tuple(part for part in str(row["reason"] or "").split("; ") if part)


def shared_remarks(rows: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """Remarks that every row with a number carries, in order; none where there are fewer than two such rows."""
    found = [remarks_of(row) for row in rows if row["value"] is not None]
    if len(found) < 2:
        return ()
    return tuple(part for part in found[0] if all(part in parts for parts in found[1:]))


def own_remarks(row: Mapping[str, Any], shared: Sequence[str]) -> str:
    """The remarks of a row that are not shared, joined by semicolons."""
    return "; ".join(part for part in remarks_of(row) if part not in shared)


def repeated_remarks(rows: Sequence[Mapping[str, Any]], shared: Sequence[str]) -> dict[str, int]:
    """Why there is no verdict or no interval → how many rows say it, in order; of what two rows at least say.

    A table shows already that a row has none. Other remarks are about one film, and stay beside it.

    Args:
        rows: of measurements.csv.
        shared: remarks that were said already, and are left out.
    """
    counts = Counter(part for row in rows for part in remarks_of(row) if part not in shared)
    return {part: number for part, number in counts.items() if number > 1 and any(one in part for one in _MISSING)}


_MISSING = ("no verdict", "no interval")
