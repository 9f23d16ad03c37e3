"""An evaluation as it shows itself in a notebook."""

from __future__ import annotations

from medunet.reports import Cell, Column, notebook_table
from medunet.scoring import ALL
from medunet.workflows.evaluation import Evaluation
from medunet.workflows.evaluation_tables import in_words

SHOWN = {"dice": 3, "hd95": 2, "nsd": 3, "ctr_abs_error": 4}
"""Metric → decimals, of what is shown; all others are in summary.json."""


def evaluation_html(done: Evaluation) -> str:
    """Mean and median of the main metrics with their intervals, the cases behind them, and every caution."""
    header = ("structure", "metric", "unit", Column("mean [95 %]"), Column("median [95 %]"), Column("n", numeric=True))
    rows: list[tuple[Cell, ...]] = []
    for one in done.summaries:
        if one.metric in SHOWN and (one.structure != ALL or one.metric == "ctr_abs_error"):
            known, digits = done.interval(one), SHOWN[one.metric]
            figures = ("–", "–") if one.mean is None else (in_words(known.mean, digits), in_words(known.median, digits))
            rows.append((one.structure, one.metric.replace("_", " "), one.unit or "–", *figures, one.n))
    cases = len({score.case for score in done.scores})
    failed = f"{len(done.failed)} of {cases} cases have no prediction and count as 0 in Dice." if done.failed else ""
    place = "The page: report.html in its folder; not a medical device, for research."
    notes = [sentence for sentence in (done.caution, failed, place) if sentence]
    return notebook_table(f"Evaluation of {done.subject}", header, rows, notes=notes)
