"""An evaluation as it shows itself in a notebook."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from medunet.reports import Cell, Column, notebook_table
from medunet.reports.tables import Interval, written
from medunet.scoring import ALL, Summary
from medunet.studies import Estimate
from medunet.workflows.evaluation_intervals import ScoreIntervals

SHOWN = {"dice": 3, "hd95": 2, "nsd": 3, "ctr_abs_error": 4}
"""Metric → decimals, of what is shown; all others are in summary.json."""
PLACE = "The page: report.html in its folder; not a medical device, for research."


def evaluation_html(subject: str, figures: Iterable[tuple[Summary, ScoreIntervals]], cautions: Sequence[str]) -> str:
    """Mean and median of the main metrics with their intervals, the cases behind them, and every caution.

    Args:
        subject: what was evaluated.
        figures: summaries with the intervals of their means and medians; only the main ones are shown.
        cautions: sentences that must stand beside the numbers.
    """
    header = ("structure", "metric", "unit", Column("mean [95 %]"), Column("median [95 %]"), Column("n", numeric=True))
    rows: list[tuple[Cell, ...]] = []
    for one, known in figures:
        if one.metric in SHOWN and (one.structure != ALL or one.metric == "ctr_abs_error"):
            middle = (_words(known.mean, one.metric), _words(known.median, one.metric))
            rows.append((one.structure, one.metric.replace("_", " "), one.unit or "–", *middle, one.n))
    return notebook_table(f"Evaluation of {subject}", header, rows, notes=(*cautions, PLACE))


def _words(one: Estimate, metric: str) -> str:
    """A figure with its interval, or why there is none."""
    if one.value is None:
        return f"none: {one.reason}"
    cell = one.value if one.low is None or one.high is None else Interval(one.value, one.low, one.high)
    return written(cell, Column("", SHOWN[metric]))
