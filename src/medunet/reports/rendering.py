"""A page as one HTML file that needs nothing else: no network, no fonts, no library."""

from __future__ import annotations

import base64
import hashlib
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

from medunet.reports.drawings import inline
from medunet.reports.page import PROVENANCE, Page
from medunet.reports.pictures import FINER, Picture, Pictures
from medunet.reports.tables import Gap, Link, Place, State, sort_key, written

if TYPE_CHECKING:
    from jinja2 import Environment

_MARKS = {"good": "●", "warning": "▲", "bad": "✕", "neutral": "○"}
"""Shapes of the states: told apart without their colours."""


def render(page: Page) -> str:
    """The page as HTML.

    Every text is escaped. A content security policy forbids all loading: pictures are inside the file, and the only
    script that may run is the page's own, named by its hash.
    """
    templates = files("medunet.reports") / "templates"
    style, script = ((templates / name).read_text(encoding="utf-8") for name in ("page.css", "page.js"))
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            page=page,
            style=style,
            script=script,
            script_hash=digest,
            anchors=_anchors(page),
            places=_places(page),
            finer=FINER,
        )
    )


def _places(page: Page) -> dict[str, str]:
    """Title → identifier on the page of every section; the first of several of one title."""
    places: dict[str, str] = {}
    for number, section in enumerate(page.sections, start=1):
        places.setdefault(section.title, f"section-{number}")
    return places | {PROVENANCE: "provenance"}


def _anchors(page: Page) -> dict[str, str]:
    """Key → identifier on the page of every picture; the first of several of one key."""
    items = [
        item
        for section in page.sections
        for block in section.blocks
        if isinstance(block, Pictures)
        for item in block.items
    ]
    anchors: dict[str, str] = {}
    for number, item in enumerate(items, start=1):
        anchors.setdefault(item.key, f"picture-{number}")
    return anchors


def _data_uri(picture: Picture) -> str:
    """The picture's file inside its own address."""
    return "data:image/jpeg;base64," + base64.b64encode(picture.jpeg).decode()


@lru_cache(maxsize=1)
def _environment() -> Environment:
    """The templates, with escaping on everywhere and no silent holes."""
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=PackageLoader("medunet.reports", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["written"] = written
    environment.filters["sort_key"] = sort_key
    environment.filters["data_uri"] = _data_uri
    environment.filters["mark"] = lambda state: _MARKS[state.level]
    environment.filters["inline"] = lambda svg, prefix: Markup(inline(svg, prefix))
    environment.filters["own"] = Markup
    environment.tests["state"] = lambda cell: isinstance(cell, State)
    environment.tests["gap"] = lambda cell: isinstance(cell, Gap)
    environment.tests["link"] = lambda cell: isinstance(cell, Link)
    environment.tests["place"] = lambda cell: isinstance(cell, Place)
    return environment
