"""Pooled figures: the metrics of the counts summed over cases, in which pixels weigh the same and not cases."""

from __future__ import annotations

import math
from collections.abc import Mapping

from medunet.scoring.counts import Counts
from medunet.scoring.metrics import METRICS
from medunet.scoring.overlap import COUNTS
from medunet.scoring.reasons import NOT_LOOKED_FOR, outcomes
from medunet.scoring.score import Score

Groups = Mapping[tuple[str, str, str], Mapping[str, Score]]
"""(structure, metric, against) → case → score."""


def pooled_figures(groups: Groups, structure: str) -> dict[str, float]:
    """Every count summed, and every metric of the sums, by name.

    Empty where there is no honest sum: a case was not predicted (its counts are unknown, and a figure without it
    would be one of the survivors), or the table does not hold all four counts of every case. Cases in which the
    structure was not looked for take no part. A metric that is 0/0 on the sums is left out.
    """
    by_name = {name: groups.get((structure, name, ""), {}) for name in COUNTS}
    looked_for = [
        {case: score.value for case, score in rows.items() if NOT_LOOKED_FOR not in outcomes(score.reason)}
        for rows in by_name.values()
    ]
    if not looked_for[0] or any(rows.keys() != looked_for[0].keys() for rows in looked_for):
        return {}
    sums: dict[str, int] = {}
    for name, rows in zip(COUNTS, looked_for, strict=True):
        known = [round(value) for value in rows.values() if value is not None]
        if len(known) < len(rows):
            return {}
        sums[name] = sum(known)
    counts = Counts(**sums)
    ratios = {name: metric(counts) for name, metric in METRICS.items()}
    return sums | {name: ratio for name, ratio in ratios.items() if not math.isnan(ratio)}
