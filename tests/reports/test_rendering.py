from __future__ import annotations

import base64
import hashlib
import re
import subprocess
import sys
from functools import partial
from html.parser import HTMLParser
from importlib.resources import files
from itertools import pairwise

import numpy as np
import pytest

from medunet.images.grid import Grid
from medunet.images.image import Image
from medunet.measuring.measurement import Caliper
from medunet.reports import (
    COLOURS,
    Column,
    Drawing,
    Flow,
    Gap,
    KeyFigure,
    KeyFigures,
    Link,
    Page,
    Paragraph,
    Pictures,
    Provenance,
    Section,
    Split,
    State,
    Step,
    Table,
    confusion_figure,
    film_picture,
    render,
)
from medunet.reports.palette import SPARE

BAD = "<script>alert('x')</script>\"&"


class Tree(HTMLParser):
    """Tags with their attributes, and the text of the page without scripts and styles."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.text, self._within = [], "", ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self._within = tag

    def handle_endtag(self, tag):
        self._within = ""

    def handle_data(self, data):
        if self._within not in ("script", "style"):
            self.text += data

    def all(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]


def _page(film, labels, name="heart", rows=12):
    image = film(60, 60)
    calipers = [Caliper((40, 10), (40, 50), f"{name} 142 mm")]
    picture = film_picture(
        name, image, labels(image, name), reference=labels(image, name), calipers=calipers, facts=[(name, name)]
    )
    table = Table(
        (name, Column("Dice", numeric=True), Column("status")),
        ((Link(name, name), 0.9, State(name, "warning")), ("plain", Gap(name), State("ok", "good")), ("c", -0.5, "x"))
        * (rows // 3),
        name,
    )
    drawing = Drawing.of(confusion_figure([name, "b"], np.eye(2, dtype=int)), name, name)
    figures = KeyFigures((KeyFigure(name, "0.9", "mm", name, name),))
    blocks = (Paragraph(name), Paragraph(name, "note"), figures, table, drawing, Pictures((picture,), name))
    provenance = Provenance(
        Flow((Step(name, 3, ((1, name),)), Step("used", 2))),
        Split((("train", 2, 2),), 0, name),
        ((name, ((name, name),)),),
    )
    return Page(name, name, (name, "second"), (Section(name, blocks), Section("two", ()), Section("3", ())), provenance)


@pytest.fixture(scope="module")
def page(film, labels):
    return partial(_page, film, labels)


@pytest.fixture(scope="module")
def tree(page):
    return Tree(render(page()))


def test_markup_in_names_comes_out_as_text(page):
    html = render(page(BAD))
    tree = Tree(html)
    assert len(tree.all("script")) == 1
    assert "<script>alert" not in html
    assert tree.text.count(BAD) > 15
    assert all("alert" not in name for _, attributes in tree.tags for name in attributes)


def test_no_address_leads_out_of_the_file(tree, page):
    html = render(page())
    assert not re.search(r"(?i)https?:|//[a-z]|@import|url\((?!#)", html.replace("// ", ""))
    addresses = [value for _, a in tree.tags for key, value in a.items() if key in ("src", "href", "xlink:href")]
    assert addresses
    assert all(address.startswith(("#", "data:image/jpeg;base64,")) for address in addresses)


def test_the_policy_lets_the_page_s_own_script_run_and_no_other(tree, page):
    html = render(page())
    policy = next(meta["content"] for meta in tree.all("meta") if "http-equiv" in meta)
    assert policy.startswith("default-src 'none'; img-src data:;")
    script = re.search(r"(?s)<script>(.*)</script>", html)[1]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in policy


def test_identifiers_are_unique_and_every_link_arrives(tree):
    ids = [attributes["id"] for _, attributes in tree.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    links = [attributes["href"][1:] for tag, attributes in tree.tags if tag in ("a", "use")]
    assert set(links) <= set(ids)
    labelled = [attributes["aria-labelledby"] for _, attributes in tree.tags if "aria-labelledby" in attributes]
    assert set(labelled) <= set(ids)


def test_headings_landmarks_and_alternative_texts(tree):
    levels = [int(tag[1]) for tag, _ in tree.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert tree.all("html")[0]["lang"] == "en"
    assert {"header", "main", "nav", "footer"} <= {tag for tag, _ in tree.tags}
    assert all(image["alt"] for image in tree.all("img"))
    assert all(a.get("aria-label") for _, a in tree.tags if a.get("role") in ("img", "region"))
    assert all(a.get("tabindex") == "0" for _, a in tree.tags if a.get("class", "").startswith("scroll"))


def test_a_case_leads_to_its_picture_only_where_the_page_has_one(page):
    html = render(Page("t", "", ("s",), (Section("x", (Table(("case",), ((Link("lost", "lost"),),)),)),)))
    assert "<td>lost</td>" in html
    assert Tree(render(page())).all("a")[-1]["href"] == "#picture-1"


def test_states_have_a_shape_and_a_word(tree):
    assert "▲" in tree.text
    assert "●" in tree.text


def test_only_long_tables_are_filtered(page):
    assert '<div class="table" data-filter>' in render(page(rows=9))
    assert '<div class="table">' in render(page(rows=6))


def test_a_subject_in_two_parts_is_said_aloud(page):
    split = Split((("train", 2, 2), ("test", 2, 2)), 1, "column subject")
    html = render(Page("t", "", ("s",), (), Provenance(split=split)))
    assert "1 subjects are in more than one part: the scores are too good." in html
    assert "No subject is in two parts" in render(page())


def test_the_caveat_and_the_summary_are_on_every_page():
    text = Tree(render(Page("A title", "", ("All went well.",), ()))).text
    assert text.count("Not a medical device.") == 2
    assert "All went well." in text
    assert "$" not in text


def test_two_hundred_cases_stay_under_five_megabytes(labels):
    noise = np.random.default_rng(0).normal(size=(64, 64)).astype(np.float32)
    # Smooth structure with fine noise on it: about what a film weighs.
    array = np.kron(noise, np.ones((8, 8), dtype=np.float32)) + 0.35 * np.random.default_rng(1).normal(size=(512, 512))
    image = Image(array[None].astype(np.float32), Grid((512, 512)))
    picture = film_picture(
        "x", image, labels(image, "heart", "left lung", "right lung"), reference=labels(image, "heart")
    )
    html = render(Page("t", "", ("s",), (Section("x", (Pictures((picture,) * 200, folded=True),)),)))
    assert len(picture.jpeg) > 10_000
    assert len(html.encode()) < 5_000_000


def test_the_same_page_is_the_same_file(page):
    assert render(page()) == render(page())


def test_importing_the_reports_loads_neither_torch_nor_matplotlib_nor_jinja2():
    code = "import sys, medunet.reports; print(sorted({'torch', 'matplotlib', 'jinja2'} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def _luminance(colour):
    """WCAG 2.2: relative luminance of an sRGB colour."""
    text = colour.lstrip("#")
    parts = [int(part * (2 if len(text) == 3 else 1), 16) / 255 for part in re.findall("." * (len(text) // 3), text)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def themes():
    """Variables of the style sheet in light, in dark and on paper."""
    style = (files("medunet.reports") / "templates" / "page.css").read_text()
    roots = [dict(re.findall(r"--(\w+): (#\w+);", body)) for body in re.findall(r":root \{(.*?)\}", style, re.DOTALL)]
    assert len(roots) == 3
    return roots


def test_contrast_is_computed_as_wcag_defines_it():
    assert contrast("#000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#fff") == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize("theme", [0, 1, 2], ids=["light", "dark", "paper"])
def test_every_text_stands_out_from_its_ground(theme):
    """WCAG 2.2, 1.4.3 (AA): 4.5 to 1."""
    colours = themes()[theme]
    poor = {
        (word, ground): round(contrast(colours[word], colours[ground]), 2)
        for word in ("ink", "muted", "link", "good", "warning", "bad")
        for ground in ("paper", "raised")
        if contrast(colours[word], colours[ground]) < 4.5
    }
    assert poor == {}


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_lines_of_structures_stand_out_from_the_page(theme):
    """WCAG 2.2, 1.4.11: 3 to 1 for what must be seen to read a figure."""
    paper = themes()[theme]["paper"]
    poor = {
        c.page: round(contrast(c.page, paper), 2) for c in (*COLOURS.values(), *SPARE) if contrast(c.page, paper) < 3
    }
    assert poor == {}


def test_what_can_be_moved_sideways_shows_that_there_is_more():
    """At each edge a shade that stays, in every theme another one, and over it a cover that moves along."""
    style = (files("medunet.reports") / "templates" / "page.css").read_text()
    rule = re.search(r"\.scroll, \.command \{\s*background:(.*?);", style, re.DOTALL)[1]
    layers = [
        (side, colour, how)
        for side, colour, how in re.findall(r"to (\w+), (?:transparent 1px, )?var\(--(\w+)\).* (\w+),?", rule)
    ]
    assert layers == [
        ("right", "paper", "local"),
        ("left", "paper", "local"),
        ("right", "shade", "scroll"),
        ("left", "shade", "scroll"),
    ]
    assert rule.count("transparent 1px, var(--shade) 1px") == 2, "a cover may end within the outermost pixel"
    light, dark, paper = re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    assert len({re.search(r"--shade: (.*?);", theme)[1] for theme in (light, dark)}) == 2
    assert "--shade" not in paper
    for where in ("@media print", "@media (forced-colors: active)"):
        assert ".scroll, .command { background: none; }" in style[style.index(where) :]
    opaque = set(re.findall(r"^(.*thead th) \{[^}]*background", style, re.MULTILINE))
    assert opaque == {".tall thead th"}, "a heading that moves under nothing must not cover the shade"


def test_the_command_is_a_region_that_the_keyboard_reaches():
    (found,) = (a for _, a in Tree(render(Page("t", "medunet x", ("s",), ()))).tags if a.get("class") == "command")
    assert (found["tabindex"], found["role"], found["aria-label"]) == ("0", "region", "Command")


def test_paper_gets_no_buttons_and_the_head_of_a_table_on_every_sheet():
    style = (files("medunet.reports") / "templates" / "page.css").read_text()
    paper = style[style.index("@media print") :]
    assert re.search(r"\.skip, \.filter, \.copy, \.layers, \.contents, \.viewer \{ display: none", paper)
    assert "thead { display: table-header-group; }" in paper
    assert "break-inside: avoid" in paper


def test_the_first_thing_a_keyboard_meets_is_the_way_past_the_head(tree):
    """Tab order is the order of the file: nothing has a positive tabindex."""
    stops = [
        (tag, a) for tag, a in tree.tags if (tag in ("a", "button", "input", "summary")) or a.get("tabindex") == "0"
    ]
    assert stops[0] == ("a", {"class": "skip", "href": "#main"})
    assert all(int(a.get("tabindex", 0)) <= 0 for _, a in tree.tags)


def test_layers_have_keys_that_the_viewer_names(tree):
    keys = {a["aria-keyshortcuts"] for a in tree.all("input") if "aria-keyshortcuts" in a}
    assert keys == {"o", "r", "c"}
    assert all(f"{key} {word}" in " ".join(tree.text.split()) for key, word in
               (("O", "outlines"), ("R", "reference"), ("C", "calipers")))  # fmt: skip
