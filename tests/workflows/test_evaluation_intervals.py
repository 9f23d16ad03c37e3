from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

from medunet.scoring import Score, summarise
from medunet.studies import SubjectScores, mean_of_scores
from medunet.workflows.evaluation import Evaluation
from medunet.workflows.evaluation_intervals import ScoreColumns, figure_of, intervals_of, why_none


def row(case, value, metric="dice", *, subject=None, unit="ratio", reason="", structure="heart"):
    return Score(f"c{case}", subject or f"s{case}", structure, metric, value, unit, reason)


def scores_of(values, **told):
    return [row(n, value, **told) for n, value in enumerate(values)]


def evaluated(scores, **told):
    return Evaluation(Path("out"), "run", tuple(scores), summarise(scores), None, {}, {}, (), **told)


DICE = np.random.default_rng(0).beta(30, 2, 12).tolist()


def test_the_interval_of_a_mean_is_that_of_the_scores():
    done = evaluated(scores_of(DICE))
    known = done.interval(done.summary("heart", "dice"))
    wanted = mean_of_scores(SubjectScores.of(DICE, np.arange(12)), least=0, most=1)
    assert known.mean == wanted
    assert known.mean.value == pytest.approx(done.summary("heart", "dice").mean)
    assert known.median.value == pytest.approx(done.summary("heart", "dice").median)


def test_every_row_twice_under_the_same_subject_changes_no_interval():
    once = scores_of(DICE)
    twice = [*once, *(Score(f"{s.case}-copy", s.subject, s.structure, s.metric, s.value, s.unit) for s in once)]
    first, second = (intervals_of(ScoreColumns.of(s))["heart", "dice", "", "ratio"] for s in (once, twice))
    for name in ("mean", "median", "showable", "failed"):
        one, two = getattr(first, name), getattr(second, name)
        assert (two.value, two.low, two.high) == pytest.approx((one.value, one.low, one.high), rel=1e-12)
    assert second.mean.rows == 24


def test_summary_json_carries_every_interval_with_method_and_source():
    told = evaluated(scores_of(DICE)).to_dict()["summary"]["heart"]["dice"]
    assert told["mean_interval"]["low"] < told["mean"] < told["mean_interval"]["high"]
    assert told["median_interval"]["level"] == pytest.approx(0.9614, abs=1e-4)
    assert "Hall" in told["mean_interval"]["source"]
    assert told["showable_difference"]["value"] > 0
    assert told["failed_share"]["value"] == 0


def test_counts_of_pixels_have_none():
    done = evaluated([*scores_of(DICE), *scores_of(range(12), metric="tp", unit="px")])
    assert "mean_interval" not in done.to_dict()["summary"]["heart"]["tp"]


def test_failures_are_counted_with_their_interval():
    scores = [*scores_of(DICE), row(20, 0.0, reason="missed"), row(21, 0.0, reason="not predicted: no mask")]
    failed = intervals_of(ScoreColumns.of(scores))["heart", "dice", "", "ratio"].failed
    assert failed.value == pytest.approx(2 / 14)
    assert failed.low < 2 / 14 < failed.high


def test_what_has_no_value_is_left_out_and_penalties_are_not():
    scores = [*scores_of(DICE), row(20, None, reason="absent in both"), row(21, 0.0, reason="missed")]
    mean = intervals_of(ScoreColumns.of(scores))["heart", "dice", "", "ratio"].mean
    assert mean.rows == 13
    assert mean.value == pytest.approx((sum(DICE) + 0) / 13)


@pytest.mark.parametrize(
    ("metric", "unit", "range_"),
    [
        ("dice", "ratio", (0, 1)),
        ("nsd", "ratio within 2 mm", (0, 1)),
        ("hd95", "mm", (0, None)),
        ("ctr_abs_error", "ratio", (0, None)),
        ("ctr_error", "ratio", (None, None)),
    ],
)
def test_limits_are_cut_where_scores_can_be(metric, unit, range_):
    (column,) = ScoreColumns.of(scores_of(DICE, metric=metric, unit=unit)).columns.values()
    assert column.range == range_


@pytest.mark.parametrize(
    ("values", "reason"),
    [([0.9], "1 subject"), ([0.9] * 8, "same mean"), ([0.0] * 8, "same mean")],
)
def test_reasons_in_the_place_of_intervals(values, reason):
    done = evaluated(scores_of(values))
    known = done.interval(done.summary("heart", "dice"))
    assert known.mean.low is None
    assert reason in known.mean.reason
    assert reason in why_none({"a": known.mean})[0]


def test_every_summary_has_a_figure():
    scores = [
        *scores_of(DICE),
        *scores_of([1.0, 2.0, 4.0], metric="hd95", unit="mm"),
        *(row(n + 3, 2.0, "hd95", unit="% of width") for n in range(3)),
        *scores_of([0.01] * 3, metric="ctr_error", reason="against the reference masks", structure="all"),
        *scores_of([0.01] * 3, metric="ctr_error", reason="against column x: y", structure="all"),
    ]
    done = evaluated(scores)
    assert {figure_of(one) for one in done.summaries} == set(done.intervals)


def test_a_large_table_is_quick():
    """100,000 scores, a twentieth of 100 MB; the limit is generous for a machine that is busy."""
    values = np.random.default_rng(1).random(20_000)
    scores = [row(n, value, f"metric{m}") for m in range(5) for n, value in enumerate(values.tolist())]
    start = time.process_time()
    assert len(intervals_of(ScoreColumns.of(scores))) == 5
    assert time.process_time() - start < 5
