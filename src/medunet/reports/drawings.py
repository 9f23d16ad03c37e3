"""Vector figures made fit to stand inside a page: in its colours, without foreign addresses, names that stay unique."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from medunet.reports.figures.style import INK, MUTED, RULE

_THEME = {INK: "currentColor", MUTED: "var(--muted)", RULE: "var(--rule)"}
"""Colours of the figures' style that follow the page's own, in light and in dark."""

_KEPT = frozenset({"svg", "g", "defs", "path", "use", "text", "tspan", "rect", "circle", "clipPath", "title", "image"})
_PICTURE = "data:image/png;base64,"
"""How a picture inside a figure begins: it is in the page itself, not at an address."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_REFERENCE = re.compile(r"url\(#([^)]+)\)")


def inline(svg: str, prefix: str) -> str:
    """The SVG document as markup for the middle of a page.

    Only drawing elements are kept, and pictures that are in the document itself; identifiers get a prefix, so that two
    figures on one page do not mix; the figure's white ground goes, and text, notes and rules take the page's colours.

    Args:
        svg: as `figure_svg` writes it.
        prefix: letters and digits, another one for each figure of a page.

    Raises:
        ValueError: it is no SVG document.
    """
    # Names from files may hold control characters, which XML forbids.
    root = ElementTree.fromstring(_CONTROL.sub("", svg))
    if _local(root.tag) != "svg":
        raise ValueError(f"a drawing is an SVG document, got <{_local(root.tag)}>")
    _clean(root, prefix)
    ground = root.find(f".//g[@id='{prefix}-patch_1']")
    if ground is not None:
        ground.clear()
    for name in ("width", "height", "version"):
        root.attrib.pop(name, None)
    root.set("aria-hidden", "true")
    root.set("focusable", "false")
    return ElementTree.tostring(root, encoding="unicode")


def _clean(element: ElementTree.Element, prefix: str) -> None:
    """Drops what does not draw, renames and recolours the rest."""
    element.tag = _local(element.tag)
    for child in list(element):
        if _local(child.tag) not in _KEPT or not _in_itself(child):
            element.remove(child)
    attributes = {_local(name): value for name, value in element.attrib.items()}
    element.attrib.clear()
    for name, value in attributes.items():
        if not name.startswith("on"):
            element.set(name, _rewritten(name, value, prefix))
    for child in element:
        _clean(child, prefix)


def _in_itself(element: ElementTree.Element) -> bool:
    """Whether an element is no picture from elsewhere."""
    links = [value for name, value in element.attrib.items() if _local(name) == "href"]
    return _local(element.tag) != "image" or (len(links) == 1 and links[0].startswith(_PICTURE))


def _rewritten(name: str, value: str, prefix: str) -> str:
    """An attribute's value with the page's colours and prefixed identifiers; links lead inside the figure only."""
    if name == "id":
        return f"{prefix}-{value}"
    if name == "href":
        return f"#{prefix}-{value[1:]}" if value.startswith("#") else value if value.startswith(_PICTURE) else ""
    for colour, own in _THEME.items():
        value = value.replace(colour, own)
    return _REFERENCE.sub(rf"url(#{prefix}-\1)", value)


def _local(name: object) -> str:
    """A tag's or attribute's name without its namespace; "" for comments."""
    return str(name).rpartition("}")[2] if isinstance(name, str) else ""
