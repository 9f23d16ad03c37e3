"""Pixels: the values of a mask file exactly as stored, before anyone says what they mean."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from medunet.errors import InputError
from medunet.images.grid import Grid
from medunet.images.image import Image

Kind = Literal["grey", "colour", "palette"]
"""grey: one value a pixel; colour: R, G, B; palette: one index a pixel into a table of colours."""

WHOLE_TOLERANCE = 1e-6
"""How far a float label may lie from a whole number. 0.9999 is the trace of an interpolation, not a label."""


@dataclass(frozen=True, eq=False)
class Pixels:
    """Stored values of a mask.

    Attributes:
        array: (*space) of an unsigned integer type, values or palette indices; (row, column, 3) uint8 for colour.
        kind: how the values are to be read.
        palette: (n, 3) uint8, the colours of the indices; set exactly where `kind` is "palette".
        lossy: True where the format changes values when it is written (JPEG): values ring around the true ones.
        grid: geometry of the spatial axes.
        source: the file name, for messages.
    """

    array: NDArray[np.unsignedinteger]
    kind: Kind
    palette: NDArray[np.uint8] | None
    lossy: bool
    grid: Grid
    source: str = ""

    def __post_init__(self) -> None:
        space = self.array.shape[:-1] if self.kind == "colour" else self.array.shape
        if space != self.grid.shape or self.array.dtype.kind != "u":
            raise ValueError(f"stored values are unsigned of shape {self.grid.shape}, got {self.array.shape}")
        if self.kind == "colour" and (self.array.shape[-1] != 3 or self.array.dtype != np.uint8):
            raise ValueError(f"colours are uint8 R, G, B, got {self.array.dtype} {self.array.shape}")
        if (self.palette is not None) != (self.kind == "palette"):
            raise ValueError(f"a palette belongs to the kind palette, got {self.kind}")

    @classmethod
    def of_image(cls, image: Image, path: Path, *, lossy: bool = False) -> Pixels:
        """The values of a one-channel image as a mask, for formats that hold numbers rather than pictures.

        Raises:
            InputError: invalid elements, fractions or negative numbers.
        """
        if image.valid is not None:
            count = int(np.count_nonzero(~image.valid))
            raise InputError(path, f"is a mask with {count} elements that have no value (NaN or padding)",
                             "Export it with 0 for the background")  # fmt: skip
        return cls(whole_numbers(image.array[0], path), "grey", None, lossy, image.grid, path.name)


def whole_numbers(array: NDArray[Any], path: Path) -> NDArray[np.unsignedinteger]:
    """Values as labels: unsigned integers, of the stored type where that is unsigned, else of the smallest that fits.

    Args:
        array: (*space), any real type.
        path: the file, for the message.

    Raises:
        InputError: a value is negative, not finite, or further than `WHOLE_TOLERANCE` from a whole number.
    """
    if array.dtype.kind == "u":
        return np.ascontiguousarray(array)
    if array.dtype.kind == "b":
        return np.ascontiguousarray(array, dtype=np.uint8)
    remedy = "Export the mask again as whole numbers from 0, without smoothing or interpolation"
    if array.dtype.kind == "f":
        nearest = np.rint(array)
        with np.errstate(invalid="ignore"):  # infinity minus infinity is NaN, which is caught as wrong
            wrong = ~(np.abs(array - nearest) <= WHOLE_TOLERANCE)
        if wrong.any():
            raise InputError(path, f"holds the value {float(array[wrong][0]):g}, which is no label", remedy)
        array = nearest
    if array.min() < 0:
        raise InputError(path, f"holds the negative value {float(array.min()):g}, which is no label", remedy)
    highest = int(array.max())
    if highest > np.iinfo(np.uint32).max:
        raise InputError(path, f"holds the value {highest}, which is no label", remedy)
    return np.ascontiguousarray(array, dtype=np.min_scalar_type(highest))
