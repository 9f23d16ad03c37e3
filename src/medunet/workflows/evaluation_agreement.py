"""The part of evaluate's page that compares predicted and reference ratios: agreement, not correlation."""

from __future__ import annotations

from collections.abc import Mapping

from medunet.reports import Block, Column, Paragraph, Table
from medunet.studies import Agreement, Readings, agreement_of
from medunet.workflows.evaluation import Evaluation
from medunet.workflows.study_agreement_drawings import bland_altman_drawing, equality_drawing
from medunet.workflows.study_agreement_pairs import Pair
from medunet.workflows.study_agreement_result import readings_of
from medunet.workflows.study_agreement_summary import answer, flips_sentence
from medunet.workflows.study_agreement_tables import estimate_cell, flips_table
from medunet.workflows.study_words import digits_for

METHODS = ("predicted", "reference")
NAME = "CTR"
CUT_OFF = 0.5
"""Above it a heart is called enlarged on a PA film of an adult (Danzer 1919); it was stated before any data."""

YARDSTICK = (
    "Two physicians who corrected the same contours of 303 films differed by 0.026 on average (mean absolute "
    "difference; limits of agreement −0.034 to 0.080): docs/statistics.md, benchmarks/readers.py. Readers who begin "
    "anew differ more."
)
SHOWN = ("bias", "MAE", "lower limit of agreement", "upper limit of agreement", "within-subject CV (root mean square)",
         "ICC(2,1)", "Lin's concordance")  # fmt: skip


def ratio_pairs(done: Evaluation) -> tuple[Pair, ...]:
    """Predicted and reference ratio of every case that has both."""
    whose = {score.case: score.subject for score in done.scores}
    nothing: Mapping[str, str] = {}
    return tuple(
        Pair(case, whose.get(case, case), predicted, reference, ("", ""), nothing)
        for case, (reference, predicted) in done.ratios.items()
    )


def ratio_agreement(done: Evaluation) -> tuple[Readings, Agreement]:
    """Predicted − reference, with the decision at `CUT_OFF`."""
    readings = readings_of(ratio_pairs(done))
    return readings, agreement_of(readings, cut_offs=(CUT_OFF,))


def agreement_blocks(done: Evaluation) -> tuple[Block, ...]:
    """How well predicted and reference ratio agree; nothing where no case has both."""
    if not done.ratios:
        return ()
    pairs = ratio_pairs(done)
    readings, found = ratio_agreement(done)
    digits = max(digits_for(found.bland_altman.sd.value), 3)
    flips = found.flips[0]
    words = f"{answer(found, NAME, METHODS, digits)} {flips_sentence(flips, found.cases, METHODS)}"
    return (
        Paragraph(words),
        _figures(found, digits),
        flips_table(flips, METHODS),
        bland_altman_drawing(readings, found, NAME, METHODS, pairs, "ctr"),
        equality_drawing(readings, NAME, METHODS, pairs, flips, "ctr-equality"),
        Paragraph(YARDSTICK, "note"),
    )


def _figures(found: Agreement, digits: int) -> Table:
    """The figures of agreement that a reader of an evaluation asks for."""
    header = (
        "agreement",
        Column("value [95 % interval]", digits, numeric=True),
        Column("cases", numeric=True),
        Column("subjects", numeric=True),
        "remark",
    )
    rows = tuple(
        (name, estimate_cell(one), one.rows, one.subjects, one.reason or "–")
        for name, one in ((name, found.estimates[name]) for name in SHOWN)
    )
    return Table(header, rows, "Differences are predicted − reference. The subject is the unit of every interval.")
