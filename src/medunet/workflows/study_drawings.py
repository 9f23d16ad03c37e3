"""The figures of a study: ROC curve, box and strip, distributions; each with its words and the numbers behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from medunet.reports import Drawing, Numbers
from medunet.reports.figures.box_strip import MOST_POINTS, box_strip
from medunet.reports.figures.distribution import distributions, shares_of, steps_of
from medunet.reports.figures.study_roc import CutOffPoint, study_roc
from medunet.reports.figures.style import ACCENT, MARK
from medunet.reports.numbers_in_text import in_words, interval, number
from medunet.studies import STATED, CutOffAccuracy
from medunet.workflows.study_result import Study
from medunet.workflows.study_words import digits_for

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from matplotlib.figure import Figure


def roc_drawing(study: Study) -> Drawing:
    """The curve of all data, its band, the stated and the chosen cut-off."""
    curve, primary = study.primary.curve, study.primary
    points = []
    if (stated := primary.stated) is not None:
        words = f"{stated.cut_off:g}, stated beforehand"
        points.append(CutOffPoint(words, stated.sensitivity, stated.specificity, True))
    if (chosen := primary.chosen) is not None:
        words = f"{cut_off_text(chosen, study)}, chosen on these rows"
        points.append(CutOffPoint(words, chosen.sensitivity, chosen.specificity, False))
    area = primary.comparison.area
    words = "" if area.value is None else f"AUC {number(area.value, 2)}"
    words += f" ({interval(area, 2)})" if area.low is not None else ""
    wide, narrow = (study_roc(curve.roc, curve.band, points, words, curve.reason, narrow=one) for one in (False, True))
    rows: list[tuple[str | float | None, ...]] = []
    if curve.roc is not None:
        across, up = curve.roc.one_minus_specificity, curve.roc.sensitivity
        cuts = [float(cut) if np.isfinite(cut) else None for cut in curve.roc.cut_off]
        rows += [("curve", x, y, None, None, cut) for x, y, cut in zip(across, up, cuts, strict=True)]
        band = curve.band
        rows += [
            ("band", x, None, low, high, None)
            for x, low, high in zip(band.one_minus_specificity, band.low, band.high, strict=True)
        ]
        rows += [_point(point, one.cut_off) for point, one in zip(points, filter(None, (stated, chosen)), strict=True)]
    caption = (
        "Each point of the curve is a cut-off. The shaded band holds the curve at each place with 95 %, not the whole "
        "curve at once; crosses are the 95 % intervals of sensitivity and specificity at a cut-off."
    )
    caption = caption if curve.band.low.size else f"No band: {curve.band.reason}."
    alt = f"ROC curve: area {in_words(area)}."
    columns = ("part", "one_minus_specificity", "sensitivity", "low", "high", "cut_off")
    return Drawing.of(wide, alt, caption, narrow, name="roc", numbers=Numbers.of(columns, rows))


def box_drawing(study: Study) -> Drawing:
    """Every value of both groups."""
    values = values_of(study)
    thinned = any(one.size > MOST_POINTS for one in values.values())
    caption = "Box: middle half and median."
    caption += f" Of more than {MOST_POINTS} points every k-th by size is drawn." if thinned else ""
    rows = [(group, float(value)) for group, one in values.items() for value in np.sort(one)]
    wide, narrow = _both(box_strip, study)
    numbers = Numbers.of(("group", "value"), rows)
    return Drawing.of(wide, _spreads(study), caption, narrow, name="box-strip", numbers=numbers)


def distribution_drawing(study: Study) -> Drawing:
    """The distribution of each group."""
    values = {group: one for group, one in values_of(study).items() if one.size}
    rows: list[tuple[str | float, ...]] = []
    if values:
        edges = steps_of(list(values.values()))
        for group, one in values.items():
            shares = shares_of(one, edges)
            rows += [
                (group, float(low), float(high), float(share))
                for low, high, share in zip(edges, edges[1:], shares, strict=False)
            ]
    wide, narrow = _both(distributions, study)
    numbers = Numbers.of(("group", "from", "to", "share"), rows)
    caption = "Share of each group's own cases, so that groups of different size can be compared."
    return Drawing.of(wide, _spreads(study), caption, narrow, name="distributions", numbers=numbers)


def group_names(study: Study) -> tuple[str, str]:
    """What the two groups are called, the positive first."""
    return f"with {study.finding.name}", f"without {study.finding.name}"


def value_name(study: Study) -> str:
    """The measurement with its unit."""
    unit = study.rows.unit
    return study.rows.value.upper() if study.rows.value == "ctr" else study.rows.value + (f" ({unit})" if unit else "")


def value_digits(study: Study) -> int:
    """Decimals of the measurement."""
    spreads = (study.primary.comparison.positive.sd, study.primary.comparison.negative.sd)
    return digits_for(min((one for one in spreads if one), default=None))


def cut_off_text(found: CutOffAccuracy, study: Study) -> str:
    """A cut-off as it was stated; a chosen one, which lies between two values, with a digit more than these."""
    if found.origin == STATED:
        return f"{found.cut_off:g}".replace("-", "−")
    return number(found.cut_off, value_digits(study) + 1)


def values_of(study: Study) -> dict[str, NDArray[np.float64]]:
    """The values of both groups."""
    groups = study.primary.groups
    return dict(zip(group_names(study), (groups.value[groups.positive], groups.value[~groups.positive]), strict=True))


def _both(figure: Callable[..., Figure], study: Study) -> tuple[Figure, Figure]:
    """A figure of the groups, wide and narrow."""
    lines: Mapping[str, float] = {}
    if study.asked.cut_off is not None:
        lines = {f"cut-off {study.asked.cut_off:g}": study.asked.cut_off}
    colours = dict(zip(group_names(study), (ACCENT, MARK), strict=True))
    parts = (values_of(study), colours, value_name(study), lines)
    return figure(*parts), figure(*parts, narrow=True)


def _spreads(study: Study) -> str:
    """Both groups in words, for a reader who cannot see the figure."""
    comparison, digits = study.primary.comparison, value_digits(study)
    said = []
    for name, spread in zip(group_names(study), (comparison.positive, comparison.negative), strict=True):
        if spread.quantiles:
            low, middle, high = (number(one, digits) for one in spread.quantiles[1:4])
            said.append(f"{name}: {spread.rows} cases, median {middle}, middle half {low} to {high}")
        else:
            said.append(f"{name}: {spread.reason}")
    return "; ".join(said) + "."


def _point(point: CutOffPoint, cut_off: float) -> tuple[str | float | None, ...]:
    across = None if point.specificity.value is None else 1 - point.specificity.value
    up = point.sensitivity
    return (point.words, across, up.value, up.low, up.high, cut_off)
