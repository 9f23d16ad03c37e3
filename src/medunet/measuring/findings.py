"""What is wrong or odd about a chest: faults leave no number, flags leave it and ask for a look, notes only tell.

The sickest patients have white lungs and huge hearts. So an implausible chest keeps its number, and only what is
missing or cut off has none.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from medunet.images.image import PLANE_NOTES
from medunet.measuring.exam import Exam
from medunet.measuring.midline import Midline, reach
from medunet.measuring.parts import SPECK, Organ

CUT_OFF = 0.01
"""Contact with the left or right edge, as a share of the film's height, from which a structure counts as cut off."""

LUNG_SHARE = (0.10, 0.55)
"""Plausible area of both lungs as a share of the film (adults)."""

LUNG_FACTOR = 3.0
"""The larger lung's area over the smaller's beyond which a lung may be white or cut."""

RIGHT_HEART = 0.55
"""Share of the heart's area right of the midline that speaks of exchanged sides. Half would be too strict: the midline
is inferred, and hearts in the middle are common (13 of 610 CheXmask maps lie above .50, 4 above .55)."""

TILT = 5.0
"""Degrees of the body against the picture's vertical beyond which extents overstate widths too much."""


def heart_faults(exam: Exam) -> list[str]:
    """Why nothing can be measured on the heart; empty where it can."""
    heart = exam.chest.heart
    if heart is None:
        return ["heart not looked for"]
    if not heart.area:
        return ["the heart is missing"]
    return _cut_off("heart", heart.mask)


def lung_faults(exam: Exam) -> list[str]:
    """Why the chest's width cannot be had from the lungs; empty where it can."""
    chest = exam.chest
    if not chest.lungs:
        return ["lungs not looked for"]
    if not chest.sides:
        return ["the lungs are missing"]
    if len(chest.sides) == 1:
        return ["one lung is missing: the chest's width cannot be had"]
    return _cut_off("lungs", np.logical_or(*chest.sides))


def heart_flags(exam: Exam) -> list[str]:
    """What about the heart's outline needs a look. The heart must have no fault."""
    heart = exam.chest.heart
    if heart is None:
        return []
    touches = [f"heart touches the {edge} edge of the film" for edge, length in _contacts(heart.mask).items() if length]
    return [*stray_flags(heart), *touches]


def lung_flags(exam: Exam) -> list[str]:
    """What about the lungs' outline needs a look. The lungs must have no fault."""
    mask = np.logical_or.reduce(exam.chest.sides)
    contacts = _contacts(mask)
    touches = [f"lungs touch the {edge} edge of the film" for edge in ("left", "right") if contacts[edge]]
    strays = [flag for lung in exam.chest.lungs for flag in stray_flags(lung)]
    return [*strays, *touches, *lung_area_flags(exam)]


def lung_area_flags(exam: Exam) -> list[str]:
    """Lungs too small, too large or too unequal for an adult's frontal film."""
    flags = []
    areas = [int(np.count_nonzero(side)) for side in exam.chest.sides]
    share = sum(areas) / exam.labels.array.size
    if not LUNG_SHARE[0] <= share <= LUNG_SHARE[1]:
        flags.append(f"lungs cover {share:.0%} of the film, outside {LUNG_SHARE[0]:.0%} to {LUNG_SHARE[1]:.0%}")
    if len(areas) == 2 and max(areas) > LUNG_FACTOR * min(areas):
        flags.append(f"one lung is {max(areas) / min(areas):.1f} times the other: is a white lung cut from the mask?")
    return flags


def side_flags(exam: Exam) -> list[str]:
    """Signs that right and left are exchanged. Heart and both lungs must have no fault."""
    chest = exam.chest
    if chest.mirrored:
        return ["the right lung lies where the left is expected: mirrored film or exchanged labels?"]
    heart, outline = chest.heart, chest.heart_outline
    if heart is None:
        return []
    columns = np.arange(heart.mask.shape[1])
    border = chest.midline.column_at(0) + chest.midline.slope * outline.rows
    left = np.count_nonzero(heart.mask[outline.rows] & (columns < border[:, None]))
    if left > RIGHT_HEART * heart.area:
        return ["the heart's larger part lies in the right half of the chest: mirrored film or situs inversus?"]
    return []


def tilt_flags(exam: Exam, with_ratio: bool = False) -> list[str]:
    """A body so tilted that extents along the picture's axes overstate widths. Both lungs must have no fault.

    Args:
        exam: what is measured.
        with_ratio: say the cardiothoracic ratio along the body's axis; the heart must have no fault.
    """
    chest = exam.chest
    degrees = chest.midline.degrees(chest.scale)
    if abs(degrees) <= TILT:
        return []
    text = f"the chest is tilted by {abs(degrees):.0f} degrees: extents overstate widths"
    if with_ratio:
        right, left = heart_distances(exam, chest.midline)
        thorax = reach(chest.lung_outline, chest.midline, chest.scale).width
        text += f", along the body axis the ratio is {(right + left) / thorax:.3f}"
    return [text]


def heart_distances(exam: Exam, line: Midline) -> tuple[float, float]:
    """Largest distances (MRD, MLD; mm or px) of the heart's border from a line, to the patient's right and left.

    A heart that does not reach over the line to one side has the distance 0 there.
    """
    heart = reach(exam.chest.heart_outline, line, exam.chest.scale)
    return max(0.0, -heart.low), max(0.0, heart.high)


def stray_flags(organ: Organ) -> list[str]:
    """Stray parts that were left out and are more than specks."""
    return [organ.stray_note] if organ.stray_share > SPECK else []


def stray_notes(organ: Organ) -> list[str]:
    """Specks that were left out: said, and no reason to look."""
    return [organ.stray_note] if organ.stray_parts and organ.stray_share <= SPECK else []


def edge_flags(mask: NDArray[np.bool_]) -> list[str]:
    """Contact of a structure (row, column) with the film's edges: what lies beyond is not in its area."""
    edges = [edge for edge, length in _contacts(mask).items() if length]
    return [f"cut off at the {' and '.join(edges)} edge of the film: the area is a lower bound"] if edges else []


def plane_notes(exam: Exam) -> list[str]:
    """Where lengths in mm hold; empty where lengths are in pixels."""
    if exam.chest.spacing is None:
        return []
    return [PLANE_NOTES[exam.film.spacing_at]]


def _contacts(mask: NDArray[np.bool_]) -> dict[str, int]:
    """Pixels of a mask (row, column) on each edge of the film."""
    edges = {"left": mask[:, 0], "right": mask[:, -1], "upper": mask[0], "lower": mask[-1]}
    return {edge: int(np.count_nonzero(line)) for edge, line in edges.items()}


def _cut_off(name: str, mask: NDArray[np.bool_]) -> list[str]:
    """Sides where so much of a structure (row, column) lies on the film's edge that its border is beyond it."""
    contacts = _contacts(mask)
    sides = [side for side in ("left", "right") if contacts[side] >= CUT_OFF * mask.shape[0]]
    return [f"{name} cut off at the {' and '.join(sides)} edge of the film"] if sides else []
