from __future__ import annotations

import pytest

from medunet.reports import Page, Provenance, Section, render, topics
from medunet.reports.tables import Place, State
from medunet.workflows.study_checklist import AGREEMENT, COMPARISON, STUDY, checklist_section


@pytest.mark.parametrize("known", [STUDY, AGREEMENT, COMPARISON])
def test_every_topic_is_one_that_a_list_asks_for(known):
    assert set(known) <= topics()


def test_an_answer_leads_to_the_section_whose_title_begins_so():
    section = checklist_section(STUDY, ["Flow of numbers", "At the cut-off of 0.5, stated beforehand"])
    rows = {row[0]: row for row in section.blocks[2].table.rows}
    assert rows["15c"][4] == Place("stated beforehand", "At the cut-off of 0.5, stated beforehand")
    assert rows["24"][3] == State("this run", "good")


def test_what_the_page_does_not_show_is_the_authors():
    section = checklist_section(STUDY, ["Flow of numbers"])
    rows = {row[0]: row for row in section.blocks[2].table.rows}
    assert rows["15c"][3:] == (State("author", "neutral"), "–")
    assert rows["21"][3] == State("author", "neutral")


def test_a_page_takes_it():
    titles = ["Flow of numbers", "Result"]
    sections = [Section(title, ()) for title in titles]
    page = Page("t", "", ("s",), (*sections, checklist_section(STUDY, titles)), Provenance())
    assert "STARD-AI (2025, 40 items in 48 rows)" in render(page)
