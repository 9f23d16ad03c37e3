"""A comparison in sentences: what is shown, what is not, and what so many subjects could have shown."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from medunet.cases.names import counted
from medunet.reports import Cell, Column, Gap, notebook_table
from medunet.reports.numbers_in_text import interval, number, p_text, p_words, signed
from medunet.scoring import LENGTHS

if TYPE_CHECKING:
    from medunet.workflows.comparison import Comparison, Difference

NOT_EQUAL = "That no difference is shown does not mean that there is none."


def summary_of(done: Comparison) -> tuple[str, ...]:
    """The answer first, then each figure, cautions and limits."""
    tests = done.differences
    shown = sum(one.shown for one in tests)
    which = "test shows" if len(tests) == 1 else "tests show"
    on = f"{counted(done.cases, 'case')} of {counted(done.subjects, 'subject')}"
    lines = [
        f"{shown} of {len(tests)} {which} a difference (Wilcoxon signed-rank on subjects, p ≤ 0.05 after Holm's "
        f"correction), on {on} that all runs were scored on."
    ]
    lines += [sentence_of(one) for one in tests[:_MOST]]
    if len(tests) > _MOST:
        lines.append(f"{len(tests) - _MOST} further tests are in the table.")
    if any(not one.shown for one in tests):
        lines.append(NOT_EQUAL)
    return (*done.cautions, *lines)


_MOST = 8


def sentence_of(one: Difference) -> str:
    """One test in plain words."""
    mean, showable = one.figures.mean, one.figures.showable
    if mean.value is None:
        return f"{one.name}: not compared, {mean.reason}."
    digits = digits_of(one)
    spread = "" if mean.low is None or mean.high is None else f" (95 % interval {interval(mean, digits)})"
    p = p_words(one.p_holm) if one.p_holm is not None else f"no test: {one.figures.wilcoxon.reason}"
    who = counted(one.pairing.pairs.n, "subject")
    if one.shown:
        far = f"{number(abs(mean.value), digits)} {'higher' if mean.value > 0 else 'lower'}{_judged(one, mean.value)}"
        return f"{one.name}: {one.other} is {far} than {one.baseline} on average{spread}; {p}, {who}.{_over_seeds(one)}"
    tail = f" {one.too_few[:1].upper()}{one.too_few[1:]}." if one.too_few else ""
    if showable.value is not None and not tail:
        tail = f" About {number(showable.value, digits)} would have been shown with 80 % chance."
    head = f"{one.name}: no difference is shown between {one.other} and {one.baseline}"
    return f"{head}: {signed(mean.value, digits)} on average{spread}; {p}, {who}.{tail}"


def _over_seeds(one: Difference) -> str:
    """What another seed may change, where that is known or asked."""
    both = one.with_seeds
    if both is None:
        return ""
    if both.low is None or both.high is None:
        return f" That is of these trainings: {both.reason}."
    limits = interval(both, digits_of(one))
    if both.low <= 0 <= both.high:
        return f" Other seeds may turn it round: with their spread the interval is {limits}."
    return f" With the spread between seeds the interval is {limits}."


def _judged(one: Difference, mean: float) -> str:
    """Whether a difference is for the better, where the metric has a better side."""
    side = better(one.metric)
    if not side:
        return ""
    return " (better)" if (side == "higher") == (mean > 0) else " (worse)"


def digits_of(one: Difference) -> int:
    """Decimals at which the interval of a difference can be read."""
    mean = one.figures.mean
    width = (mean.high - mean.low) if mean.low is not None and mean.high is not None else abs(mean.value or 0)
    if width <= 0:
        return 4
    return min(max(2 - math.floor(math.log10(width)), 1), 6)


def as_notebook(done: Comparison) -> str:
    """The tests as a small table for a notebook."""
    header = ("figure", "other", Column("mean difference", 4, numeric=True), "95 % interval", "p (Holm)", "subjects")
    rows: list[tuple[Cell, ...]] = [
        (
            one.name,
            one.other,
            Gap(one.figures.mean.reason) if one.figures.mean.value is None else one.figures.mean.value,
            interval(one.figures.mean, digits_of(one)),
            one.figures.wilcoxon.reason if one.p_holm is None else p_text(one.p_holm),
            str(one.pairing.pairs.n),
        )
        for one in done.differences
    ]
    first = next(iter(done.groups))
    return notebook_table(
        f"Compared with {first}", header, rows, notes=(NOT_EQUAL, f"The report: {done.folder / 'report.html'}")
    )


def better(metric: str) -> str:
    """Whether "higher" or "lower" numbers are better; "" where neither is."""
    if metric.endswith("_abs_error") or metric in LENGTHS:
        return "lower"
    return "" if metric.endswith("_error") else "higher"
