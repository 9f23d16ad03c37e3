"""The pixel description of a DICOM file: what is refused before a pixel is read, and what the rest looks like."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
    (_STORAGE + "77.1.6", "is a whole-slide microscopy image", "Give a film"),
)
"""(beginning of the SOP class, what it is, what to do); the first that fits speaks."""

REFUSED_MODALITIES = {"SR": 1, "PR": 2, "ECG": 3, "DOC": 4, "RTDOSE": 5, "RTSTRUCT": 6, "RTPLAN": 7, "SEG": 8}
"""For files without a SOP class: the modality, and the line of `REFUSED_CLASSES` that is said."""

ONE_SAMPLE = ("MONOCHROME1", "MONOCHROME2", "PALETTE COLOR")
COLOURS = ("RGB", "YBR_FULL", "YBR_FULL_422", "YBR_ICT", "YBR_RCT")
"""Photometric interpretations that are read, of one and of three samples a pixel."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A single frame, as its header describes it.

    Attributes:
        rows, columns: size.
        allocated, stored: bits of a sample in the file and bits that carry its value.
        high: the highest of the stored bits; `stored - 1` in nearly every file.
        signed: True for two's complement.
        photometric: MONOCHROME1 (low is bright), MONOCHROME2, PALETTE COLOR, or one of `COLOURS`.
        is_float: True where the pixels are floats; then `stored` says nothing.
    """

    rows: int
    columns: int
    allocated: int
    stored: int
    high: int
    signed: bool
    photometric: str
    is_float: bool = False

    @property
    def inverted(self) -> bool:
        """True for MONOCHROME1, in which low is bright."""
        return self.photometric == "MONOCHROME1"

    @property
    def samples(self) -> int:
        """Samples of a pixel: 3 for colours, else 1."""
        return 3 if self.photometric in COLOURS else 1

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the stored values."""
        return np.dtype(f"{'f' if self.is_float else 'i' if self.signed else 'u'}{self.allocated // 8}")

    @property
    def range(self) -> tuple[int, int]:
        """Smallest and largest value that the stored bits can hold."""
        return (-(2 ** (self.stored - 1)), 2 ** (self.stored - 1) - 1) if self.signed else (0, 2**self.stored - 1)

    @property
    def native_bytes(self) -> int:
        """Bytes of the uncompressed frame."""
        # In YBR_FULL_422 two pixels share their two colour differences.
        samples = 2 if self.photometric == "YBR_FULL_422" else self.samples
        return self.rows * self.columns * samples * self.allocated // 8


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
    """The description of the one frame.

    Raises:
        InputError: a missing or impossible element, several frames, or a size above the limits.
    """
    _refuse_other_numbers_of_frames(dataset, path)
    samples, photometric = _colours(dataset, path)
    rows, columns, allocated = (_whole(dataset, keyword, path) for keyword in ("Rows", "Columns", "BitsAllocated"))
    check_shape(path, (rows, columns), 4 * samples)
    if allocated in (32, 64) and "BitsStored" not in dataset and photometric == "MONOCHROME2":
        # Only Float and Double Float Pixel Data go without the elements on stored bits (PS3.3 C.7.6.24 and 25).
        return Frame(rows, columns, allocated, allocated, allocated - 1, True, photometric, is_float=True)
    stored, high, sign = (
        _whole(dataset, keyword, path) for keyword in ("BitsStored", "HighBit", "PixelRepresentation")
    )
    possible = allocated in (8, 16, 32) and 1 <= stored <= high + 1 <= allocated and sign in (0, 1)
    if not possible or (samples == 3 and (allocated > 16 or sign or high != stored - 1)):
        what = f"describes its pixels in a way that is not read: {stored} bits up to bit {high} of {allocated}"
        raise InputError(path, what, "Export it again with 8 or 16 bits a pixel")
    return Frame(rows, columns, allocated, stored, high, sign == 1, photometric)


def _refuse_other_numbers_of_frames(dataset: Dataset, path: Path) -> None:
    """Refuse a header alone, and several frames."""
    if not any(keyword in dataset for keyword in ("Rows", "Columns", "BitsAllocated", "SamplesPerPixel")):
        raise InputError(path, "holds neither pixels nor a description of any", "Give an image with pixels")
    frames = _whole(dataset, "NumberOfFrames", path) if text_of(dataset, "NumberOfFrames") else 1
    if frames < 1:
        raise InputError(path, f"says that it has {frames} frames", "Export the file again")
    with suppress(Exception):  # groups that cannot be read say nothing
        frames = max(frames, len(dataset.get("PerFrameFunctionalGroupsSequence") or []))
    if frames != 1:
        raise InputError(
            path, f"is a multi-frame DICOM file of {frames} frames", "Save each frame as a file of its own"
        )


def _colours(dataset: Dataset, path: Path) -> tuple[int, str]:
    """Samples of a pixel and their photometric interpretation."""
    photometric = text_of(dataset, "PhotometricInterpretation").upper()
    if not photometric:
        raise InputError(path, "has no PhotometricInterpretation", "Export the file again")
    samples = _whole(dataset, "SamplesPerPixel", path)
    if photometric not in (ONE_SAMPLE if samples == 1 else COLOURS if samples == 3 else ()):
        what = f"holds {samples} samples a pixel as {_word(photometric)}, which is not read"
        raise InputError(path, what, "Export it in grey (MONOCHROME2)")
    return samples, photometric


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
    known = (*ONE_SAMPLE, *COLOURS, "YBR_PARTIAL_420", "YBR_PARTIAL_422", "CMYK", "ARGB", "HSV")
    return photometric if photometric in known else "unknown colours"
