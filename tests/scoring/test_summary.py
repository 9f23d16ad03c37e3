import json
import statistics

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medunet.errors import InputError
from medunet.images.grid import Grid
from medunet.images.labelmap import LabelMap, Scheme
from medunet.scoring.measurement_error import score_measurement
from medunet.scoring.metrics import BACKGROUND_DOMINATED
from medunet.scoring.overlap import score_case
from medunet.scoring.score import Score
from medunet.scoring.summary import summarise, summary_dict

SCHEME = Scheme.of(["lung", "heart"])
NEVER_RAISED = ("dice", "iou", "precision", "recall", "f1")


def score(case, reference, prediction, subject=None, **options):
    maps = [None if m is None else LabelMap(np.array([m], np.uint8), Grid((1, len(m))), SCHEME)
            for m in (reference, prediction)]  # fmt: skip
    return score_case(case, subject or case, *maps, **options)


def by_key(scores):
    return {(summary.structure, summary.metric): summary for summary in summarise(scores)}


# one case of each outcome of the heart
EACH = [
    *score("right", [1, 2, 2, 0], [1, 2, 2, 0]),
    *score("half", [1, 2, 2, 0], [1, 2, 0, 0]),
    *score("missed", [1, 2, 2, 0], [1, 0, 0, 0]),
    *score("invented", [1, 0, 0, 0], [1, 2, 0, 0]),
    *score("absent", [1, 0, 0, 0], [1, 0, 0, 0]),
    *score("unseen", [1, 0, 0, 0], [1, 2, 0, 0], annotated=("lung",)),
    *score("unpredicted", [1, 2, 0, 0], None),
]


def test_every_outcome_is_counted_beside_the_mean():
    summary = by_key(EACH)["heart", "dice"]
    assert (summary.cases, summary.n, summary.no_value, summary.subjects) == (7, 5, 2, 5)
    assert (summary.missed, summary.invented, summary.not_predicted) == (1, 1, 1)
    assert (summary.absent_in_both, summary.not_looked_for, summary.undefined) == (1, 1, 0)
    assert summary.mean == pytest.approx((1 + 2 / 3 + 0 + 0 + 0) / 5)
    assert (summary.median, summary.minimum, summary.maximum) == (0, 0, 1)


def test_figures_agree_with_the_standard_library():
    values = [0.91, 0.5, 0.77, 0.98, 0.6]
    summary = summarise([Score(f"c{i}", f"s{i}", "a", "dice", v, "ratio") for i, v in enumerate(values)])[0]
    quartiles = statistics.quantiles(values, method="inclusive")
    assert [summary.lower_quartile, summary.median, summary.upper_quartile] == pytest.approx(quartiles)
    assert summary.mean == pytest.approx(statistics.fmean(values))
    assert summary.sd == pytest.approx(statistics.stdev(values))


def test_one_value_has_no_spread_and_none_has_no_figure():
    one = summarise([Score("a", "p", "heart", "dice", 0.5, "ratio")])[0]
    none = summarise([Score("a", "p", "heart", "dice", None, "ratio", "absent in both")])[0]
    assert (one.mean, one.sd) == (0.5, None)
    assert (none.n, none.mean, none.median, none.minimum, none.sd, none.pooled) == (0, None, None, None, None, None)
    assert summarise([]) == ()


def test_subjects_are_counted_apart_from_cases():
    scores = [*score("a1", [1, 2], [1, 2], "a"), *score("a2", [1, 2], [1, 2], "a"), *score("b", [1, 2], [1, 2])]
    summary = by_key(scores)["heart", "dice"]
    assert (summary.cases, summary.subjects) == (3, 2)


arrays = st.lists(st.integers(0, 2), min_size=4, max_size=4)
annotations = st.sampled_from([None, ("lung",), ("heart",)])
cases = st.lists(st.tuples(arrays, st.none() | arrays, annotations), min_size=1, max_size=6)


def score_all(drawn):
    return [row for i, (truth, guess, seen) in enumerate(drawn) for row in score(f"c{i}", truth, guess, annotated=seen)]


@given(cases)
@settings(deadline=None)
def test_the_numbers_of_every_summary_add_up(drawn):
    for summary in summarise(score_all(drawn)):
        assert summary.cases == summary.n + summary.no_value == len(drawn)
        if summary.metric in NEVER_RAISED:
            assert summary.no_value == summary.absent_in_both + summary.not_looked_for
            assert summary.missed + summary.invented + summary.not_predicted <= summary.n
        if summary.metric in ("tp", "fp", "fn", "tn"):
            assert summary.no_value == summary.not_predicted + summary.not_looked_for


@given(cases, st.data())
@settings(deadline=None)
def test_an_unpredicted_case_never_raises_a_mean(drawn, data):
    index = data.draw(st.integers(0, len(drawn) - 1))
    worse = [(truth, None if i == index else guess, seen) for i, (truth, guess, seen) in enumerate(drawn)]
    before, after = by_key(score_all(drawn)), by_key(score_all(worse))
    for structure, metric in before:
        mean = before[structure, metric].mean
        if metric in (*NEVER_RAISED, "specificity", "accuracy", "mean_iou") and mean is not None:
            assert after[structure, metric].mean <= mean + 1e-12


