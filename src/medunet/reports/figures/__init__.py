"""Figures of tables: values in, a matplotlib `Figure` out, and figures as files.

One file per figure. matplotlib is loaded on the first call.
"""

from __future__ import annotations

from medunet.reports.figures.bland_altman import bland_altman_figure
from medunet.reports.figures.calibration import calibration_figure
from medunet.reports.figures.confusion import confusion_figure
from medunet.reports.figures.curves import curves
from medunet.reports.figures.dice import dice_by_structure
from medunet.reports.figures.equality import equality_figure
from medunet.reports.figures.roc import area_text, roc_figure
from medunet.reports.figures.writing import figure_pdf, figure_png, figure_svg, save

__all__ = [
    "area_text",
    "bland_altman_figure",
    "calibration_figure",
    "confusion_figure",
    "curves",
    "dice_by_structure",
    "equality_figure",
    "figure_pdf",
    "figure_png",
    "figure_svg",
    "roc_figure",
    "save",
]
