from __future__ import annotations

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
