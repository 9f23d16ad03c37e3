from __future__ import annotations

import re
from pathlib import Path

import pytest

from medunet.reports import Drawing, Paragraph
from medunet.scoring import Score
from medunet.workflows.evaluation import Evaluation
from medunet.workflows.evaluation_agreement import YARDSTICK, agreement_blocks, ratio_agreement, ratio_pairs

STATISTICS = Path(__file__).parents[2] / "docs" / "statistics.md"


def evaluation(ratios, subjects=()):
    """An evaluation of these (reference, predicted) ratios."""
    whose = dict(subjects)
    scores = tuple(Score(case, whose.get(case, case), "heart", "dice", 0.9, "ratio", "") for case in ratios)
    return Evaluation(Path("out"), "run", scores, (), None, {}, ratios, ())


RATIOS = {"a": (0.48, 0.51), "b": (0.55, 0.56), "c": (0.44, 0.43), "d": (0.60, 0.62)}


def test_differences_are_predicted_minus_reference_and_subjects_the_units():
    _, found = ratio_agreement(evaluation(RATIOS, {"a": "1", "b": "1"}.items()))
    assert found.bland_altman.bias.value == pytest.approx((0.03 + 0.01 - 0.01 + 0.02) / 4)
    assert found.mae.value == pytest.approx(0.07 / 4)
    assert (found.cases, found.subjects) == (4, 3)
    assert (found.flips[0].first_only, found.flips[0].second_only) == (1, 0)
    assert {pair.subject for pair in ratio_pairs(evaluation(RATIOS, {"a": "1", "b": "1"}.items()))} == {"1", "c", "d"}


def test_the_page_gets_sentence_table_decisions_figures_and_yardstick():
    blocks = agreement_blocks(evaluation(RATIOS))
    assert [block.kind for block in blocks] == ["paragraph", "table", "table", "drawing", "drawing", "paragraph"]
    assert blocks[0].text.startswith("CTR of predicted is higher than that of reference by 0.013 (")
    assert [block.name for block in blocks if isinstance(block, Drawing)] == ["ctr", "ctr-equality"]
    assert blocks[-1] == Paragraph(YARDSTICK, "note")


def test_no_pair_gets_nothing_and_one_pair_gets_reasons():
    assert agreement_blocks(evaluation({})) == ()
    table = agreement_blocks(evaluation({"a": (0.5, 0.52)}))[1]
    assert {row[-1] for row in table.rows} == {"fewer than 3 subjects"}


def test_the_yardstick_is_what_the_docs_say_of_the_two_readers():
    row = next(line for line in STATISTICS.read_text().splitlines() if line.startswith("| reader 1 − reader 2"))
    said = re.findall(r"\d\.\d{3}", YARDSTICK)
    cells = row.split("|")
    assert said == [re.findall(r"\d\.\d{3}", cells[4])[0], *re.findall(r"\d\.\d{3}", cells[5])]
    assert cells[2].strip() in YARDSTICK
