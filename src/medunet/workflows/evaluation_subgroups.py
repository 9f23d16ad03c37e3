"""Subgroups of an evaluation: the scores by view, sex, age or any column of the manifest, and the gaps between them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medunet.cases import Case, Cases
from medunet.errors import UsageError
from medunet.scoring import ALL
from medunet.studies import LEVEL, Estimate, gap_of_means, mean_of_scores
from medunet.studies.subgroup_levels import AGES, BLANK, levels_of, order_of
from medunet.workflows.evaluation_intervals import Figure, ScoreColumn, ScoreColumns

SUBGROUP_COLUMNS = (
    *("column", "group", "structure", "metric", "against", "unit", "cases", "subjects"),
    *("mean", "low", "high", "level", "reason"),
    *("gap_to", "gap", "gap_low", "gap_high", "gap_level", "gap_reason"),
)
"""The columns of `subgroups.csv`, in order."""

GAP_RULE = (
    "The gap is the mean of the group minus that of the largest group of the column. Where a column has several gaps, "
    "their intervals are widened so that all of them hold together with 95 % (Bonferroni). Subgroups explore: a gap "
    "may come from another column that goes along with this one."
)


@dataclass(frozen=True)
class Grouping:
    """A column by which cases are looked at apart.

    Attributes:
        column: its name.
        rule: how numbers became bands, or "".
        level_of: case → its group; "not known" where the cell is blank.
        levels: the groups in order.
    """

    column: str
    rule: str
    level_of: Mapping[str, str]
    levels: tuple[str, ...]

    @property
    def known(self) -> tuple[str, ...]:
        """The groups without that of blank cells."""
        return tuple(level for level in self.levels if level != BLANK)

    @property
    def largest(self) -> str:
        """The known group with the most cases, to which gaps are taken; "" where all cells are blank."""
        counts = Counter(self.level_of.values())
        return max(self.known, key=lambda level: counts[level], default="")


@dataclass(frozen=True, slots=True)
class Subgroup:
    """One figure in one group.

    Attributes:
        column: by which the cases were grouped.
        group: which of its groups.
        figure: structure, metric, what it was compared with, unit.
        cases: scored cases of the group, with and without a value.
        mean: over its cases.
        gap_to: the group that the gap is taken to; "" in that group, and where the column is blank.
        gap: mean of this group minus that of `gap_to`, always with its interval; None where there is none to be taken.
    """

    column: str
    group: str
    figure: Figure
    cases: int
    mean: Estimate
    gap_to: str = ""
    gap: Estimate | None = None

    def to_dict(self) -> dict[str, Any]:
        """As `summary.json` holds it."""
        structure, metric, compared, unit = self.figure
        return {
            "column": self.column,
            "group": self.group,
            "structure": structure,
            "metric": metric,
            "against": compared,
            "unit": unit,
            "cases": self.cases,
            "mean": self.mean.to_dict(),
            "gap_to": self.gap_to,
            "gap": self.gap.to_dict() if self.gap is not None else None,
        }


def groupings(cases: Cases, wanted: Iterable[str]) -> tuple[Grouping, ...]:
    """The columns to group by; known before anything is scored, so that a wrong name costs nothing.

    Raises:
        UsageError: the manifest has no such column, or it has too many different words.
    """
    return tuple(_grouping(cases, column) for column in dict.fromkeys(wanted))


def subgroups_of(columns: ScoreColumns, groups: Sequence[Grouping]) -> tuple[Subgroup, ...]:
    """Every figure in every group."""
    return tuple(one for grouping in groups for one in _of_column(columns, grouping))


def subgroup_rows(subgroups: Iterable[Subgroup]) -> list[tuple[object, ...]]:
    """Rows of `subgroups.csv`."""
    return [_row(one) for one in subgroups]


def _grouping(cases: Cases, column: str) -> Grouping:
    known = sorted({name for case in cases for name in case.tags})
    if not any(_squeezed(column) == _squeezed(name) for name in (*known, "split")):
        raise UsageError(
            "--subgroups", f"the data have no column {column}", f"Its further columns are: {', '.join(known) or 'none'}"
        )
    cells = [_cell(case, column) for case in cases]
    levels = levels_of(column, cells)
    if levels is None:
        raise UsageError(
            "--subgroups", f"column {column} has {len(set(cells))} different words", "Give a column with few groups"
        )
    banded = not set(levels) <= {BLANK, *(cell.strip() for cell in cells)}
    return Grouping(column, _rule(column) if banded else "", _by_case(cases, levels), tuple(order_of(levels)))


def _by_case(cases: Cases, levels: Sequence[str]) -> dict[str, str]:
    return {case.id: level for case, level in zip(cases, levels, strict=True)}


def _cell(case: Case, column: str) -> str:
    """What a case says in a column; view and age in the words that all tables have in common."""
    name = _squeezed(column)
    if name == "split":
        return case.split or ""
    if name in ("view", "viewposition", "projection") and case.view:
        return case.view
    if name in ("age", "patientage", "ageyears"):
        return "" if case.age is None else f"{case.age:g}"
    return case.tag(column) or ""


def _rule(column: str) -> str:
    if "age" in re.split(r"[^a-z]+", column.casefold()):
        return f"{column} in years, in bands from {', '.join(f'{age:g}' for age in AGES)} on"
    return f"{column} in bands that begin at the quartiles of these cases"


def _of_column(columns: ScoreColumns, grouping: Grouping) -> Iterator[Subgroup]:
    codes = {level: number for number, level in enumerate(grouping.levels)}
    of_case = np.array([codes[grouping.level_of[case]] for case in columns.cases], dtype=np.int64)
    for column in columns.columns.values():
        yield from _of_figure(column, grouping, of_case[column.case])


def _of_figure(column: ScoreColumn, grouping: Grouping, codes: NDArray[np.int64]) -> list[Subgroup]:
    """One figure in the groups of one column; `codes` (cases,) numbers the group of each case."""
    least, most = column.range
    parts = {level: column.subjects(codes == number) for number, level in enumerate(grouping.levels)}
    counts = np.bincount(codes, minlength=len(grouping.levels))
    largest = grouping.largest
    level = 1 - (1 - LEVEL) / max(1, len(grouping.known) - 1)
    found = []
    for number, group in enumerate(grouping.levels):
        mean = mean_of_scores(parts[group], least=least, most=most)
        one = Subgroup(grouping.column, group, column.figure, int(counts[number]), mean)
        if group not in (BLANK, largest):
            one = replace(one, gap_to=largest, gap=gap_of_means(parts[group], parts[largest], level))
        found.append(one)
    return found


def _row(one: Subgroup) -> tuple[object, ...]:
    gap = one.gap
    gaps = (
        ("", None, None, None, None, "")
        if gap is None
        else (one.gap_to, gap.value, gap.low, gap.high, gap.level, gap.reason)
    )
    mean = (one.mean.value, one.mean.low, one.mean.high, one.mean.level, one.mean.reason)
    return (one.column, one.group, *one.figure, one.cases, one.mean.subjects, *mean, *gaps)


def _squeezed(name: str) -> str:
    """A name without case, blanks and signs, as `Case.tag` compares them."""
    return re.sub(r"[\W_]+", "", name).casefold()


SHOWN = {"dice": 3, "hd95": 2, "nsd": 3, "ctr_abs_error": 4, "ctr_error": 4}
"""Metrics whose subgroups the page shows, and their decimals; subgroups.csv has all."""


def shown(subgroups: Iterable[Subgroup]) -> list[Subgroup]:
    """What the page shows: the figures of structures, and the errors of the ratio."""
    return [one for one in subgroups if one.figure[1] in SHOWN and (one.figure[0] != ALL or "error" in one.figure[1])]
