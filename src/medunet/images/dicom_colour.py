"""Frames with colours: palettes looked up, equal channels read as grey."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from medunet.images.dicom_frame import Frame
from medunet.images.dicom_lookup import palette_lookups
from medunet.images.picture import GREY_NOTE, equal_channels

if TYPE_CHECKING:
    from pydicom.dataset import Dataset


def coloured(
    dataset: Dataset, frame: Frame, stored: NDArray[Any], little: bool, path: Path
) -> tuple[NDArray[Any], tuple[str, ...]]:
    """The frame's channels, and notes.

    Args:
        dataset: the header.
        frame: a frame of colours or of palette indices.
        stored: (row, column) indices or (row, column, 3) R, G, B.
        little: the byte order of the file.
        path: the file, for messages.

    Returns:
        (3, row, column) R, G, B, or (1, row, column) where all three are equal; uint8 or uint16.

    Raises:
        InputError: the palette cannot be read.
    """
    notes: tuple[str, ...] = ()
    if frame.photometric == "PALETTE COLOR":
        tables = palette_lookups(dataset, frame.signed, little, path)
        stored, notes = np.stack([table.of(stored) for table in tables], axis=-1), ("palette colours looked up",)
    elif frame.photometric != "RGB":
        notes = (f"{frame.photometric} turned into RGB",)
    if equal_channels(stored):
        return np.ascontiguousarray(stored[..., 0])[None], (*notes, GREY_NOTE)
    return np.ascontiguousarray(np.moveaxis(stored, 2, 0)), notes
