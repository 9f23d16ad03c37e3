"""Reports: values in, pictures and pages out.

Overlays and contact sheets are PIL pictures, figures are matplotlib figures, a page is a `Page` value that `render`
turns into one self-contained HTML file. The layer knows nothing of training and never imports torch; it writes a file
only where it is told to (`save`). matplotlib and jinja2 are loaded when a figure or a page is made, not before.
"""

from __future__ import annotations

from medunet.reports.contact_sheet import contact_sheet
from medunet.reports.figures import (
    area_text,
    confusion_figure,
    curves,
    dice_by_structure,
    figure_png,
    figure_svg,
    measurement_agreement,
    roc_figure,
    save,
)
from medunet.reports.overlay import draw_overlay, png_bytes
from medunet.reports.page import CAVEAT, Block, Drawing, KeyFigure, KeyFigures, Page, Paragraph, Section
from medunet.reports.palette import COLOURS, Colour, colours_of
from medunet.reports.pictures import LARGE, THUMBNAIL, Picture, Pictures, film_picture, plain_picture
from medunet.reports.provenance import Flow, Provenance, Split, Step
from medunet.reports.rendering import render
from medunet.reports.tables import Cell, Column, Gap, Link, State, Table

__all__ = [
    "CAVEAT",
    "COLOURS",
    "LARGE",
    "THUMBNAIL",
    "Block",
    "Cell",
    "Colour",
    "Column",
    "Drawing",
    "Flow",
    "Gap",
    "KeyFigure",
    "KeyFigures",
    "Link",
    "Page",
    "Paragraph",
    "Picture",
    "Pictures",
    "Provenance",
    "Section",
    "Split",
    "State",
    "Step",
    "Table",
    "area_text",
    "colours_of",
    "confusion_figure",
    "contact_sheet",
    "curves",
    "dice_by_structure",
    "draw_overlay",
    "figure_png",
    "figure_svg",
    "film_picture",
    "measurement_agreement",
    "plain_picture",
    "png_bytes",
    "render",
    "roc_figure",
    "save",
]
