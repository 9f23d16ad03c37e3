"""ROC and AUC on the page of evaluate: what is drawn, the table beside it, and the words that belong to it."""

from __future__ import annotations

import math

from medunet.reports import Block, Cell, Column, Drawing, Gap, Numbers, Paragraph, Section, Table, area_text, roc_figure
from medunet.scoring import ALL, ROC_COLUMNS, RocCurve, roc_curve, roc_rows
from medunet.workflows.evaluation import Evaluation
from medunet.workflows.evaluation_tables import number_cell, place_cells

TITLE = "ROC and AUC"
RULE = (
    "Each structure against the rest: its pixels and all others are ranked by the probability that the model gives "
    "them. The AUC knows no threshold, and it is near 1 wherever most pixels are easy background: read Dice first. "
    "Pixels of one subject are not independent, so no interval is taken from them."
)
REMEDY = "The run or the model itself has probabilities: evaluate that."

Drawn = tuple[dict[str, RocCurve], dict[str, float | None], dict[str, tuple[float, float]]]
"""Curves, areas and the masks' points, as `roc_figure` takes them."""


def roc_curves(done: Evaluation) -> dict[str, RocCurve]:
    """Structure → pooled curve; "all" only where there are several structures."""
    names = [name for name in done.roc.counts if name != ALL or len(done.roc.counts) > 2]
    found = {name: roc_curve(done.roc.counts[name]) for name in names}
    return {name: curve for name, curve in found.items() if curve is not None}


def roc_drawn(done: Evaluation) -> Drawn:
    """What the figure shows."""
    drawn = roc_curves(done)
    masks = {}
    for name in drawn:
        found, left_alone = (done.summary(name, metric) for metric in ("recall", "specificity"))
        if found and left_alone and found.pooled is not None and left_alone.pooled is not None:
            masks[name] = (1 - left_alone.pooled, found.pooled)
    return drawn, {name: done.roc.value(name) for name in drawn}, masks


def roc_section(done: Evaluation) -> Section:
    """The section of the page; where there are no probabilities, the reason."""
    if done.roc.refusal:
        return Section(TITLE, (Paragraph(f"There is none: {done.roc.refusal}. {REMEDY}", "note"),))
    blocks: list[Block] = [_table(done)]
    drawn = roc_drawn(done)
    if drawn[0]:
        alt = "ROC curves over all pixels. " + ", ".join(f"{name}: {area_text(drawn[1][name])}" for name in drawn[0])
        missing = f" Cases without a prediction, not in them: {done.roc.unpredicted}." if done.roc.unpredicted else ""
        caption = f"Pooled over the pixels of all predicted cases.{missing} The numbers are in figures/roc.csv."
        narrow = roc_figure(*drawn, stacked=True)
        numbers = Numbers.of(ROC_COLUMNS, roc_rows(drawn[0]))
        blocks.append(Drawing.of(roc_figure(*drawn), alt, caption, narrow=narrow, name="roc", numbers=numbers))
    return Section(TITLE, (*blocks, Paragraph(RULE, "note")))


def _table(done: Evaluation) -> Table:
    """The AUC of each structure: over cases, and pooled over pixels."""
    header = (
        "structure",
        Column("n", numeric=True),
        Column("mean", 4, numeric=True),
        Column("median", 4, numeric=True),
        Column("worst", 4, numeric=True),
        Column("without", numeric=True),
        Column("pooled", 5, numeric=True),
        Column("pooled, off by at most"),
    )
    rows: list[tuple[Cell, ...]] = []
    for one in done.summaries:
        if one.metric == "auc":
            figures = (*place_cells(done, one), number_cell(one.minimum))
            name = "all together" if one.structure == ALL else one.structure
            rows.append((name, one.n, *figures, one.no_value, *_pooled(done, one.structure)))
    return Table(header, tuple(rows), "AUC over cases, each case once; pooled: over the pixels of all cases.")


def _pooled(done: Evaluation, name: str) -> tuple[Cell, Cell]:
    """The pooled AUC with how far the binned count may be off, or why there is none."""
    value = done.roc.value(name)
    if value is None:
        return Gap("none"), done.roc.why_not(name)
    return value, _one_digit_up(done.roc.counts[name].bound)


def _one_digit_up(bound: float) -> str:
    """A bound with one digit, rounded up so that it stays one: 0.0000003 for 2.3e-07."""
    if bound <= 0:
        return "0"
    decimals = -math.floor(math.log10(bound))
    return f"{math.ceil(bound * 10**decimals) / 10**decimals:.{max(decimals, 0)}f}"
