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

    Figures from before that the page does not show go last: where something cannot be written, what was there stays.

    Raises:
        OutputError: the place cannot be written.
    """
    figures = folder / FIGURES
    written = {name for drawing in page.drawings if drawing.name for name in _write_figure(drawing, figures)}
    write_text(folder / "report.html", render(page))
    if not written:
        remove(figures)
        return
    for path in figures.iterdir():
        if path.name not in written:
            remove(path)


def _write_figure(drawing: Drawing, folder: Path) -> tuple[str, ...]:
    """Write the files of one figure; returns their names."""
    svg, pdf, png, table = (f"{drawing.name}.{kind}" for kind in ("svg", "pdf", "png", "csv"))
    write_text(folder / svg, drawing.svg)
    write_bytes(folder / pdf, drawing.pdf)
    write_bytes(folder / png, drawing.png)
    if drawing.numbers is None:
        return svg, pdf, png
    write_csv(folder / table, drawing.numbers.columns, drawing.numbers.rows)
    return svg, pdf, png, table
