from __future__ import annotations

from medunet.measuring import Intervals, Residuals
from medunet.workflows.interval_words import TITLE, interval_section, interval_sentence


def intervals(values, **told):
    return Intervals({"ctr": Residuals(tuple(sorted(values)), told.pop("without", 0))}, "5 folds", **told)


def test_the_sentence_says_level_width_number_and_source():
    said = interval_sentence(intervals([0.001 * n for n in range(1, 40)], without=3))
    assert said.startswith("90 % intervals of the cardiothoracic ratio are the ratio ± 0.036")
    assert "of networks on 39 subjects that neither trained nor chose them (5 folds)" in said
    assert said.endswith("; 3 more had no ratio.")


def test_scaled_ones_have_no_single_width():
    said = interval_sentence(intervals([0.1] * 20, scaled=True))
    assert "wider where the estimated quality is lower" in said
    assert "±" not in said


def test_where_there_are_none_it_says_why():
    assert interval_sentence("fine-tuned") == "Its cardiothoracic ratios have no intervals: fine-tuned."
    assert "3 subjects; level 0.90 needs at least 9." in interval_sentence(intervals([0.1] * 3))


def test_a_card_s_section_says_where_they_hold_or_how_to_get_some():
    known = interval_section(intervals([0.1] * 9))
    assert known.startswith(f"{TITLE}\n\n90 % intervals")
    assert "films and annotators like those" in known
    for none in ("fine-tuned", intervals([0.1] * 3)):
        assert "recalibrate it by `medunet evaluate MODEL DATA --calibrate FOLDER`" in interval_section(none)
