"""What the page of predict and measure says in words: the names of measurements, and the sentences that come first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from medunet.cases.names import counted
from medunet.measuring.verdict import CUT_OFF

Row = Mapping[str, Any]
_NAMES = {
    "ctr": "cardiothoracic ratio",
    "ctr_widest": "cardiothoracic ratio, widest level",
    "ctr_midline": "cardiothoracic ratio, from the midline",
    "thorax_width": "chest width",
    "thorax_width_widest": "chest width, widest level",
    "mrd": "midline to right heart border (MRD)",
    "mld": "midline to left heart border (MLD)",
}
_WHERE = {
    "enlarged": "the whole interval lies above",
    "normal": "the whole interval lies below",
    "indeterminate": "the interval includes",
}


def label(name: str) -> str:
    """A measurement as a person calls it."""
    return _NAMES.get(name, name.replace("_", " "))


def summary(main: str, rows: Sequence[Row], inputs: int, failed: Mapping[str, str]) -> tuple[str, ...]:
    """The answer first: the number of a single film, else in how many films there is one and how many need a look.

    Args:
        main: the measurement that is spoken of; "" where there is none.
        rows: its rows of measurements.csv.
        inputs: how many films or masks came.
        failed: case → why it could not be read or processed.
    """
    if len(rows) == inputs == 1:
        return _single(main, rows[0])
    lines = [_measured(len({row["case"] for row in rows}), inputs)]
    if rows:
        lines.append(_counted(main, rows))
    if failed:
        lines.append(f"{len(failed)} could not be read or processed; each is listed with its reason.")
    return tuple(lines)


def interval_of(row: Row) -> str:
    """`90 % interval 0.499 to 0.592`, or "" where the row has none."""
    return f"{100 * row['level']:.0f} % interval {row['low']:.3f} to {row['high']:.3f}" if row.get("level") else ""


def _measured(cases: int, inputs: int) -> str:
    """How many of the films were measured, as a sentence."""
    if inputs == 1:
        return "The film was measured." if cases else "The film could not be measured."
    return f"All {inputs} films were measured." if inputs == cases else f"{cases} of {inputs} films were measured."


def _counted(main: str, rows: Sequence[Row]) -> str:
    """In how many films there is a number, and how many of these need a look."""
    films = {row["case"] for row in rows}
    numbers = {row["case"] for row in rows if row["value"] is not None}
    flagged = {row["case"] for row in rows if row["status"] == "flagged"}
    need = "is flagged and needs a look" if len(flagged) == 1 else "are flagged and need a look"
    some = f"; {len(flagged)} of these {need}" if flagged else ""
    return f"The {label(main)} could be measured in {len(numbers)} of {counted(len(films), 'film')}{some}."


def _single(main: str, row: Row) -> tuple[str, ...]:
    """The number of a film with its interval, what the interval means for the verdict, and what is to be known."""
    reason = str(row["reason"] or "")
    if row["value"] is None:
        return (f"The film has no {label(main)}: {reason or 'no reason given'}.",)
    unit = "" if row["unit"] == "ratio" else f" {row['unit']}"
    between = f" ({interval})" if (interval := interval_of(row)) else ""
    lines = [f"The {label(main)} is {row['value']:.3f}{unit}{between}."]
    if row["status"] == "flagged":
        return (*lines, f"This number is flagged and needs a look: {reason}.")
    if row["verdict"] and interval:
        place = _WHERE[row["verdict"]]
        lines.append(f"{str(row['verdict']).capitalize()}: {place} the cut-off of {CUT_OFF:.2f}.")
    elif row["verdict"]:
        lines.append(f"{str(row['verdict']).capitalize()} for an adult's PA film.")
    return (*lines, *([f"Note: {reason}."] if reason else []))
