from __future__ import annotations

from html.parser import HTMLParser

import pytest

from medunet.reports import Methods, Page, Section, render


class Copied(HTMLParser):
    """What the page's copy button puts into the clipboard."""

    def __init__(self, html):
        super().__init__()
        self.texts = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.texts += [text for name, text in attrs if name == "data-copy"]


def test_what_is_copied_is_what_is_read():
    methods = Methods(("We used <b>U-Net</b> & Dice.", 'It was "fast".'), ("Dice LR. Ecology 1945;26:297-302.",))
    html = render(Page("t", "", ("s",), (Section("Methods", (methods,)),)))
    assert Copied(html).texts == [methods.text]
    assert methods.text.split("\n\n") == [*methods.paragraphs, "References:\nDice LR. Ecology 1945;26:297-302."]
    assert "&lt;b&gt;U-Net" in html
    assert "<b>U-Net" not in html


def test_no_sources_no_list():
    assert Methods(("One.",)).text == "One."


@pytest.mark.parametrize("paragraphs", [(), ("", "  ")])
def test_an_empty_text_cannot_be(paragraphs):
    with pytest.raises(ValueError, match="needs a sentence"):
        Methods(paragraphs)
