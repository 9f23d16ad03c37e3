"""The cardiothoracic ratio in its three forms."""

from __future__ import annotations

from medunet.measuring import calipers
from medunet.measuring.chest import Chest
from medunet.measuring.conclude import Answer, conclude
from medunet.measuring.exam import Exam
from medunet.measuring.findings import heart_distances, side_flags, tilt_flags
from medunet.measuring.measurement import Measurement
from medunet.measuring.midline import Midline, reach

PLAUSIBLE = (0.30, 0.80)
"""Ratios that adults have; outside the number is given and flagged."""


def ctr(exam: Exam) -> tuple[Measurement, ...]:
    """Ratio of extents: the heart's horizontal extent over that of both lungs, each over all rows, edge to edge.

    The extent is the distance from the furthest left to the furthest right border, on whatever rows they lie:
    max - min + 1 pixels. This is the form of Danzer (1919) in common use, with the lungs' outer borders for the chest.
    """

    def answer(chest: Chest) -> Answer:
        heart, lungs = chest.heart_outline, chest.lung_outline
        value = float(heart.last.max() - heart.first.min() + 1) / float(lungs.last.max() - lungs.first.min() + 1)
        lines = (*calipers.heart_extent(chest), calipers.thorax_extent(chest))
        lines += (calipers.midline(chest, calipers.vertical_through_heart(chest)),)
        return Answer(value, lines, _flags(exam, value))

    return conclude("ctr", "", "ratio", exam, ("heart", "lungs"), answer)


def ctr_widest(exam: Exam) -> tuple[Measurement, ...]:
    """Ratio at the widest level: the heart's horizontal extent over the chest's width on its widest single row.

    The heart is taken as in `ctr` (right and left border on different rows, as MRD + MLD are drawn). The chest is
    the largest distance between outer lung borders on one row. It is at most the extent, so this is at least `ctr`.
    """

    def answer(chest: Chest) -> Answer:
        heart, lungs = chest.heart_outline, chest.lung_outline
        width = lungs.last[lungs.widest] - lungs.first[lungs.widest] + 1
        value = float(heart.last.max() - heart.first.min() + 1) / float(width)
        lines = (*calipers.heart_extent(chest), calipers.thorax_widest(chest))
        lines += (calipers.midline(chest, calipers.vertical_through_heart(chest)),)
        return Answer(value, lines, _flags(exam, value))

    return conclude("ctr_widest", "", "ratio", exam, ("heart", "lungs"), answer)


def ctr_midline(exam: Exam, line: Midline | None = None) -> tuple[Measurement, ...]:
    """Ratio by midline distances: (MRD + MLD) over the chest's width, all square to the midline.

    MRD and MLD are the largest distances of the heart's right and left border from the midline; a border that does
    not pass the midline counts 0. With a vertical midline inside the heart this equals `ctr`.

    Args:
        exam: what is measured.
        line: the midline where it is known (the spine's, say); without it, the body's midline from the lungs.
    """

    def answer(chest: Chest) -> Answer:
        axis = chest.midline if line is None else line
        right, left = heart_distances(exam, axis)
        value = (right + left) / reach(chest.lung_outline, axis, chest.scale).width
        lines = (*calipers.heart_halves(chest, axis), calipers.thorax_across(chest, axis))
        lines += (calipers.midline(chest, axis),)
        flags = [] if right and left else ["the heart does not cross the midline"]
        return Answer(value, lines, (*_implausible(value), *flags, *side_flags(exam)))

    return conclude("ctr_midline", "", "ratio", exam, ("heart", "lungs"), answer)


def _implausible(value: float) -> list[str]:
    inside = PLAUSIBLE[0] <= value <= PLAUSIBLE[1]
    return [] if inside else [f"CTR {value:.3f} outside {PLAUSIBLE[0]:.2f}-{PLAUSIBLE[1]:.2f}"]


def _flags(exam: Exam, value: float) -> tuple[str, ...]:
    """Flags of the forms that measure along the picture's rows."""
    return (*_implausible(value), *side_flags(exam), *tilt_flags(exam, with_ratio=True))
