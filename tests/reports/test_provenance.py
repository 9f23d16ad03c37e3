from __future__ import annotations

from medunet.reports import Flow, Page, Provenance, Split, Step, render


def test_flow_split_and_facts_close_a_page():
    provenance = Provenance(
        Flow((Step("films found", 3, ((1, "could not be read"),)), Step("scored", 2))),
        Split((("train", 2, 5), ("test", 1, 2)), 0, "column subject"),
        (("Versions", (("medunet", "0.1"),)),),
    )
    html = render(Page("t", "", ("s",), (), provenance))
    order = ["The flow of numbers", "films found", "could not be read", "The split", "column subject", "Versions"]
    places = [html.index(words) for words in order]
    assert places == sorted(places)
    assert "No subject is in two parts." in html


def test_what_is_not_known_has_no_heading():
    html = render(Page("t", "", ("s",), (), Provenance()))
    assert "The split" not in html
    assert "The flow of numbers" not in html
