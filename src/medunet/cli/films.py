"""What `predict` and `measure` print of the films: their cardiothoracic ratios, what to know, where to look."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from medunet.cli.terminal import NONE, columns, counted, hanging, table

FEW = 12
"""Up to this many films the terminal shows a line each; of more it says how many are of which status."""

Row = Mapping[str, Any]
"""A row of measurements.csv."""


def film_lines(folder: Path, rows: Sequence[Row], done: int, failed: Mapping[str, str]) -> list[str]:
    """The ratios of a few films or the count of many, where to look, what is next, and how many are done and failed.

    Args:
        folder: the output folder.
        rows: rows of measurements.csv.
        done: films that have been measured, in this call or an earlier one.
        failed: film → reason.
    """
    ratios = [row for row in rows if row["measurement"] == "ctr"]
    width = columns()
    who, sharing, shared = _shared(ratios)
    shown = _each(ratios, sharing, shared, width) if len(ratios) <= FEW else _counts(ratios)
    below = hanging(who, "; ".join(shared), width) if shared else []
    tail = f", {len(failed)} failed (reasons in {folder / 'failed.csv'})" if failed else ""
    look = [f"look at {folder / 'report.html'}", *(_next(folder) if len(ratios) > 1 else ())]
    return [*shown, *below, *([""] if shown else []), *look, f"{counted(done, 'film')} done{tail}"]


def _next(folder: Path) -> list[str]:
    """What many ratios are for: a question."""
    return [f"next: medunet study {shlex.quote(str(folder))} --value ctr --by COLUMN --labels YOUR-TABLE.csv"]


def _each(rows: Sequence[Row], sharing: Sequence[Row], shared: Sequence[str], width: int | None) -> list[str]:
    """A line a film, with the remarks that stand not below the table already."""
    if not rows:
        return []
    cells = []
    for row in rows:
        value = NONE if row["value"] is None else f"{row['value']:.3f}"
        own = "; ".join(one for one in _remarks(row) if one not in shared or row not in sharing)
        cells.append(
            (str(row["case"]), value, *_limits(row, rows), str(row["status"]), str(row["verdict"] or NONE), own)
        )
    between = [f"{100 * row['level']:.0f} % interval" for row in rows if row.get("level") is not None][:1]
    header = ("film", "CTR", *between, "status", "verdict", "remark" if any(cell[-1] for cell in cells) else "")
    return table(header, cells, width)


def _limits(row: Row, rows: Sequence[Row]) -> tuple[str, ...]:
    """A cell with the interval of a film's ratio, where any film has one."""
    if all(one.get("level") is None for one in rows):
        return ()
    return (NONE if row["low"] is None else f"{row['low']:.3f}-{row['high']:.3f}",)


def _shared(rows: Sequence[Row]) -> tuple[str, Sequence[Row], list[str]]:
    """Whom shared remarks are about, in words and rows, and the remarks: of every film, else of every ratio."""
    with_ratio = [row for row in rows if row["value"] is not None]
    for who, group in (("all films: " if len(rows) > 1 else "", rows), ("films with a CTR: ", with_ratio)):
        remarks = [one for one in _remarks(group[0]) if all(one in _remarks(row) for row in group)] if group else []
        if remarks:
            return who, group, remarks
    return "", (), []


def _remarks(row: Row) -> list[str]:
    return str(row["reason"]).split("; ") if row["reason"] else []


def _counts(rows: Sequence[Row]) -> list[str]:
    """How many films are of which status and verdict; the remarks of each are in the table of measurements."""
    status = Counter(str(row["status"]) for row in rows)
    verdicts = Counter(str(row["verdict"] or "no verdict") for row in rows if row["value"] is not None)
    lines = [f"CTR of {len(rows)} films: {_listed(status)}"]
    return [*lines, f"of those with a CTR: {_listed(verdicts)}"] if verdicts else lines


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{number} {name}" for name, number in counts.most_common())
