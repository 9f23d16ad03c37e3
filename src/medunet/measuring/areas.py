"""The area of every structure of a film's label map."""

from __future__ import annotations

import numpy as np

from medunet.measuring.exam import Exam
from medunet.measuring.findings import edge_flags, lung_area_flags, plane_notes, stray_flags, stray_notes
from medunet.measuring.measurement import Measurement
from medunet.measuring.parts import Organ


def area(exam: Exam) -> tuple[Measurement, ...]:
    """One area per structure of the scheme: mm2 where the spacing is known, else px.

    Heart and lungs count without their stray parts, and are missing where the map has none. Any other structure (a
    finding, a device) counts whole, and none of it is an area of 0.
    """
    return tuple(_area(name, exam) for name in exam.labels.scheme.names)


def _area(name: str, exam: Exam) -> Measurement:
    spacing = exam.chest.spacing
    unit = "mm2" if spacing else "px"
    if name not in exam.looked_for:
        return Measurement("area", name, None, unit, "missing", f"{name} not looked for")
    heart, lungs = exam.chest.heart, exam.chest.lungs
    organ = next((organ for organ in (heart, *lungs) if organ and organ.name == name), None)
    known = organ is not None
    organ = organ or Organ(name, exam.labels.mask(name))
    if known and not organ.area:
        return Measurement("area", name, None, unit, "missing", f"{name} is missing")
    flags = [*stray_flags(organ), *edge_flags(organ.mask)]
    if exam.film.view != "lateral" and any(organ is lung for lung in lungs):
        flags += lung_area_flags(exam)
        flags += ["only one lung is there"] if len(exam.chest.sides) == 1 else []
    reason = "; ".join([*flags, *stray_notes(organ), *plane_notes(exam)])
    value = organ.area * float(np.prod(spacing)) if spacing else float(organ.area)
    return Measurement("area", name, value, unit, "flagged" if flags else "ok", reason)
