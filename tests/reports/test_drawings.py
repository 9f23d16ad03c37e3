from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from medunet.reports.drawings import inline
from medunet.reports.figures import curves, figure_svg
from medunet.reports.figures.style import INK, MUTED, RULE

SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">{}</svg>'


@pytest.fixture(scope="module")
def svg():
    return figure_svg(curves([{"epoch": 1, "train_loss": 0.9, "val_loss": 0.8}]))


def test_it_stands_without_foreign_addresses_or_styles(svg):
    markup = inline(svg, "f1")
    assert not re.search(r"https?:|<style|<metadata|<!DOCTYPE|xmlns", markup)
    assert "Dice on validation" in markup


def test_it_takes_the_colours_of_the_page(svg):
    assert MUTED in svg
    assert RULE in svg
    markup = inline(svg, "f1")
    assert not re.search(f"{INK}|{MUTED}|{RULE}|#ffffff", markup)
    assert "var(--muted)" in markup


def test_two_figures_on_one_page_share_no_identifier_and_every_reference_is_met(svg):
    one, two = (ElementTree.fromstring(inline(svg, prefix)) for prefix in ("f1", "f2"))
    ids = [{element.get("id") for element in root.iter() if element.get("id")} for root in (one, two)]
    assert not ids[0] & ids[1]
    markup = ElementTree.tostring(one, encoding="unicode")
    wanted = set(re.findall(r"url\(#([^)]+)\)", markup)) | set(re.findall(r'href="#([^"]+)"', markup))
    assert wanted
    assert wanted <= ids[0]


def test_nothing_that_acts_or_leads_away_survives():
    hostile = SVG.format(
        '<script>alert(1)</script><foreignObject><p>x</p></foreignObject><image xlink:href="http://a/b.png"/>'
        '<a xlink:href="http://a">y</a><path onclick="alert(1)" d="M0 0"/><use xlink:href="http://a#b"/>'
    )
    markup = inline(hostile, "f1")
    assert not re.search(r"script|foreign|image|onclick|http|<a\b", markup)
    assert '<path d="M0 0"' in markup


def test_a_picture_in_the_document_itself_is_kept():
    """Many points are drawn as one; a picture of several addresses, or of another kind, goes."""
    shown = "data:image/png;base64,iVBORw0KGgo="
    picture = f'<image xlink:href="{shown}" width="9"/>'
    other = '<image xlink:href="data:image/svg+xml;base64,AAAA"/><image href="http://a/b.png" xlink:href="{}"/><image/>'
    root = ElementTree.fromstring(inline(SVG.format(picture + other.format(shown)), "f1"))
    assert [image.attrib for image in root.iter("image")] == [{"href": shown, "width": "9"}]


def test_control_characters_of_a_name_do_no_harm():
    assert "heart" in inline(SVG.format("<text>he\x07art</text>"), "f1")


def test_what_is_no_drawing_is_refused():
    with pytest.raises(ValueError, match="SVG document"):
        inline("<html/>", "f1")
