from __future__ import annotations

import pytest

from medunet.workflows.study_agreement_result import (
    IN_UNIT,
    difference,
    figures_of,
    parts_of,
    readings_of,
)


def test_it_holds_what_was_compared(agreed):
    assert agreed.name == "CTR"
    assert (agreed.found.cases, agreed.found.left_out, agreed.found.subjects) == (6, 1, 5)
    assert [pair.case for pair in agreed.largest[:3]] == ["a", "e", "c"]
    assert difference(agreed.largest[0]) == pytest.approx(0.03)


def test_parts_add_up_and_columns_of_many_words_have_none(agreed):
    assert [(part.column, part.level, part.found.cases) for part in agreed.parts[:2]] == [
        ("view", "AP", 2),
        ("view", "PA", 4),
    ]
    tags = [dict(pair.tags) | {"name": f"n{k}"} for k in range(30) for pair in agreed.pairing.pairs[:1]]
    pairs = [type(agreed.pairing.pairs[0])("c", "s", 0.5, 0.5, ("", ""), tag) for tag in tags]
    assert parts_of(pairs, ["name"], ()) == ((), {"name": "has more than 20 different words"})


def test_every_hole_in_the_record_has_its_reason(agreed):
    record = agreed.to_dict()
    assert record["flow"] == {
        "came": 8, "left_out": [], "without_partner_first": 1, "without_partner_second": 1, "in_both": 7,
        "without_both_numbers": 1, "copies": 0, "compared": 6, "subjects": 5,
    }  # fmt: skip
    for one in (record["agreement"], *record["subgroups"]):
        for estimate in one["estimates"].values():
            assert bool(estimate["reason"]) == (estimate["low"] is None)


def test_equal_numbers_are_cautioned_of(agreed):
    assert agreed.found.equal.value == pytest.approx(1 / 6)
    assert any("17 % of the numbers are exactly equal" in caution for caution in agreed.cautions)


def test_figures_in_the_unit_are_told_from_shares(agreed):
    assert tuple(name for name, _, own in figures_of(agreed.found) if own) == IN_UNIT


def test_readings_leave_out_holes(agreed):
    assert readings_of(agreed.pairing.pairs).left_out == 1


def test_a_notebook_shows_the_figures(agreed):
    html = agreed._repr_html_()
    assert "CTR: one − two" in html
    assert "ICC(2,1)" in html
    assert "<script" not in html
