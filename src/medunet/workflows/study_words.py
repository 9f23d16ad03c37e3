"""How a study writes its numbers: enough decimals and no more, a true minus, a reason where there is none."""

from __future__ import annotations

import math

from medunet.reports import Cell, Column, Gap
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


def number(value: float, digits: int = 3) -> str:
    """A number with a true minus."""
    text = f"{value:.{digits}f}"
    return text.lstrip("-") if float(text) == 0 else text.replace("-", "−")


def interval(one: Estimate, digits: int = 3) -> str:
    """``0.71 to 0.83`` without a break, or the reason."""
    if one.low is None or one.high is None:
        return one.reason
    return unbroken(f"{number(one.low, digits)} to {number(one.high, digits)}")


def in_words(one: Estimate, digits: int = 2) -> str:
    """``0.78, 95 % interval 0.71 to 0.83``; the reason where something is missing."""
    if one.value is None:
        return f"no number: {one.reason}"
    if one.low is None:
        return f"{number(one.value, digits)}, no interval: {one.reason}"
    return f"{number(one.value, digits)}, {unbroken(f'{100 * one.level:g} %')} interval {interval(one, digits)}"


def percent(one: Estimate) -> str:
    """``81 % (74 to 87 %)`` of a share; the reason where something is missing."""
    if one.value is None:
        return f"no number ({one.reason})"
    share = unbroken(f"{100 * one.value:.0f} %")
    if one.low is None or one.high is None:
        return f"{share} (no interval: {one.reason})"
    return f"{share} ({unbroken(f'{100 * one.low:.0f} to {100 * one.high:.0f} %')})"


def unbroken(text: str) -> str:
    """The text with blanks at which no line breaks."""
    return text.replace(" ", "\N{NO-BREAK SPACE}")


def p_text(p: float | None) -> str:
    """A p-value as journals print it."""
    if p is None:
        return "–"
    return unbroken("< 0.001") if p < 0.001 else f"{p:.3f}" if p < 0.995 else unbroken("> 0.99")


def estimate_row(name: str, one: Estimate, digits: int = 3) -> tuple[Cell, ...]:
    """A row under `ESTIMATE_HEADER`."""
    value: Cell = Gap("none") if one.value is None else number(one.value, digits)
    return (name, value, interval(one, digits), one.rows, one.subjects)


def test_row(name: str, one: HypothesisTest) -> tuple[Cell, ...]:
    """A row under `TEST_HEADER`."""
    statistic: Cell = Gap("none") if one.statistic is None else float(one.statistic)
    return (name, statistic, p_text(one.p_value), one.reason or one.units, one.subjects)
