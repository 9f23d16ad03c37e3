from __future__ import annotations

from pathlib import Path

import numpy as np

from medunet.reports import Gap, Interval
from medunet.scoring import Score, summarise
from medunet.studies.estimate import Asked, Method
from medunet.workflows.evaluation import Evaluation
from medunet.workflows.evaluation_tables import (
    SEVERAL_CASES,
    estimate_cell,
    in_words,
    named,
    ratio_table,
    rule_of_intervals,
    score_table,
)

ASKED = Asked(Method("mean", "Student 1908"), 0.95, 12, 12)
VALUES = np.random.default_rng(0).beta(30, 2, 12).tolist()


def evaluated(rows):
    scores = tuple(Score(f"c{n}", subject, *rest) for n, (subject, *rest) in enumerate(rows))
    return Evaluation(Path("out"), "run", scores, summarise(scores), None, {}, {}, ())


def dice(values, subjects=None):
    names = subjects or [f"s{n}" for n in range(len(values))]
    return evaluated([(s, "heart", "dice", v, "ratio") for s, v in zip(names, values, strict=True)])


def test_a_figure_is_written_with_its_interval_the_bare_number_or_none():
    assert in_words(ASKED.answer(0.9451, 0.9374, 0.9512), 3) == "0.945 [0.937, 0.951]"
    assert in_words(ASKED.answer(-0.01, -0.02, 0.0), 2) == "−0.01 [−0.02, 0.00]"
    assert in_words(ASKED.bare(0.9451, "few"), 3) == "0.945"
    assert in_words(ASKED.nothing("no case"), 3) == "none"
    assert estimate_cell(ASKED.answer(0.5, 0.4, 0.6)) == Interval(0.5, 0.4, 0.6)
    assert isinstance(estimate_cell(ASKED.nothing("no case")), Gap)


def test_a_row_holds_mean_and_median_with_intervals_and_the_worst():
    done = dice(VALUES)
    table, *notes = score_table(done, named(["dice"]), "Over cases.", pooled=True)
    (row,) = table.rows
    assert row[:3] == ("heart", "dice", 12)
    assert isinstance(row[3], Interval)
    assert isinstance(row[4], Interval)
    assert row[5] == min(VALUES)
    assert notes == []


def test_the_worst_distance_is_the_largest():
    done = evaluated([(f"s{n}", "heart", "hd95", float(n), "mm") for n in range(8)])
    table, *_ = score_table(done, {"hd95": "HD95"}, "", with_unit=True)
    assert table.rows[0][2] == "mm"
    assert table.rows[0][6] == 7.0


def test_why_there_is_no_interval_stands_once_below():
    table, *notes = score_table(dice(VALUES[:3]), named(["dice"]), "")
    assert isinstance(table.rows[0][3], float)
    assert [note.text for note in notes] == ["No intervals: 3 subjects; an interval needs 6."]
    assert rule_of_intervals(dice(VALUES[:3])) == []


def test_several_cases_of_a_subject_are_told():
    (rule,) = rule_of_intervals(dice(VALUES, [f"s{n % 7}" for n in range(12)]))
    assert SEVERAL_CASES in rule.text
    (rule,) = rule_of_intervals(dice(VALUES))
    assert SEVERAL_CASES not in rule.text


def test_the_errors_of_the_ratio_name_what_they_were_compared_with():
    rows = [(f"s{n}", "all", "ctr_abs_error", 0.01 * n, "ratio", "against the reference masks") for n in range(8)]
    table, *notes = ratio_table(evaluated(rows))
    assert table.rows[0][:3] == ("the reference masks", "absolute error", 8)
    assert isinstance(table.rows[0][3], Interval)
    assert notes == []
