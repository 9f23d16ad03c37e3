"""Clinical numbers from label maps: the cardiothoracic ratio, widths and areas of a chest film.

A label map and what is known about its film go in, Measurements come out: each a number with its unit, its status and
the lines it was measured along, or the reason why there is none. The way is: `parts` drops stray blobs, `chest` finds
heart and lungs, `midline` the body's axis; `ratios`, `lengths` and `areas` measure; `findings` says what is missing or
odd; `verdict` decides last. `case_errors` and `conformal` make the intervals of a model's numbers from
its errors. Nothing here reads files or knows a network.
"""

from __future__ import annotations

from medunet.measuring.case_errors import CaseErrors, spread_at
from medunet.measuring.chest import Chest
from medunet.measuring.conformal import LEVEL, Intervals, Residuals
from medunet.measuring.doubt import doubted
from medunet.measuring.exam import Exam
from medunet.measuring.film import VIEWS, Film
from medunet.measuring.measurement import Caliper, Measurement, Status, Verdict
from medunet.measuring.midline import Midline
from medunet.measuring.ratios import ctr_midline
from medunet.measuring.registry import MEASURES, Measure, ctr_of, measure
from medunet.measuring.table import COLUMNS, rows
from medunet.measuring.verdict import decide, with_interval, with_intervals

__all__ = [
    "COLUMNS",
    "LEVEL",
    "MEASURES",
    "VIEWS",
    "Caliper",
    "CaseErrors",
    "Chest",
    "Exam",
    "Film",
    "Intervals",
    "Measure",
    "Measurement",
    "Midline",
    "Residuals",
    "Status",
    "Verdict",
    "ctr_midline",
    "ctr_of",
    "decide",
    "doubted",
    "measure",
    "rows",
    "spread_at",
    "with_interval",
    "with_intervals",
]
