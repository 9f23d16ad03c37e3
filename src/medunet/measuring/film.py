"""Film: what a measurement must know about the picture, apart from its labels."""

from __future__ import annotations

import math
from dataclasses import dataclass

from medunet.images.image import SpacingAt, View

VIEWS: tuple[View, ...] = ("PA", "AP", "lateral")
"""The views a film can have."""


@dataclass(frozen=True, slots=True)
class Film:
    """How a film was taken and of whom. Everything unknown is None; nothing is guessed.

    Attributes:
        view: beam from the back (PA), from the front (AP), from the side, or None where nobody says it.
        age: the patient's age in years at the time of the film, or None.
        adult: the user states that the patient is an adult. A known age is believed before this statement.
        spacing_at: whether the pixel size holds in the patient's plane or at the detector, or None.

    Raises:
        ValueError: a view or an age that cannot be.
    """

    view: View | None = None
    age: float | None = None
    adult: bool = False
    spacing_at: SpacingAt | None = None

    def __post_init__(self) -> None:
        if self.view is not None and self.view not in VIEWS:
            raise ValueError(f"view must be one of {', '.join(VIEWS)} or None, got {self.view!r}")
        if self.spacing_at not in ("patient", "detector", None):
            raise ValueError(f"spacing_at must be patient, detector or None, got {self.spacing_at!r}")
        if self.age is not None and not (math.isfinite(self.age) and self.age >= 0):
            raise ValueError(f"age must be a finite number of years >= 0 or None, got {self.age}")
