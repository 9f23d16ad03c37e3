"""Scoring: label map against label map, and the honest summary of it.

`score_case` turns a reference and a prediction into `Score` values, one figure of one structure each, by one pass over
the pixels (`confusion`) and from the distances between their surfaces (`mask_distances`). A score without a value has a
reason. `summarise` puts every mean beside its n and the cases that were missed, invented, absent or not predicted, so
that no failure can hide in a mean. The layer knows arrays and tables only: no network, no clock, no plots.
"""

from __future__ import annotations

from medunet.scoring.calibration import (
    RELIABILITY_COLUMNS,
    Calibration,
    CaseCalibration,
    When,
    calibrate_case,
    reliability_rows,
)
from medunet.scoring.confusion import ConfusionMatrix, confusion
from medunet.scoring.counts import Counts
from medunet.scoring.matching import ALL, BACKGROUND
from medunet.scoring.measurement_error import score_measurement
from medunet.scoring.metrics import BACKGROUND_DOMINATED, LENGTHS, METRICS, ROC_METRICS, SURFACE_METRICS
from medunet.scoring.overlap import COUNTS, score_case
from medunet.scoring.ranking import best, median_cases, worst
from medunet.scoring.reasons import (
    ABSENT_IN_BOTH,
    AGAINST_MASKS,
    INVENTED,
    MISSED,
    NOT_LOOKED_FOR,
    NOT_PREDICTED,
)
from medunet.scoring.reliability import (
    CALIBRATION_METRICS,
    MARGIN,
    RELIABILITY_BINS,
    Reliability,
    ece_by_chance,
    mce_by_chance,
    region_of,
)
from medunet.scoring.roc import ONE_THRESHOLD, RocCounts, auc
from medunet.scoring.roc_curve import ROC_COLUMNS, RocCurve, roc_curve, roc_rows
from medunet.scoring.roc_scores import POOLED_NOTE, PooledRoc, auc_scores, count_case, with_pooled
from medunet.scoring.score import Score
from medunet.scoring.summary import Summary, summarise, summary_dict
from medunet.scoring.surface_distances import DirectedDistances, SurfaceDistances, mask_distances
from medunet.scoring.surface_scores import RULER_NOTES, TOLERANCE, Ruler
from medunet.scoring.table import SCORE_COLUMNS, read_scores, score_rows

__all__ = [
    "ABSENT_IN_BOTH",
    "AGAINST_MASKS",
    "ALL",
    "BACKGROUND",
    "BACKGROUND_DOMINATED",
    "CALIBRATION_METRICS",
    "COUNTS",
    "INVENTED",
    "LENGTHS",
    "MARGIN",
    "METRICS",
    "MISSED",
    "NOT_LOOKED_FOR",
    "NOT_PREDICTED",
    "ONE_THRESHOLD",
    "POOLED_NOTE",
    "RELIABILITY_BINS",
    "RELIABILITY_COLUMNS",
    "ROC_COLUMNS",
    "ROC_METRICS",
    "RULER_NOTES",
    "SCORE_COLUMNS",
    "SURFACE_METRICS",
    "TOLERANCE",
    "Calibration",
    "CaseCalibration",
    "ConfusionMatrix",
    "Counts",
    "DirectedDistances",
    "PooledRoc",
    "Reliability",
    "RocCounts",
    "RocCurve",
    "Ruler",
    "Score",
    "Summary",
    "SurfaceDistances",
    "When",
    "auc",
    "auc_scores",
    "best",
    "calibrate_case",
    "confusion",
    "count_case",
    "ece_by_chance",
    "mask_distances",
    "mce_by_chance",
    "median_cases",
    "read_scores",
    "region_of",
    "reliability_rows",
    "roc_curve",
    "roc_rows",
    "score_case",
    "score_measurement",
    "score_rows",
    "summarise",
    "summary_dict",
    "with_pooled",
    "worst",
]
