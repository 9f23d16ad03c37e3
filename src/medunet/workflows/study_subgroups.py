"""The parts of a study: its results by the levels of a column, and whether view and label go together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from medunet.cases.names import normal
from medunet.studies import CutOffAccuracy, Estimate, Flow, Groups, Spread, roc_area
from medunet.studies.group_analysis import Asked, stated_cut_off
from medunet.studies.group_comparison import spread_of
from medunet.studies.subgroup_levels import BLANK, TOO_MANY, levels_of, order_of
from medunet.workflows.study_finding import Finding

VIEWS = frozenset({"view", "view position", "viewposition", "projection"})
"""Columns that say how a film was taken."""

APART = 0.10
"""A view whose shares of the two groups differ by as much is worth a caution."""


@dataclass(frozen=True, eq=False)
class Subgroup:
    """One level of one column; exploratory, its intervals are not widened for the number of subgroups.

    Attributes:
        column, level: whose rows these are.
        flow: their numbers.
        positive, negative: their values.
        area: under their ROC curve.
        stated: the stated cut-off on them, or None where none was stated.
    """

    column: str
    level: str
    flow: Flow
    positive: Spread
    negative: Spread
    area: Estimate
    stated: CutOffAccuracy | None


@dataclass(frozen=True)
class Balance:
    """How the levels of a column are shared among the two groups of analysed rows.

    Attributes:
        column: of the rows.
        levels: (level, rows with the finding, rows without).
        caution: what to know where they differ, or "".
    """

    column: str
    levels: tuple[tuple[str, int, int], ...]
    caution: str


def subgroups_of(finding: Finding, columns: Sequence[str], asked: Asked) -> tuple[list[Subgroup], dict[str, str]]:
    """The subgroups of each column, and column → why it has none.

    Args:
        finding: the rows with their labels.
        columns: own names of columns.
        asked: of the analysis.
    """
    found: list[Subgroup] = []
    without: dict[str, str] = {}
    for column in columns:
        levels = levels_of(column, [row.tags.get(column, "") for row in finding.rows])
        if levels is None:
            without[column] = TOO_MANY
        else:
            found += [_subgroup(finding, column, level, levels, asked) for level in order_of(levels)]
    return found, without


def balance_of(finding: Finding) -> Balance | None:
    """Whether the views go with the label; None where no column tells the view."""
    names = dict.fromkeys(name for row in finding.rows for name in row.tags)
    column = next((name for name in names if normal(name) in VIEWS), None)
    if column is None:
        return None
    counts: Counter[tuple[str, bool]] = Counter()
    for row, label in zip(finding.rows, finding.join.labels, strict=True):
        if label is not None and row.value is not None:
            counts[row.tags.get(column, "").strip() or BLANK, label] += 1
    order = order_of([level for level, _ in counts])
    levels = tuple((level, counts[level, True], counts[level, False]) for level in order)
    return Balance(column, levels, _caution(column, levels, finding.name))


def _subgroup(finding: Finding, column: str, level: str, levels: Sequence[str], asked: Asked) -> Subgroup:
    """The results of the rows of one level."""
    mine = [number for number, own in enumerate(levels) if own == level]
    groups = Groups.of(
        [finding.rows[number].value for number in mine],
        [finding.join.labels[number] for number in mine],
        [finding.rows[number].subject for number in mine],
    )
    area = roc_area(groups, asked.positive_when, asked.level)
    spreads = spread_of(groups, groups.positive), spread_of(groups, ~groups.positive)
    return Subgroup(column, level, groups.flow, *spreads, area, stated_cut_off(groups, asked))


def _caution(column: str, levels: Sequence[tuple[str, int, int]], name: str) -> str:
    """What to know where a level is much commoner in one group."""
    upper, lower = sum(with_it for _, with_it, _ in levels), sum(without for *_, without in levels)
    if not upper or not lower:
        return ""
    level, most, least = max(
        ((level, with_it / upper, without / lower) for level, with_it, without in levels),
        key=lambda row: abs(row[1] - row[2]),
    )
    if abs(most - least) < APART:
        return ""
    return (
        f"{column} and label go together: {level} is {100 * most:.0f} % of the cases with {name} and "
        f"{100 * least:.0f} % of those without, so a difference between the groups may be one between the views"
    )
