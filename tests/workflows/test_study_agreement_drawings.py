from __future__ import annotations

import numpy as np

from medunet.reports.figures.many_points import AS_PICTURE, MOST_VECTORS
from medunet.studies import agreement_of, readings
from medunet.workflows.study_agreement_drawings import COLUMNS, bland_altman_drawing, equality_drawing


def test_numbers_behind_the_figures_are_the_complete_pairs(agreed):
    names, pairs = agreed.pairing.names, agreed.pairing.pairs
    drawing = bland_altman_drawing(agreed.readings, agreed.found, "CTR", names, pairs, "plot")
    assert drawing.name == "plot"
    assert drawing.numbers.columns == COLUMNS
    assert [row[0] for row in drawing.numbers.rows] == list("abcdef")
    assert drawing.alt.startswith("Bland–Altman plot of one − two: bias 0.008")


def test_a_reader_who_cannot_see_is_told_how_many_decisions_differ(agreed):
    names, pairs = agreed.pairing.names, agreed.pairing.pairs
    with_flips = equality_drawing(agreed.readings, "CTR", names, pairs, agreed.found.flips[0], "scatter")
    assert with_flips.alt.endswith("6 cases. 1 lie on different sides of 0.5.")
    assert "Crosses" not in equality_drawing(agreed.readings, "CTR", names, pairs, None, "scatter").caption


def test_a_caption_says_that_many_points_are_a_picture(agreed):
    second = np.random.default_rng(1).normal(0.5, 0.05, MOST_VECTORS + 1)
    many = readings(second + 0.01, second)
    found = agreement_of(many, cut_offs=[0.5])
    words = ("CTR", ("one", "two"), [])
    drawings = (
        bland_altman_drawing(many, found, *words, "plot"),
        equality_drawing(many, *words, found.flips[0], "two"),
    )
    for drawing in drawings:
        assert drawing.caption.endswith(AS_PICTURE)
    few = bland_altman_drawing(agreed.readings, agreed.found, *words, "plot")
    assert "picture" not in few.caption
