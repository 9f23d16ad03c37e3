"""Reports: values in, pictures and pages out.

Overlays and contact sheets are PIL pictures, figures are matplotlib figures, a page is a `Page` value that `render`
turns into one self-contained HTML file. The layer knows nothing of training and never imports torch; it writes a file
only where it is told to (`save`). matplotlib and jinja2 are loaded when a figure or a page is made, not before.
"""

from __future__ import annotations

from medunet.reports.checklist import Answer, Checklist, checklist_block, topics
from medunet.reports.contact_sheet import contact_sheet
from medunet.reports.drawing import Drawing, Numbers
from medunet.reports.figures import (
    area_text,
    bland_altman_figure,
    calibration_figure,
    confusion_figure,
    curves,
    dice_by_structure,
    equality_figure,
    figure_pdf,
    figure_png,
    figure_svg,
    roc_figure,
    save,
)
from medunet.reports.flow import Flow, Step
from medunet.reports.methods import Methods
from medunet.reports.notebook import notebook_table
from medunet.reports.overlay import draw_overlay, png_bytes
from medunet.reports.page import CAVEAT, PROVENANCE, Block, KeyFigure, KeyFigures, Page, Paragraph, Section
from medunet.reports.palette import COLOURS, Colour, colours_of
from medunet.reports.pictures import LARGE, THUMBNAIL, Picture, Pictures, film_picture, plain_picture
from medunet.reports.provenance import Provenance, Split
from medunet.reports.rendering import render
from medunet.reports.report_folder import write_report
from medunet.reports.tables import Cell, Column, Gap, Interval, Link, Place, State, Table

__all__ = [
    "CAVEAT",
    "COLOURS",
    "LARGE",
    "PROVENANCE",
    "THUMBNAIL",
    "Answer",
    "Block",
    "Cell",
    "Checklist",
    "Colour",
    "Column",
    "Drawing",
    "Flow",
    "Gap",
    "Interval",
    "KeyFigure",
    "KeyFigures",
    "Link",
    "Methods",
    "Numbers",
    "Page",
    "Paragraph",
    "Picture",
    "Pictures",
    "Place",
    "Provenance",
    "Section",
    "Split",
    "State",
    "Step",
    "Table",
    "area_text",
    "bland_altman_figure",
    "calibration_figure",
    "checklist_block",
    "colours_of",
    "confusion_figure",
    "contact_sheet",
    "curves",
    "dice_by_structure",
    "draw_overlay",
    "equality_figure",
    "figure_pdf",
    "figure_png",
    "figure_svg",
    "film_picture",
    "notebook_table",
    "plain_picture",
    "png_bytes",
    "render",
    "roc_figure",
    "save",
    "topics",
    "write_report",
]
