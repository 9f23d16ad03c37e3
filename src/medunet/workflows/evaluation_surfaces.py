"""The part of evaluate's page about surfaces: distances with their unit, and what a missing structure counts as."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from medunet.reports import Cell, Column, Gap, Paragraph, Section, Table
from medunet.scoring import LENGTHS, RULER_NOTES, SURFACE_METRICS, Score, Summary
from medunet.workflows.evaluation import Evaluation

NAMES = {"hd": "HD", "hd95": "HD95", "assd": "ASSD", "nsd": "NSD"}
RULE = (
    "HD is the largest distance, HD95 the larger of the two directed 95th percentiles, ASSD the mean over both "
    "surfaces, NSD the share of both surfaces that lies within the tolerance; all weighted by area. A structure that "
    "was missed or invented, and every structure of a case that could not be predicted, counts as NSD 0 and as the "
    "length of the image's diagonal. One of them rules a mean distance: read the median beside it."
)


def surface_section(done: Evaluation) -> Section:
    """Summaries of the surface scores, in each unit that there is."""
    words = (RULE, *_planes(done.scores))
    return Section("Surfaces", (_table(done.summaries), *(Paragraph(text, "note") for text in words)))


def _table(summaries: Sequence[Summary]) -> Table:
    header = (
        "structure",
        "metric",
        "unit",
        Column("n", numeric=True),
        Column("mean", 3, numeric=True),
        Column("median", 3, numeric=True),
        Column("worst", 3, numeric=True),
        Column("missed", numeric=True),
        Column("invented", numeric=True),
        Column("absent in both", numeric=True),
        Column("not predicted", numeric=True),
    )
    rows: list[tuple[Cell, ...]] = []
    for s in summaries:
        if s.metric in SURFACE_METRICS:
            worst = s.maximum if s.metric in LENGTHS else s.minimum
            cells = tuple(Gap("none") if value is None else value for value in (s.mean, s.median, worst))
            counts = (s.missed, s.invented, s.absent_in_both, s.not_predicted)
            rows.append((s.structure, NAMES[s.metric], s.unit, s.n, *cells, *counts))
    return Table(header, tuple(rows), "Over cases; penalties for missed and invented structures included.")


def _planes(scores: Sequence[Score]) -> tuple[str, ...]:
    """Where the distances hold, and in how many cases."""
    notes = {
        (score.case, note) for score in scores if score.metric == "hd95" for note in RULER_NOTES if note in score.reason
    }
    counts = Counter(note for _, note in notes)
    said = "; ".join(f"{note} ({counts[note]} cases)" for note in RULER_NOTES if counts[note])
    return (f"Distances: {said}.",) if said else ()
