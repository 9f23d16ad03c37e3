"""Rows of estimates and tests as a study's tables show them, and the decimals of its measurement."""

from __future__ import annotations

import math

from medunet.reports import Cell, Column, Gap
from medunet.reports.numbers_in_text import interval, number, p_text
from medunet.studies import Estimate, HypothesisTest

ESTIMATE_HEADER = (
    "figure",
    Column("value", 3, numeric=True),
    "95 % interval",
    Column("rows", numeric=True),
    Column("subjects", numeric=True),
)
TEST_HEADER = (
    "test",
    Column("statistic", 3, numeric=True),
    "p",
    "what counts once",
    Column("subjects", numeric=True),
)


def digits_for(spread: float | None) -> int:
    """Decimals that show a measurement with two significant digits of its standard deviation; 3 where it has none."""
    if not spread:
        return 3
    return min(max(1 - math.floor(math.log10(abs(spread))), 0), 6)


def estimate_row(name: str, one: Estimate, digits: int = 3) -> tuple[Cell, ...]:
    """A row under `ESTIMATE_HEADER`."""
    value: Cell = Gap("none") if one.value is None else number(one.value, digits)
    return (name, value, interval(one, digits), one.rows, one.subjects)


def test_row(name: str, one: HypothesisTest) -> tuple[Cell, ...]:
    """A row under `TEST_HEADER`."""
    statistic: Cell = Gap("none") if one.statistic is None else float(one.statistic)
    return (name, statistic, p_text(one.p_value), one.reason or one.units, one.subjects)
