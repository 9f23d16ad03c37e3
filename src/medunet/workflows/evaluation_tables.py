"""Tables of evaluate's page: place and worst of every figure with intervals, and what the figures count."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from medunet.reports import Block, Cell, Column, Gap, Interval, Paragraph, Table
from medunet.reports.numbers_in_text import number
from medunet.scoring import LENGTHS, Summary
from medunet.studies import Estimate
from medunet.workflows.evaluation import Evaluation
from medunet.workflows.evaluation_intervals import why_none

RATIOS = ("dice", "iou", "precision", "recall", "specificity", "accuracy", "mean_iou")
"""Metrics of overlap that the page shows."""

INTERVALS_RULE = (
    "In brackets: intervals over subjects. Those of means are 95 % intervals; those of medians run between two of the "
    "subjects and have the exact level that summary.json states, at least 95 %."
)
SEVERAL_CASES = "Subjects have several cases: means are over cases, medians are those of the subjects' means."


def score_table(
    done: Evaluation,
    names: Mapping[str, str],
    caption: str,
    *,
    digits: int = 3,
    with_unit: bool = False,
    pooled: bool = False,
) -> list[Block]:
    """A row for every figure, and below it why some have no interval.

    Args:
        done: the evaluation.
        names: metric → what the table calls it; these metrics alone are shown.
        caption: above the table.
        digits: decimals.
        with_unit: shows the unit of each figure.
        pooled: shows the figure from the summed counts.
    """
    shown = [summary for summary in done.summaries if summary.metric in names]
    header: list[Column | str] = ["structure", "metric", *(["unit"] if with_unit else []), _whole("n")]
    header += [Column(title, digits, numeric=True) for title in ("mean", "median", "worst")]
    header += [Column("pooled", digits, numeric=True)] if pooled else []
    header += [_whole(title) for title in ("missed", "invented", "absent in both", "not predicted")]
    rows: list[tuple[Cell, ...]] = []
    for one in shown:
        words: tuple[Cell, ...] = (one.structure, names[one.metric], *([one.unit] if with_unit else []), one.n)
        worst = one.maximum if one.metric in LENGTHS else one.minimum
        figures = (*place_cells(done, one), number_cell(worst), *([number_cell(one.pooled)] if pooled else []))
        rows.append((*words, *figures, one.missed, one.invented, one.absent_in_both, one.not_predicted))
    table = Table(tuple(header), tuple(rows), caption)
    return [table, *holes(done, {f"{one.structure} {names[one.metric]}": one for one in shown})]


def ratio_table(done: Evaluation) -> list[Block]:
    """The errors of the cardiothoracic ratio."""
    errors = [one for one in done.summaries if one.metric in ERRORS]
    figures = [Column(title, 4, numeric=True) for title in ("mean", "median", "least", "most")]
    header: tuple[Column | str, ...] = ("against", "figure", _whole("n"), *figures, _whole("without"))
    rows: list[tuple[Cell, ...]] = []
    for one in errors:
        ends = (number_cell(one.minimum), number_cell(one.maximum))
        against = one.against.removeprefix("against ")
        rows.append((against, ERRORS[one.metric], one.n, *place_cells(done, one), *ends, one.no_value))
    words = {f"{ERRORS[one.metric]} {one.against}": one for one in errors}
    return [Table(header, tuple(rows)), *holes(done, words)]


ERRORS = {"ctr_error": "error (predicted − reference)", "ctr_abs_error": "absolute error"}


def place_cells(done: Evaluation, summary: Summary) -> tuple[Cell, Cell]:
    """Mean and median of a summary, each with its interval where there is one."""
    known = done.interval(summary)
    return estimate_cell(known.mean), estimate_cell(known.median)


def holes(done: Evaluation, named: Mapping[str, Summary]) -> list[Block]:
    """Why figures that have a number have no interval; notes, as few as there are reasons."""
    found: dict[str, Estimate] = {}
    for name, one in named.items():
        known = done.interval(one)
        if known.mean.value is not None:
            found |= {f"the mean of {name}": known.mean, f"the median of {name}": known.median}
    return [Paragraph(text, "note") for text in why_none(found)]


def rule_of_intervals(done: Evaluation) -> list[Block]:
    """How the brackets are to be read; nothing where there are none."""
    known = [one for intervals in done.intervals.values() for one in (intervals.mean, intervals.median)]
    if not any(one.low is not None for one in known):
        return []
    several = any(one.rows > one.subjects for one in known)
    return [Paragraph(f"{INTERVALS_RULE} {SEVERAL_CASES}" if several else INTERVALS_RULE, "note")]


def estimate_cell(one: Estimate) -> Cell:
    """A figure with its interval; the bare number without one, a gap without either."""
    if one.value is None:
        return Gap("none")
    return one.value if one.low is None or one.high is None else Interval(one.value, one.low, one.high)


def in_words(one: Estimate, digits: int) -> str:
    """A figure with its interval in a sentence: "0.945 [0.937, 0.951]"."""
    cell = estimate_cell(one)
    if isinstance(cell, Interval):
        return cell.written(digits)
    return number(one.value, digits) if one.value is not None else "none"


def number_cell(value: float | None) -> Cell:
    """A number, or a gap."""
    return Gap("none") if value is None else value


def named(metrics: Iterable[str]) -> dict[str, str]:
    """Metric → the same with blanks."""
    return {metric: metric.replace("_", " ") for metric in metrics}


def _whole(title: str) -> Column:
    return Column(title, numeric=True)
