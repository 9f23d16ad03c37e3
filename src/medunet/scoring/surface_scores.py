"""Surface scores of a case: the distances in mm or in % of the image's width, and the rule for empties."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scipy import ndimage

from medunet.images.grid import Grid
from medunet.images.image import PLANE_NOTES, SpacingAt
from medunet.images.labelmap import LabelMap
from medunet.scoring.matching import match_structures
from medunet.scoring.metrics import LENGTHS, SURFACE_METRICS
from medunet.scoring.reasons import ABSENT_IN_BOTH
from medunet.scoring.surface_distances import surface_distances
from medunet.scoring.surface_elements import BoundaryElements, boundary_elements

TOLERANCE = 2.0
"""NSD counts surfaces as the same up to this many mm, unless told otherwise."""

TOLERANCE_OF_WIDTH = 1.0
"""The same where no spacing is known, in % of the image's width."""

NO_SPACING = "no spacing is known: taken as equal on all axes"
"""Why a distance is a share of the width, and what that rests on."""

RULER_NOTES = (*PLANE_NOTES.values(), NO_SPACING)
"""What a distance's reason may say of its unit."""

Figure = tuple[float | None, str]
"""A value and its reason."""

Box = tuple[slice, ...]


@dataclass(frozen=True, slots=True)
class Ruler:
    """What the distances of a case are measured with.

    Attributes:
        steps: distance between neighbours along each axis, in `unit`.
        unit: "mm", or "% of width".
        tolerance: up to this distance surfaces count as the same in NSD.
        diagonal: the length of the image's diagonal: the distance of a surface that is not there.
        note: what a reader of the distances must know.

    Raises:
        ValueError: a tolerance that is no length.
    """

    steps: tuple[float, ...]
    unit: str
    tolerance: float
    diagonal: float
    note: str

    def __post_init__(self) -> None:
        if not (math.isfinite(self.tolerance) and self.tolerance >= 0):
            raise ValueError(f"a tolerance is a finite length of at least 0, got {self.tolerance}")

    @classmethod
    def of(cls, grid: Grid, spacing_at: SpacingAt | None = None, tolerance: float = TOLERANCE) -> Ruler:
        """The ruler of a grid.

        Without a spacing lengths are shares of the image's width: the columns of a film, the first axis of a volume.

        Args:
            grid: shape and spacing.
            spacing_at: where a film's spacing holds.
            tolerance: of NSD, in mm; without a spacing it is 1 % of the width.
        """
        if grid.spacing is not None:
            steps, unit, note = grid.spacing, "mm", PLANE_NOTES[spacing_at] if grid.ndim == 2 else ""
        else:
            steps = (100 / grid.shape[1 if grid.ndim == 2 else 0],) * grid.ndim
            unit, tolerance, note = "% of width", TOLERANCE_OF_WIDTH, NO_SPACING
        diagonal = math.hypot(*(n * step for n, step in zip(grid.shape, steps, strict=True)))
        return cls(steps, unit, tolerance, diagonal, note)

    @property
    def units(self) -> dict[str, str]:
        """The unit of each surface metric; that of NSD states its tolerance."""
        return {
            name: self.unit if name in LENGTHS else f"ratio within {self.tolerance:g} {self.unit}"
            for name in SURFACE_METRICS
        }

    def penalties(self, reason: str) -> dict[str, Figure]:
        """What counts where one surface is not there, as far from agreement as the image allows."""
        words = "; ".join(part for part in (reason, self.note) if part)
        return {name: (self.diagonal, words) if name in LENGTHS else (0.0, words) for name in SURFACE_METRICS}


@dataclass(frozen=True, eq=False)
class Surfaces:
    """The surfaces of a case's structures, found when they are asked for.

    Attributes:
        reference: labels (*space).
        prediction: labels of the same shape.
        ruler: what distances are measured with.
        matched: name in the reference → name in the prediction.
        boxes: where each value lies, of the reference and of the prediction.
    """

    reference: LabelMap
    prediction: LabelMap
    ruler: Ruler
    matched: Mapping[str, str]
    boxes: tuple[Sequence[Box | None], Sequence[Box | None]]

    @classmethod
    def of(cls, reference: LabelMap, prediction: LabelMap, ruler: Ruler, *, where: str) -> Surfaces:
        """The surfaces of two label maps of one shape, matched by name.

        Raises:
            InputError: the names cannot be matched.
        """
        matched = match_structures(reference.scheme, prediction.scheme, where=where)
        boxes = (ndimage.find_objects(reference.array), ndimage.find_objects(prediction.array))
        return cls(reference, prediction, ruler, matched, boxes)

    def figures(self, name: str, outcome: str) -> dict[str, Figure]:
        """Every surface metric of one structure.

        Args:
            name: in the reference's scheme.
            outcome: "", or which empty this is: it has no value (absent in both) or the penalty.
        """
        if outcome == ABSENT_IN_BOTH:
            return dict.fromkeys(SURFACE_METRICS, (None, outcome))
        if outcome:
            return self.ruler.penalties(outcome)
        distances = surface_distances(
            self._elements(self.reference, self.boxes[0], name),
            self._elements(self.prediction, self.boxes[1], self.matched[name]),
            tolerance=self.ruler.tolerance,
        )
        return {metric: (formula(distances), self.ruler.note) for metric, formula in SURFACE_METRICS.items()}

    def _elements(self, labels: LabelMap, boxes: Sequence[Box | None], name: str) -> BoundaryElements:
        value = labels.scheme.value(name)
        box = boxes[value - 1]
        if box is None:
            raise ValueError(f"{name} is in neither: the rule for empties says what holds")
        return boundary_elements(labels.array[box] == value, self.ruler.steps, [one.start for one in box])
