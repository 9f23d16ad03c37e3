"""What a PNG, JPEG or TIFF holds, and the two ways to look at it: as an Image, or as the stored values of a mask."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medunet.errors import InputError
from medunet.images.grid import Grid
from medunet.images.image import Image
from medunet.images.parcel import Parcel
from medunet.images.pixels import Kind, Pixels, whole_numbers
from medunet.images.validity import without_invalid

GREY_NOTE = "three equal colour channels read as one grey channel"


@dataclass(frozen=True, eq=False)
class Picture:
    """A decoded picture file, upright, before it is an image or a mask.

    Attributes:
        array: (row, column) grey values or palette indices, or (row, column, 3) R, G, B.
        palette: (n, 3) uint8 colours of the indices, or None where `array` holds values.
        alpha: (row, column) unsigned, 0 transparent to the type's maximum opaque, or None.
        lossy: True where the format changes values when it is written (JPEG).
        notes: what the reader did to the values.
    """

    array: NDArray[Any]
    palette: NDArray[np.uint8] | None = None
    alpha: NDArray[np.unsignedinteger] | None = None
    lossy: bool = False
    notes: tuple[str, ...] = ()

    def to_parcel(self) -> Parcel:
        """The picture on its way from the process that decoded it."""
        arrays = {"array": self.array, "palette": self.palette, "alpha": self.alpha}
        return Parcel({"lossy": self.lossy, "notes": self.notes}, {n: a for n, a in arrays.items() if a is not None})

    @classmethod
    def of_parcel(cls, parcel: Parcel) -> Picture:
        """The picture that `to_parcel` sent."""
        arrays, words = parcel.arrays, parcel.words
        notes = tuple(str(note) for note in words["notes"])
        return cls(arrays["array"], arrays.get("palette"), arrays.get("alpha"), bool(words["lossy"]), notes)

    def to_image(self, path: Path) -> Image:
        """The picture as an Image: (1 or 3, row, column).

        Raises:
            InputError: it is wholly transparent or holds no finite value.
        """
        array = self.array if self.palette is None else self.palette[self.array]
        notes = self.notes if self.palette is None else (*self.notes, "palette colours looked up")
        if array.ndim == 3 and equal_channels(array):
            array, notes = array[..., 0], (*notes, GREY_NOTE)
        valid = None
        if self.alpha is not None and not _opaque(self.alpha):
            valid = self.alpha > 0
            notes = (*notes, "fully transparent pixels are not valid")
        channels = array[None] if array.ndim == 2 else np.moveaxis(array, 2, 0)
        values, valid = without_invalid(channels, valid, path)
        return Image(values, Grid(values.shape[1:]), valid=valid, source=path.name, notes=notes)

    def to_pixels(self, path: Path) -> Pixels:
        """The picture's stored values, for a mask.

        Raises:
            InputError: fractions, negative numbers, transparency that matters or colours of more than 8 bits.
        """
        array = self.array
        if array.ndim == 3 and equal_channels(array):
            array = array[..., 0]
        if self.alpha is not None and not _opaque(self.alpha):
            self._refuse_telling_alpha(path)
        grid = Grid((int(array.shape[0]), int(array.shape[1])))
        if array.ndim == 3:
            if array.dtype != np.uint8:
                raise InputError(path, f"is a colour mask of type {array.dtype}", "Export it with 8 bits a channel")
            return Pixels(np.ascontiguousarray(array), "colour", None, self.lossy, grid, path.name)
        kind: Kind = "grey" if self.palette is None else "palette"
        return Pixels(whole_numbers(array, path), kind, self.palette, self.lossy, grid, path.name)

    def _refuse_telling_alpha(self, path: Path) -> None:
        """Refuse a mask in which transparency says something that its values do not.

        Drawing programs leave the background both transparent and black: there, dropping alpha loses nothing.
        """
        alpha = np.asarray(self.alpha)
        hidden = alpha == 0
        colours = self.array if self.palette is None else self.palette[self.array]
        if bool(((alpha > 0) & (alpha < np.iinfo(alpha.dtype).max)).any()) or bool(colours[hidden].any()):
            raise InputError(
                path, "is a mask whose transparency varies", "Export it without an alpha channel, background as value 0"
            )


def upright(array: NDArray[Any], orientation: int) -> NDArray[Any]:
    """Turn a picture as its EXIF or TIFF orientation says.

    Args:
        array: (row, column) or (row, column, sample) as stored.
        orientation: 1 to 8 (TIFF 6.0, tag 274); anything else is taken as 1.

    Returns:
        The array as it is to be looked at; rows and columns change places for 5 to 8.
    """
    flipped = np.swapaxes(array, 0, 1) if orientation in (5, 6, 7, 8) else array
    if orientation in (3, 4, 7, 8):
        flipped = flipped[::-1]
    if orientation in (2, 3, 6, 7):
        flipped = flipped[:, ::-1]
    return flipped


def upright_shape(rows: int, columns: int, orientation: int) -> tuple[int, int]:
    """The (row, column) shape that `upright` gives a picture of `rows` and `columns`."""
    return (columns, rows) if orientation in (5, 6, 7, 8) else (rows, columns)


def orientation_note(orientation: int) -> tuple[str, ...]:
    """What `upright` did, as notes; empty where it did nothing."""
    return (f"turned upright by orientation tag {orientation}",) if orientation in range(2, 9) else ()


def equal_channels(array: NDArray[Any]) -> bool:
    """True where the three channels of (row, column, 3) hold the same values."""
    return bool((array[..., 0] == array[..., 1]).all() and (array[..., 0] == array[..., 2]).all())


def _opaque(alpha: NDArray[np.unsignedinteger]) -> bool:
    """True where no pixel is even partly transparent."""
    return bool((alpha == np.iinfo(alpha.dtype).max).all())
