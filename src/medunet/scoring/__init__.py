"""Scoring: label map against label map, and the honest summary of it.

`score_case` turns a reference and a prediction into `Score` values, one figure of one structure each, by one pass over
the pixels (`confusion`). A score without a value has a reason. `summarise` puts every mean beside its n and the cases
that were missed, invented, absent or not predicted, so that no failure can hide in a mean. The layer knows arrays and
tables only: no network, no clock, no plots.
"""

from __future__ import annotations

from medunet.scoring.confusion import ConfusionMatrix, confusion
from medunet.scoring.counts import Counts
from medunet.scoring.matching import ALL, BACKGROUND
from medunet.scoring.measurement_error import score_measurement
from medunet.scoring.metrics import BACKGROUND_DOMINATED, METRICS
from medunet.scoring.overlap import COUNTS, score_case
from medunet.scoring.ranking import median_cases, worst
from medunet.scoring.reasons import (
    ABSENT_IN_BOTH,
    AGAINST_MASKS,
    INVENTED,
    MISSED,
    NOT_LOOKED_FOR,
    NOT_PREDICTED,
)
from medunet.scoring.score import Score
from medunet.scoring.summary import Summary, summarise, summary_dict
from medunet.scoring.table import SCORE_COLUMNS, read_scores, score_rows

__all__ = [
    "ABSENT_IN_BOTH",
    "AGAINST_MASKS",
    "ALL",
    "BACKGROUND",
    "BACKGROUND_DOMINATED",
    "COUNTS",
    "INVENTED",
    "METRICS",
    "MISSED",
    "NOT_LOOKED_FOR",
    "NOT_PREDICTED",
    "SCORE_COLUMNS",
    "ConfusionMatrix",
    "Counts",
    "Score",
    "Summary",
    "confusion",
    "median_cases",
    "read_scores",
    "score_case",
    "score_measurement",
    "score_rows",
    "summarise",
    "summary_dict",
    "worst",
]
