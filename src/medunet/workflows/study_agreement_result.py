"""AgreementStudy: how well two readings of the same cases agree, with everything it rests on."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from medunet.cases.names import counted
from medunet.reports import Cell, Gap, notebook_table
from medunet.reports.numbers_in_text import interval, number
from medunet.studies import Agreement, Estimate, Readings, agreement_of, readings
from medunet.studies.subgroup_levels import TOO_MANY, levels_of, order_of
from medunet.workflows.study_agreement_pairs import Pair, Pairing
from medunet.workflows.study_rows import StudyRows
from medunet.workflows.study_words import digits_for

KEPT = 0.05
"""From this share of exactly equal numbers on the page warns that one reading may have been made from the other."""


@dataclass(frozen=True, eq=False)
class AgreementPart:
    """The cases of one level of a column; exploratory, its intervals are not widened for the number of parts.

    Attributes:
        column, level: whose cases these are.
        found: their agreement.
    """

    column: str
    level: str
    found: Agreement


@dataclass(frozen=True, eq=False)
class AgreementStudy:
    """Two readings of the same cases; differences are first − second.

    Attributes:
        folder: where tables, figures and page lie.
        rows: the first reading as it was read.
        pairing: both side by side.
        cut_off: stated beforehand, or None.
        readings: the complete pairs.
        found: their agreement.
        parts: the same by the levels of each column that was asked for.
        no_parts: column → why it has none.
    """

    folder: Path
    rows: StudyRows
    pairing: Pairing
    cut_off: float | None
    readings: Readings
    found: Agreement
    parts: tuple[AgreementPart, ...]
    no_parts: Mapping[str, str]

    @property
    def name(self) -> str:
        """The measurement with its unit."""
        unit = "" if self.pairing.unit in ("", "ratio") else f" ({self.pairing.unit})"
        return ("CTR" if self.rows.value == "ctr" else self.rows.value) + unit

    @cached_property
    def digits(self) -> int:
        """Decimals of a difference."""
        return digits_for(self.found.bland_altman.sd.value)

    @property
    def cautions(self) -> tuple[str, ...]:
        """What a reader must know before anything else, a sentence each."""
        said = list(self.pairing.cautions)
        equal = self.found.equal.value
        if equal is not None and equal >= KEPT and self.found.cases > 1:
            said.append(
                f"{100 * equal:.0f} % of the numbers are exactly equal: one reading may have been made from the other, "
                "and readers who begin anew agree less well"
            )
        if self.found.copies:
            said.append(
                f"{counted(self.found.copies, 'row')} left out, all rows of their subjects being there several times"
            )
        return tuple(said)

    @property
    def largest(self) -> tuple[Pair, ...]:
        """Complete pairs, the largest differences first."""
        return tuple(sorted(self.pairing.complete, key=lambda pair: (-abs(difference(pair)), pair.case)))

    def to_dict(self) -> dict[str, Any]:
        """As plain values; a None has its reason beside it."""
        pairing = self.pairing
        return {
            "out": str(self.folder),
            "report": str(self.folder / "report.html"),
            "value": self.rows.value,
            "unit": pairing.unit,
            "first": pairing.names[0],
            "second": pairing.names[1],
            "differences": f"{pairing.names[0]} − {pairing.names[1]}",
            "cut_off": self.cut_off,
            "subjects": self.rows.subject_from,
            "flow": {
                "came": self.rows.came,
                "left_out": [{"rows": count, "reason": why} for count, why in self.rows.left_out],
                "without_partner_first": len(pairing.alone[0]),
                "without_partner_second": len(pairing.alone[1]),
                "in_both": len(pairing.pairs),
                "without_both_numbers": self.found.left_out,
                "copies": self.found.copies,
                "compared": self.found.cases,
                "subjects": self.found.subjects,
            },
            "cautions": list(self.cautions),
            "agreement": agreement_dict(self.found),
            "subgroups": [
                {"column": part.column, "level": part.level, **agreement_dict(part.found)} for part in self.parts
            ],
            "no_subgroups": dict(self.no_parts),
        }

    def _repr_html_(self) -> str:
        """The figures as a table in a notebook."""
        rows: list[tuple[Cell, ...]] = []
        for name, one, own in figures_of(self.found):
            digits = self.digits if own else 3
            value: Cell = Gap("none") if one.value is None else number(one.value, digits)
            rows.append((name, value, interval(one, digits), one.rows))
        title = f"{self.name}: {self.pairing.names[0]} − {self.pairing.names[1]}"
        header = ("figure", "value", "95 % interval", "cases")
        return notebook_table(title, header, rows, notes=(*self.cautions, f"Report: {self.folder / 'report.html'}"))


def difference(pair: Pair) -> float:
    """First − second of a complete pair."""
    return math.nan if pair.first is None or pair.second is None else pair.first - pair.second


def readings_of(pairs: Sequence[Pair]) -> Readings:
    """The numbers of pairs, complete or not, with their subjects."""
    numbers = [
        [math.nan if value is None else value for value in column]
        for column in ([pair.first for pair in pairs], [pair.second for pair in pairs])
    ]
    return readings(*numbers, subjects=[pair.subject for pair in pairs])


def parts_of(
    pairs: Sequence[Pair], columns: Sequence[str], cut_offs: Sequence[float]
) -> tuple[tuple[AgreementPart, ...], dict[str, str]]:
    """The agreement within each level of each column, and column → why it has none."""
    found: list[AgreementPart] = []
    without: dict[str, str] = {}
    for column in columns:
        levels = levels_of(column, [pair.tags.get(column, "") for pair in pairs])
        if levels is None:
            without[column] = TOO_MANY
            continue
        for level in order_of(levels):
            mine = [pair for pair, own in zip(pairs, levels, strict=True) if own == level]
            found.append(AgreementPart(column, level, agreement_of(readings_of(mine), cut_offs=cut_offs)))
    return tuple(found), without


IN_UNIT = ("bias", "MAE", "RMSE", "SD of differences", "lower limit of agreement", "upper limit of agreement")
"""Figures in the measurement's unit; the others are shares, slopes and coefficients."""


def figures_of(found: Agreement) -> list[tuple[str, Estimate, bool]]:
    """(name, estimate, whether it is in the measurement's unit) of every figure."""
    return [(name, one, name in IN_UNIT) for name, one in found.estimates.items()]


def agreement_dict(found: Agreement) -> dict[str, Any]:
    """As plain values."""
    return {
        "cases": found.cases,
        "subjects": found.subjects,
        "left_out": found.left_out,
        "estimates": {name: asdict(one) for name, one in found.estimates.items()},
        "flips": [asdict(one) for one in found.flips],
    }
