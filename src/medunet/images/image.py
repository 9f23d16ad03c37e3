"""Image: an array with its geometry, its unit and what the file says about how it was made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from medunet.images.grid import Grid

View = Literal["PA", "AP", "lateral"]
"""How a film was taken: beam from the back, from the front, from the side."""

SpacingAt = Literal["patient", "detector"]
"""Where a film's spacing holds: calibrated to the patient, or in the plane of the detector."""

PLANE_NOTES: Mapping[SpacingAt | None, str] = MappingProxyType(
    {
        "patient": "mm in the patient's plane",
        "detector": "mm at the detector: the patient is smaller",
        None: "mm as the file states them",
    }
)
"""What a reader of a film's lengths in mm must know, by where its spacing holds."""


@dataclass(frozen=True, eq=False)
class Image:
    """One image as its file holds it, in real units, with a bright-is-dense grey scale (MONOCHROME2).

    Attributes:
        array: (channel, *space), float32 or the file's own integer type. One channel is grey, three are R, G, B.
        grid: geometry of the spatial axes.
        modality: DICOM's modality word (CR, DX, CT, MR, …), or None.
        unit: "HU" and the like, or None where the values have no unit.
        view: how a film was taken, or None.
        age: the patient's age in years at the time of the image, or None.
        spacing_at: where `grid.spacing` of a film holds, or None.
        subject: a pseudonym derived from the file's patient identifier, or None. Never the identifier itself.
        valid: bool (*space), False on padding and outside the field, or None where every element is valid.
        source: the file name, for messages; never a patient's name.
        notes: what a reader did to the values that a careful person wants to know ("MONOCHROME1 inverted", …).
    """

    array: NDArray[Any]
    grid: Grid
    modality: str | None = None
    unit: str | None = None
    view: View | None = None
    age: float | None = None
    spacing_at: SpacingAt | None = None
    subject: str | None = None
    valid: NDArray[np.bool_] | None = None
    source: str = ""
    notes: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        if self.array.ndim != self.grid.ndim + 1 or self.array.shape[1:] != self.grid.shape:
            raise ValueError(f"array {self.array.shape} must be (channel, *{self.grid.shape})")
        if self.array.dtype != np.float32 and self.array.dtype.kind not in "iu":
            raise ValueError(f"an image is float32 or integer, got {self.array.dtype}")
        if self.array.dtype == np.float32 and not np.isfinite(self.array).all():
            raise ValueError("NaN and infinity are not values: mark them in `valid`")
        if self.valid is not None and (self.valid.shape != self.grid.shape or self.valid.dtype != np.bool_):
            raise ValueError(f"valid must be bool of shape {self.grid.shape}")

    @property
    def channels(self) -> int:
        """How many channels the image has."""
        return int(self.array.shape[0])
