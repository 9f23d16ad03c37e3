from __future__ import annotations

import re

import pytest

from medunet.reports import Answer, Page, Section, checklist_block, render, topics
from medunet.reports.checklist import NAMES, guideline
from medunet.reports.tables import Place, State


def test_claim_has_its_44_items_in_order():
    numbers = [item.number for item in guideline("claim-2024").items]
    assert numbers == [str(number) for number in range(1, 45)]
    assert "2024" in guideline("claim-2024").version


def test_stard_ai_has_its_40_items_in_48_rows():
    numbers = [item.number for item in guideline("stard-ai-2025").items]
    assert len(numbers) == len(set(numbers)) == 48
    assert sorted({int(re.match(r"\d+", number)[0]) for number in numbers}) == list(range(1, 41))
    assert [number for number in numbers if not number.isdigit()] == [
        *("15a", "15b", "15c", "15d"), *("16a", "16b", "16c"), *("17a", "17b"), *("26a", "26b"), *("40a", "40b"),
    ]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_list_names_its_source_and_asks_each_topic_once(name):
    one = guideline(name)
    assert "doi:" in one.source
    assert len({item.topic for item in one.items}) == len(one.items)
    assert all(item.words and item.part for item in one.items)


def test_what_the_run_knows_is_filled_in_and_the_rest_is_the_authors():
    block = checklist_block({"flow": Answer("38 of 38", "Flow"), "ensemble": Answer("one model", applies=False)})
    rows = {row[0]: row for row in block.table.rows}
    assert rows["35"][3:] == (State("this run", "good"), Place("38 of 38", "Flow"))
    assert rows["27"][3:] == (State("does not apply", "neutral"), "one model")
    assert rows["44"][3:] == (State("author", "neutral"), "–")
    assert block.title.endswith("1 answered here, 1 do not apply, 42 left to the author")


def test_nothing_known_is_all_the_authors():
    block = checklist_block({}, "stard-ai-2025")
    assert {row[3] for row in block.table.rows} == {State("author", "neutral")}


def test_one_set_of_facts_serves_both_lists():
    facts = {topic: Answer("known") for topic in topics()}
    for name in NAMES:
        assert "0 left to the author" in checklist_block(facts, name).title


def test_a_slip_of_the_pen_is_not_lost():
    with pytest.raises(ValueError, match="no checklist has the topics flwo; known are abstract"):
        checklist_block({"flwo": Answer("x")})


def test_an_empty_answer_cannot_be():
    with pytest.raises(ValueError, match="leave the topic out"):
        Answer(" ")


def test_an_unknown_list_is_refused():
    with pytest.raises(ValueError, match="checklists are claim-2024, stard-ai-2025"):
        guideline("claim")


def test_an_answer_leads_to_its_section():
    block = checklist_block({"flow": Answer("38 <of> 38", "The flow")})
    html = render(Page("t", "", ("s",), (Section("Checklists", (block,)), Section("The flow", ()))))
    assert '38 &lt;of&gt; 38 (<a href="#section-2">The flow</a>)' in html


def test_an_answer_that_leads_nowhere_is_refused():
    block = checklist_block({"flow": Answer("38", "Flow")})
    with pytest.raises(ValueError, match="the page has no section Flow"):
        Page("t", "", ("s",), (Section("Checklists", (block,)),))
