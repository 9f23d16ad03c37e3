"""What a model's intervals rest on and where they hold, in words: for pages, cards and the terminal."""

from __future__ import annotations

from medunet.measuring import LEVEL, Intervals

MAIN = "ctr"
"""The ratio that is spoken of; the intervals of the others rest on the same subjects."""

VALID = (
    "They hold for films and annotators like those, and on average over subjects. Films of other makers, projections "
    "or diseases may have larger errors; so may a subgroup of those films."
)
TITLE = "## Intervals"
"""Heading of the card's section."""

REMEDY = "recalibrate it by `medunet evaluate MODEL DATA --calibrate FOLDER`"


def interval_sentence(intervals: Intervals | str) -> str:
    """Level, width, n and source of a model's intervals, or why there are none.

    The errors may be of other networks than the model's own: of its folds, each by itself, or of those that taught it.

    Args:
        intervals: the model's, or why it has none.
    """
    why = intervals if isinstance(intervals, str) else intervals.why_none(MAIN)
    if isinstance(intervals, str) or why:
        return f"Its cardiothoracic ratios have no intervals: {why}."
    found = intervals.residuals[MAIN]
    half = intervals.half_width(MAIN) if not intervals.scaled else None
    width = "wider where the estimated quality is lower" if half is None else f"the ratio ± {half:.3f}"
    lacking = f"; {found.without} more had no ratio" if found.without else ""
    return (
        f"{100 * LEVEL:.0f} % intervals of the cardiothoracic ratio are {width}. By the conformal rule, this comes "
        f"from the errors of networks on {len(found.values)} subjects that neither trained nor chose them "
        f"({intervals.source}){lacking}."
    )


def interval_section(intervals: Intervals | str) -> str:
    """The card's section on intervals, Markdown."""
    known = not isinstance(intervals, str) and not intervals.why_none(MAIN)
    return f"{TITLE}\n\n{interval_sentence(intervals)} {VALID if known else f'To get some, {REMEDY}.'}\n"
