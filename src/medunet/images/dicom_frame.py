"""The pixel description of a DICOM file: what is refused before a pixel is read, and what the rest looks like."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from medunet.errors import InputError
from medunet.images.dicom_header import numbers_of, text_of
from medunet.images.limits import check_shape

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

_STORAGE = "1.2.840.10008.5.1.4.1.1."

REFUSED_CLASSES: tuple[tuple[str, str, str], ...] = (
    ("1.2.840.10008.1.3.10", "is a DICOMDIR, an index of other files", "Give the files that it names"),
    (_STORAGE + "88.", "is a structured report without pixels", "Give the images that it reports on"),
    (_STORAGE + "11.", "is a presentation state without pixels", "Give the image that it belongs to"),
    (_STORAGE + "9.", "is a waveform without pixels", "Give an image"),
    (_STORAGE + "104.", "is an enclosed document without pixels", "Give an image"),
    (_STORAGE + "481.2", "is a radiotherapy dose grid, not an image", "Give the images that it belongs to"),
    (_STORAGE + "481.3", "is an RTSTRUCT: contours without pixels", "Give the images that it was drawn on"),
    (_STORAGE + "481.", "is a radiotherapy object, not an image", "Give the images that it belongs to"),
    (_STORAGE + "66", "is a segmentation object, not an image", "Save its masks as PNG or NIfTI"),
    (_STORAGE + "30", "is a parametric map with float pixels", "Save it as NIfTI"),
    (_STORAGE + "77.1.6", "is a whole-slide microscopy image", "Give a film"),
)
"""(beginning of the SOP class, what it is, what to do); the first that fits speaks."""

REFUSED_MODALITIES = {"SR": 1, "PR": 2, "ECG": 3, "DOC": 4, "RTDOSE": 5, "RTSTRUCT": 6, "RTPLAN": 7, "SEG": 8}
"""For files without a SOP class: the modality, and the line of `REFUSED_CLASSES` that is said."""

MONOCHROME = ("MONOCHROME1", "MONOCHROME2")


@dataclass(frozen=True, slots=True)
class Frame:
    """A single monochrome frame, as its header describes it.

    Attributes:
        rows, columns: size.
        allocated, stored: bits of a pixel in the file and bits that carry its value.
        signed: True for two's complement.
        inverted: True for MONOCHROME1, in which low is bright.
    """

    rows: int
    columns: int
    allocated: int
    stored: int
    signed: bool
    inverted: bool

    @property
    def dtype(self) -> np.dtype[np.signedinteger] | np.dtype[np.unsignedinteger]:
        """Type of the stored values."""
        return np.dtype(f"{'i' if self.signed else 'u'}{self.allocated // 8}")

    @property
    def range(self) -> tuple[int, int]:
        """Smallest and largest value that the stored bits can hold."""
        return (-(2 ** (self.stored - 1)), 2 ** (self.stored - 1) - 1) if self.signed else (0, 2**self.stored - 1)

    @property
    def native_bytes(self) -> int:
        """Bytes of the uncompressed frame."""
        return self.rows * self.columns * self.allocated // 8


def refuse_other_objects(dataset: Dataset, path: Path) -> None:
    """Refuse what is DICOM and no image: reports, contours, dose, segmentations, indexes.

    Raises:
        InputError: with the object's own line.
    """
    kind = text_of(dataset, "SOPClassUID") or text_of(dataset.file_meta, "MediaStorageSOPClassUID")
    for beginning, what, remedy in REFUSED_CLASSES:
        if kind.startswith(beginning):
            raise InputError(path, what, remedy)
    line = REFUSED_MODALITIES.get(text_of(dataset, "Modality").upper())
    if not kind and line is not None:
        raise InputError(path, *REFUSED_CLASSES[line][1:])


def frame_of(dataset: Dataset, path: Path) -> Frame:
    """The description of the one monochrome frame.

    Raises:
        InputError: a missing or impossible element, several frames, colour, or a size above the limits.
    """
    frames = _whole(dataset, "NumberOfFrames", path) if text_of(dataset, "NumberOfFrames") else 1
    if frames != 1:
        raise InputError(
            path, f"is a multi-frame DICOM file of {frames} frames", "Save each frame as a file of its own"
        )
    photometric = text_of(dataset, "PhotometricInterpretation").upper()
    if photometric == "PALETTE COLOR":
        raise InputError(path, "holds palette colours: its numbers are indices", "Export it in grey")
    samples = _whole(dataset, "SamplesPerPixel", path)
    if samples != 1 or photometric not in MONOCHROME:
        raise InputError(path, f"is a colour DICOM image ({_word(photometric)})", "Export it in grey (MONOCHROME2)")
    rows, columns, allocated, stored, high, sign = (
        _whole(dataset, keyword, path)
        for keyword in ("Rows", "Columns", "BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation")
    )
    if allocated not in (8, 16, 32) or not 1 <= stored <= allocated or high != stored - 1 or sign not in (0, 1):
        what = f"describes its pixels in a way that is not read: {stored} bits up to bit {high} of {allocated}"
        raise InputError(path, what, "Export it again with 8 or 16 bits a pixel")
    check_shape(path, (rows, columns), 4)
    return Frame(rows, columns, allocated, stored, sign == 1, photometric == "MONOCHROME1")


def _whole(dataset: Dataset, keyword: str, path: Path) -> int:
    """A required element that must hold one whole number."""
    if keyword not in dataset:
        raise InputError(path, f"has no {keyword}", "Export the file again")
    numbers = numbers_of(dataset, keyword)
    if numbers is None or len(numbers) != 1 or numbers[0] != int(numbers[0]):
        raise InputError(path, f"{keyword} is not a whole number", "Export the file again")
    return int(numbers[0])


def _word(photometric: str) -> str:
    """A photometric interpretation for a message; free text of a broken file is not quoted."""
    known = ("RGB", "YBR_FULL", "YBR_FULL_422", "YBR_PARTIAL_420", "YBR_ICT", "YBR_RCT", *MONOCHROME)
    return photometric if photometric in known else "unknown colours"
