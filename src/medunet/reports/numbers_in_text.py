"""How numbers, intervals and p-values are written: a true minus, enough decimals, a reason where there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from medunet.studies import Estimate


def number(value: float, digits: int = 3) -> str:
    """A number with so many decimals, a true minus, and none before a 0."""
    text = f"{value:.{digits}f}"
    return text.lstrip("-") if float(text) == 0 else text.replace("-", "−")


def signed(value: float, digits: int = 3) -> str:
    """A number with its sign; 0 has none."""
    text = number(value, digits)
    return text if text.startswith("−") or float(text) == 0 else f"+{text}"


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


def p_text(p: float | None) -> str:
    """A p-value as journals print it, for a cell: ``0.034``, ``< 0.001``, ``> 0.99``; a dash where there is none."""
    if p is None:
        return "–"
    return unbroken("< 0.001") if p < 0.001 else f"{p:.3f}" if p < 0.995 else unbroken("> 0.99")


def p_words(p: float) -> str:
    """A p-value for a sentence: ``p = 0.034``, ``p < 0.001``."""
    text = p_text(p)
    return f"p {text}" if text[0] in "<>" else f"p = {text}"


def unbroken(text: str) -> str:
    """The text with blanks at which no line breaks."""
    return text.replace(" ", "\N{NO-BREAK SPACE}")
