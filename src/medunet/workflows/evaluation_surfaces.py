"""The part of evaluate's page about surfaces: distances with their unit, and what a missing structure counts as."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from medunet.reports import Paragraph, Section
from medunet.scoring import RULER_NOTES, Score
from medunet.workflows.evaluation import Evaluation
from medunet.workflows.evaluation_tables import score_table

NAMES = {"hd": "HD", "hd95": "HD95", "assd": "ASSD", "nsd": "NSD"}
RULE = (
    "HD is the largest distance, HD95 the larger of the two directed 95th percentiles, ASSD the mean over both "
    "surfaces, NSD the share of both surfaces that lies within the tolerance; all weighted by area. A structure that "
    "was missed or invented, and every structure of a case that could not be predicted, counts as NSD 0 and as the "
    "length of the image's diagonal. One of them rules a mean distance: read the median beside it."
)


def surface_section(done: Evaluation) -> Section:
    """Summaries of the surface scores, in each unit that there is."""
    caption = "Over cases; penalties for missed and invented structures included."
    words = (RULE, *_planes(done.scores))
    table = score_table(done, NAMES, caption, with_unit=True)
    return Section("Surfaces", (*table, *(Paragraph(text, "note") for text in words)))


def _planes(scores: Sequence[Score]) -> tuple[str, ...]:
    """Where the distances hold, and in how many cases."""
    notes = {
        (score.case, note) for score in scores if score.metric == "hd95" for note in RULER_NOTES if note in score.reason
    }
    counts = Counter(note for _, note in notes)
    said = "; ".join(f"{note} ({counts[note]} cases)" for note in RULER_NOTES if counts[note])
    return (f"Distances: {said}.",) if said else ()
