"""The figures of a study of agreement, each with its words and the numbers behind it."""

from __future__ import annotations

from collections.abc import Sequence

from medunet.reports import Drawing, Numbers
from medunet.reports.figures.bland_altman import bland_altman_figure
from medunet.reports.figures.equality import equality_figure
from medunet.reports.figures.many_points import AS_PICTURE, as_picture
from medunet.reports.numbers_in_text import in_words
from medunet.studies import Agreement, Readings
from medunet.studies.agreement_flips import Flips
from medunet.workflows.study_agreement_pairs import Pair
from medunet.workflows.study_agreement_result import difference
from medunet.workflows.study_words import digits_for

CAPTION = (
    "Each point is a case. Solid: bias; dashed: limits of agreement, between which the difference of 95 of 100 new "
    "cases is expected to lie; shaded: their 95 % intervals; dotted: the slope of the difference on the mean. The "
    "limits suppose differences that are roughly normal and spread alike over the range: look whether they are."
)
COLUMNS = ("case", "subject", "first", "second", "mean", "difference")


def bland_altman_drawing(
    readings: Readings, found: Agreement, name: str, methods: tuple[str, str], pairs: Sequence[Pair], file: str
) -> Drawing:
    """Difference against mean."""
    digits = digits_for(found.bland_altman.sd.value)
    plot = found.bland_altman
    wide, narrow = (
        bland_altman_figure(readings, plot, name, methods, digits=digits, narrow=one) for one in (False, True)
    )
    alt = (
        f"Bland–Altman plot of {methods[0]} − {methods[1]}: bias {in_words(plot.bias, digits)}, limits of agreement "
        f"{in_words(plot.lower, digits)} and {in_words(plot.upper, digits)}, slope {in_words(plot.slope, 3)}."
    )
    caption = f"{CAPTION} {AS_PICTURE}" if as_picture(readings.cases) else CAPTION
    return Drawing.of(wide, alt, caption, narrow, name=file, numbers=_numbers(pairs))


def equality_drawing(
    readings: Readings,
    name: str,
    methods: tuple[str, str],
    pairs: Sequence[Pair],
    flips: Flips | None,
    file: str,
) -> Drawing:
    """Both numbers against each other."""
    cut_off = flips.cut_off if flips else None
    wide, narrow = (equality_figure(readings, name, methods, cut_off=cut_off, narrow=one) for one in (False, True))
    caption = "On the line both give the same number."
    alt = f"{methods[0]} against {methods[1]} with the line of equality, {readings.cases} cases."
    if flips:
        apart = flips.first_only + flips.second_only
        caption += f" Crosses: the decision at {flips.cut_off:g} depends on the reading."
        alt += f" {apart} lie on different sides of {flips.cut_off:g}."
    if as_picture(readings.cases):
        caption += f" {AS_PICTURE}"
    return Drawing.of(wide, alt, caption, narrow, name=file, numbers=_numbers(pairs))


def _numbers(pairs: Sequence[Pair]) -> Numbers:
    """The points with their names."""
    rows = [
        (pair.case, pair.subject, pair.first, pair.second, (pair.first + pair.second) / 2, difference(pair))
        for pair in pairs
        if pair.first is not None and pair.second is not None
    ]
    return Numbers.of(COLUMNS, rows)
