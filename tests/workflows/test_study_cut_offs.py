from __future__ import annotations

from dataclasses import replace

from medunet.reports import Paragraph, Table
from medunet.workflows.study_cut_offs import NO_CUT_OFF, accuracy_blocks, chosen_section, stated_section


def texts(section):
    return [block.text for block in section.blocks if isinstance(block, Paragraph)]


def test_the_stated_cut_off_shows_its_table_of_four(made_study):
    counts, shares = accuracy_blocks(made_study.primary.stated, made_study)
    found = made_study.primary.stated
    assert counts.rows == (
        ("above 0.5", found.true_positive, found.false_positive),
        ("not above 0.5", found.false_negative, found.true_negative),
    )
    assert counts.caption == "Cases; stated beforehand"
    assert [row[0] for row in shares.rows][:2] == ["sensitivity", "specificity"]
    assert "PPV at prevalence 0.1" in [row[0] for row in shares.rows]


def test_without_a_stated_cut_off_the_section_says_how_to_state_one(made_study):
    bare = replace(made_study, primary=replace(made_study.primary, stated=None))
    assert texts(stated_section(bare)) == [NO_CUT_OFF]


def test_a_chosen_cut_off_is_called_optimistic_and_then_judged_on_others(made_study):
    section = chosen_section(made_study)
    first, second, third = texts(section)
    assert "interval (approximate)" in first
    assert second.startswith("In-sample, optimistic")
    assert third.startswith("Out-of-sample: ")
    assert "20 times" in third
    tables = [block for block in section.blocks if isinstance(block, Table)]
    assert [table.caption for table in tables] == [
        "Cases; chosen on these rows: in-sample, optimistic",
        "",
        "Out-of-sample",
    ]


def test_where_none_can_be_chosen_the_reason_stands_in_its_place(made_study):
    primary = made_study.primary
    none = replace(primary.youden, value=None, low=None, high=None, reason="too few")
    bare = replace(made_study, primary=replace(primary, youden=none, chosen=None))
    assert texts(chosen_section(bare)) == ["None was chosen: too few."]
