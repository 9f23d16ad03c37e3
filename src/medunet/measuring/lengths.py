"""Widths of heart and chest, distances from the midline, and the tilt of the body; mm where the spacing is known."""

from __future__ import annotations

from medunet.measuring import calipers
from medunet.measuring.chest import Chest
from medunet.measuring.conclude import Answer, conclude
from medunet.measuring.exam import Exam
from medunet.measuring.findings import heart_distances, lung_faults, side_flags, tilt_flags
from medunet.measuring.measurement import Measurement


def heart_width(exam: Exam) -> tuple[Measurement, ...]:
    """The heart's horizontal extent over all rows, edge to edge."""

    def answer(chest: Chest) -> Answer:
        heart = chest.heart_outline
        width = float(heart.last.max() - heart.first.min() + 1) * chest.scale[1]
        # Without both lungs the tilt cannot be told; the width can.
        flags = [] if lung_faults(exam) else tilt_flags(exam)
        return Answer(width, (calipers.heart_line(chest),), tuple(flags))

    return conclude("heart_width", "heart", exam.chest.unit, exam, ("heart",), answer)


def thorax_width(exam: Exam) -> tuple[Measurement, ...]:
    """The horizontal extent of both lungs over all rows, edge to edge."""

    def answer(chest: Chest) -> Answer:
        lungs = chest.lung_outline
        width = float(lungs.last.max() - lungs.first.min() + 1) * chest.scale[1]
        return Answer(width, (calipers.thorax_extent(chest),), tuple(tilt_flags(exam)))

    return conclude("thorax_width", "lung", exam.chest.unit, exam, ("lungs",), answer)


def thorax_width_widest(exam: Exam) -> tuple[Measurement, ...]:
    """The largest distance between the outer lung borders on a single row, edge to edge."""

    def answer(chest: Chest) -> Answer:
        lungs = chest.lung_outline
        width = float(lungs.last[lungs.widest] - lungs.first[lungs.widest] + 1) * chest.scale[1]
        return Answer(width, (calipers.thorax_widest(chest),), tuple(tilt_flags(exam)))

    return conclude("thorax_width_widest", "lung", exam.chest.unit, exam, ("lungs",), answer)


def mrd(exam: Exam) -> tuple[Measurement, ...]:
    """Largest distance of the heart's right border (the picture's left) from the body's midline; at least 0."""
    return _midline_distance("mrd", exam)


def mld(exam: Exam) -> tuple[Measurement, ...]:
    """Largest distance of the heart's left border (the picture's right) from the body's midline; at least 0."""
    return _midline_distance("mld", exam)


def chest_tilt(exam: Exam) -> tuple[Measurement, ...]:
    """Angle of the body's midline against the picture's vertical; above 0 the lower end lies further right.

    Where the spacing is unknown pixels are taken as square.
    """

    def answer(chest: Chest) -> Answer:
        return Answer(chest.midline.degrees(chest.scale))

    return conclude("chest_tilt", "lung", "degree", exam, ("lungs",), answer)


def _midline_distance(name: str, exam: Exam) -> tuple[Measurement, ...]:
    def answer(chest: Chest) -> Answer:
        right, left = heart_distances(exam, chest.midline)
        lines = tuple(line for line in calipers.heart_halves(chest, chest.midline) if line.label == name.upper())
        value = right if name == "mrd" else left
        crossing = [] if value else ["the heart does not cross the midline"]
        return Answer(value, (*lines, calipers.midline(chest, chest.midline)), (*crossing, *side_flags(exam)))

    return conclude(name, "heart", exam.chest.unit, exam, ("heart", "lungs"), answer)
