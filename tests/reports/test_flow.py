from __future__ import annotations

import pytest

from medunet.reports import Page, Section, render
from medunet.reports.flow import Flow, Step


def test_a_flow_adds_up():
    Flow(
        (Step("found", 195, ((2, "could not be read"),)), Step("read", 193, ((155, "trained on"),)), Step("scored", 38))
    )
    Flow(())


def test_a_flow_that_does_not_add_up_cannot_be():
    with pytest.raises(ValueError, match="195 found leave 193, not 190 read"):
        Flow((Step("found", 195, ((2, "could not be read"),)), Step("read", 190)))


def test_nothing_is_lost_at_the_end():
    with pytest.raises(ValueError, match="last step"):
        Flow((Step("found", 195, ((2, "could not be read"),)),))


@pytest.mark.parametrize(
    ("label", "count", "left_out", "words"),
    [
        ("found", -1, (), "not negative"),
        ("found", 3, ((-1, "x"),), "not negative"),
        ("found", 3, ((1, ""),), "has its words"),
        ("", 3, (), "has its words"),
        ("found", 3, ((4, "unread"),), "3 found cannot lose 4"),
    ],
)
def test_a_step_that_makes_no_sense_cannot_be(label, count, left_out, words):
    with pytest.raises(ValueError, match=words):
        Step(label, count, left_out)


def test_a_reason_that_holds_for_none_is_not_shown():
    assert Step("found", 3, ((0, "unread"), (1, "no label"))).left_out == ((1, "no label"),)


def test_a_flow_is_a_block_of_a_page():
    flow = Flow((Step("films", 3, ((1, "no <label>"),), "of 2 subjects"), Step("analysed", 2)))
    html = render(Page("t", "", ("s",), (Section("Flow", (flow,)),)))
    assert '<span class="count">−1</span> <span>no &lt;label&gt;</span>' in html
    assert "(of 2 subjects)" in html
