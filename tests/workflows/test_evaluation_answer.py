from __future__ import annotations

from pathlib import Path

import numpy as np

from medunet.scoring import Score, summarise
from medunet.workflows.evaluation import Evaluation
from medunet.workflows.evaluation_answer import BRACKETS, key_figures, summary_sentences, sureness
from medunet.workflows.evaluation_tables import in_words


def dice(values, **told):
    scores = tuple(Score(f"c{n}", f"s{n}", "heart", "dice", v, "ratio") for n, v in enumerate(values))
    return Evaluation(Path("out"), "run", scores, summarise(scores), None, {}, {}, (), **told)


VALUES = np.random.default_rng(0).beta(30, 2, 12).tolist()


def test_the_first_sentence_has_mean_and_median_with_intervals():
    done = dice(VALUES)
    known = done.interval(done.summary("heart", "dice"))
    first = summary_sentences(done)[0]
    assert first == f"heart: mean Dice {in_words(known.mean, 3)}, median {in_words(known.median, 3)}, over 12 cases."
    assert BRACKETS in sureness(done)


def test_key_figures_carry_the_interval_and_what_it_rests_on():
    (figure,) = key_figures(dice(VALUES)).items
    assert (figure.value.count("["), figure.unit.count("[")) == (0, 1)
    assert figure.n == "12 cases of 12 subjects"
    assert figure.note.startswith("median ")


def test_few_cases_are_told_in_place_of_brackets():
    said = summary_sentences(dice(VALUES[:4]))
    assert "[" not in said[0]
    assert said[-1] == "No intervals: 4 subjects; an interval needs 6."


def test_a_structure_without_any_value_has_a_dash_and_the_reason():
    scores = (Score("c", "s", "heart", "dice", None, "ratio", "absent in both"),)
    done = Evaluation(Path("out"), "run", scores, summarise(scores), None, {}, {}, ())
    (figure,) = key_figures(done).items
    assert (figure.value, figure.note) == ("–", "no case has a value")
    assert sureness(done) == []
    assert summary_sentences(done) == ("heart: no case has a Dice (in neither mask in 1 case).",)


def test_a_single_case_is_one():
    assert summary_sentences(dice([0.9]))[0] == "heart: mean Dice 0.900, median 0.900, over 1 case."
    assert key_figures(dice([0.9])).items[0].n == "1 case of 1 subject"


def test_a_caution_comes_first():
    assert summary_sentences(dice(VALUES, caution="In-sample"))[0] == "In-sample"
