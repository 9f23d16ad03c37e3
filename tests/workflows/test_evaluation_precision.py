from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from medunet.scoring import Score, summarise
from medunet.studies import Bounds, share_inside
from medunet.workflows.evaluation import Evaluation
from medunet.workflows.evaluation_precision import (
    RULE,
    held_sentence,
    precision_section,
    precision_sentence,
    subgroup_section,
)


def dice(values):
    scores = tuple(Score(f"c{n}", f"s{n}", "heart", "dice", v, "ratio") for n, v in enumerate(values))
    return Evaluation(Path("out"), "run", scores, summarise(scores), None, {}, {}, ())


VALUES = np.random.default_rng(0).beta(30, 2, 38).tolist()


def test_the_sentence_says_what_n_can_show_and_what_it_supposes():
    done = dice(VALUES)
    difference = done.interval(done.summary("heart", "dice")).showable.value
    said = precision_sentence(done)
    assert f"differed by {difference:.3f} (heart)" in said
    assert "38 subjects" in said
    assert "correlate by 0.5" in said


@pytest.mark.parametrize("values", [[0.9], [0.9] * 10])
def test_without_a_spread_there_is_no_sentence_and_the_section_has_the_reason(values):
    done = dice(values)
    assert precision_sentence(done) == ""
    table, *notes = precision_section(done).blocks
    assert table.rows[0][4].reason == "none"
    assert any("No smallest difference" in note.text for note in notes) or "smallest difference" in notes[0].text


def test_the_section_shows_the_failures_that_may_be_out_there():
    table, *notes = precision_section(dice(VALUES)).blocks
    failed = table.rows[0][5]
    assert (failed.value, failed.low) == (0, 0)
    assert failed.high == pytest.approx(9.2, abs=0.1)  # Wilson's for 0 of 38
    assert notes[-1].text == RULE


def test_no_subgroups_no_section():
    assert subgroup_section(dice(VALUES)) == []


def test_intervals_of_the_ratio_are_held_against_their_claim():
    rows = [Bounds(f"s{n}", 0.5, 0.45, 0.55, 0.9) for n in range(19)] + [Bounds("x", 0.6, 0.45, 0.55, 0.9)]
    said = held_sentence(share_inside(rows))
    assert "hold the reference in 95 [76, 99] % of 20 cases; they claim 90 %" in said
    assert "below 0 and above 1" in said
    assert said.endswith("as they say.")
    assert "no prediction carries an interval" in held_sentence(share_inside([]))


def test_a_share_without_an_interval_is_in_percent_too():
    """One subject has all the films: nothing is known of others."""
    rows = [Bounds("s", 0.5 if n else 0.6, 0.45, 0.55, 0.9) for n in range(20)]
    assert "hold the reference in 95 % of 20 cases" in held_sentence(share_inside(rows))


def test_cases_that_the_intervals_come_of_are_said_to_be_left_out():
    rows = [Bounds(f"s{n}", 0.5, 0.45, 0.55, 0.9) for n in range(20)]
    assert "12 cases are left out here: the intervals come of them." in held_sentence(share_inside(rows), 12)
    assert "12 cases are left out here" in held_sentence(share_inside([]), 12)
    assert "left out" not in held_sentence(share_inside(rows))
