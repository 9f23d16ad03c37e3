"""A page in its folder: report.html, and its figures ready for a paper beside it."""

from __future__ import annotations

from pathlib import Path

from medunet.images import remove, write_bytes, write_csv, write_text
from medunet.reports.drawing import Drawing
from medunet.reports.page import Page
from medunet.reports.rendering import render

FIGURES = "figures"
"""Folder of the figures, beside report.html."""


def write_report(page: Page, folder: Path) -> None:
    """Write `report.html`, and every named figure as `figures/NAME` with the endings svg, pdf, png and csv.

    A folder of figures from before is replaced: no figure stays there that the page does not show.

    Raises:
        OutputError: the place cannot be written.
    """
    figures = folder / FIGURES
    remove(figures)
    for drawing in page.drawings:
        if drawing.name:
            _write_figure(drawing, figures)
    write_text(folder / "report.html", render(page))


def _write_figure(drawing: Drawing, folder: Path) -> None:
    """The files of one figure."""
    write_text(folder / f"{drawing.name}.svg", drawing.svg)
    write_bytes(folder / f"{drawing.name}.pdf", drawing.pdf)
    write_bytes(folder / f"{drawing.name}.png", drawing.png)
    if drawing.numbers is not None:
        write_csv(folder / f"{drawing.name}.csv", drawing.numbers.columns, drawing.numbers.rows)