@given(cases, st.data())
@settings(deadline=None)
def test_a_missed_structure_never_raises_a_mean(drawn, data):
    name, value = data.draw(st.sampled_from(SCHEME.structures))
    index = data.draw(st.integers(0, len(drawn) - 1))
    truth, guess, seen = drawn[index]
    if guess is None or value not in truth:
        return
    erased = [0 if label == value else label for label in guess]
    worse = [*drawn[:index], (truth, erased, seen), *drawn[index + 1 :]]
    before, after = by_key(score_all(drawn)), by_key(score_all(worse))
    for metric in NEVER_RAISED:
        if before[name, metric].n:
            assert after[name, metric].mean <= before[name, metric].mean + 1e-12


@given(cases)
@settings(deadline=None)
def test_leaving_failures_out_of_the_table_would_only_raise_the_mean(drawn):
    """What a mean over survivors would print is never below what this one prints."""
    dice = [row for row in score_all(drawn) if row.metric == "dice"]
    survivors = [row for row in dice if not row.reason]
    for structure in SCHEME.names:
        before = by_key(dice)[structure, "dice"].mean
        after = by_key(survivors).get((structure, "dice"))
        if before is not None and after is not None and after.mean is not None:
            assert before <= after.mean + 1e-12


def test_summaries_of_what_the_background_dominates_say_so():
    notes = {metric: summary.note for (structure, metric), summary in by_key(EACH).items() if structure == "heart"}
    assert {metric for metric, note in notes.items() if "background" in note} == BACKGROUND_DOMINATED
    assert "near 1 even where the structure is missed" in notes["specificity"]
    assert by_key(EACH)["heart", "specificity"].missed == 1


def test_figures_over_all_count_the_cases_in_which_something_was_missed():
    summary = by_key(EACH)["all", "mean_iou"]
    assert (summary.n, summary.missed, summary.invented, summary.not_predicted) == (7, 1, 1, 1)


def test_measurement_errors_against_different_things_are_summarised_apart():
    scores = [
        *score_measurement("a", "p", "ctr", 0.5, 0.45, unit="ratio", against="against the reference masks"),
        *score_measurement("a", "p", "ctr", 0.5, 0.4, unit="ratio", against="against column ctr_source"),
        *score_measurement("b", "p", "ctr", None, 0.4, unit="ratio", against="against column ctr_source"),
        *score_measurement(
            "c", "p", "ctr", None, 0.4, unit="ratio", against="against column ctr_source", why="not predicted"
        ),
    ]
    masks, column = (summary for summary in summarise(scores) if summary.metric == "ctr_error")
    assert (masks.against, masks.cases, masks.mean) == ("against the reference masks", 1, pytest.approx(0.05))
    assert (column.against, column.cases, column.mean) == ("against column ctr_source", 3, pytest.approx(0.1))
    assert (column.n, column.undefined, column.not_predicted, column.pooled) == (1, 1, 1, None)
    nested = summary_dict(summarise(scores))["all"]
    assert list(nested) == [
        "ctr_error",
        "ctr_abs_error",
        "ctr_error against column ctr_source",
        "ctr_abs_error against column ctr_source",
    ]


def test_a_case_scored_twice_is_refused():
    scores = score("film", [1, 2], [1, 2])
    with pytest.raises(InputError, match="film: tp of lung is there twice"):
        summarise([*scores, *scores])


def test_one_metric_in_two_units_is_refused():
    scores = [Score("a", "a", "heart", "volume", 1.0, "mL"), Score("b", "b", "heart", "volume", 1.0, "px")]
    with pytest.raises(InputError, match="volume: heart has it in mL and px"):
        summarise(scores)


def test_surface_scores_in_two_units_have_a_summary_each_and_no_case_is_lost():
    scores = [
        Score("a", "a", "heart", "hd95", 1.0, "mm"),
        Score("b", "b", "heart", "hd95", 0.5, "% of width"),
        Score("c", "c", "heart", "hd95", 600.0, "mm", "missed; mm as the file states them"),
    ]
    in_mm, in_percent = summarise(scores)
    assert (in_mm.unit, in_mm.n, in_mm.mean, in_mm.missed, in_mm.pooled) == ("mm", 2, 300.5, 1, None)
    assert (in_percent.unit, in_percent.n, in_percent.mean, in_percent.missed) == ("% of width", 1, 0.5, 0)
    assert list(summary_dict((in_mm, in_percent))["heart"]) == ["hd95", "hd95 in % of width"]
    assert "diagonal" in in_mm.note


def test_summary_dict_is_plain_json():
    nested = summary_dict(summarise(EACH))
    assert json.loads(json.dumps(nested, allow_nan=False)) == nested
    assert list(nested) == ["lung", "heart", "all"]
    assert nested["heart"]["dice"]["n"] == 5
    assert nested["heart"]["dice"]["pooled"] is None
    assert "structure" not in nested["heart"]["dice"]
