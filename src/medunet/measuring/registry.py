"""The measures by name, and the call that runs them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from medunet.images.labelmap import LabelMap
from medunet.measuring import areas, lengths, ratios
from medunet.measuring.exam import Exam
from medunet.measuring.film import Film
from medunet.measuring.measurement import Measurement

Measure = Callable[[Exam], tuple[Measurement, ...]]
"""A measure gives no measurement where it does not apply, one, or one per structure."""

MEASURES: Mapping[str, Measure] = MappingProxyType(
    {
        "ctr": ratios.ctr,
        "ctr_widest": ratios.ctr_widest,
        "ctr_midline": ratios.ctr_midline,
        "heart_width": lengths.heart_width,
        "thorax_width": lengths.thorax_width,
        "thorax_width_widest": lengths.thorax_width_widest,
        "mrd": lengths.mrd,
        "mld": lengths.mld,
        "chest_tilt": lengths.chest_tilt,
        "area": areas.area,
    }
)
"""Every measure on films, in the order of the tables."""


def measure(labels: LabelMap, film: Film, *, annotated: tuple[str, ...] | None = None) -> tuple[Measurement, ...]:
    """Measure all that applies to a film's label map.

    Args:
        labels: (row, column) labels; lengths are in mm where the grid has a spacing, else in pixels. Structures are
            found by name, whatever the case: "heart", "lung" or "lungs" for both, or "right lung" and "left lung".
            Nothing is measured on volumes yet: they give no measurements.
        film: view, age and the plane of the spacing.
        annotated: the structures that were looked for; None for all of the scheme. The others are missing.
    """
    if labels.grid.ndim != 2:
        return ()
    exam = Exam.of(labels, film, annotated)
    return tuple(measurement for run in MEASURES.values() for measurement in run(exam))


def ctr_of(labels: LabelMap) -> float | None:
    """The cardiothoracic ratio by extents of a film's label map, or None where there is none.

    Args:
        labels: (row, column) labels; three axes give None.
    """
    if labels.grid.ndim != 2:
        return None
    found = ratios.ctr(Exam.of(labels, Film()))
    return found[0].value if found else None
