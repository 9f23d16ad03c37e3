"""DICOM films: one frame, grey, coloured or of floats, native or compressed.

Everything else is refused with a line of its own. Messages name elements and numbers; they never quote text of the
header, which may hold a patient's name. Windows and VOI LUTs are for the display: an image keeps its real values.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from warnings import WarningMessage

import numpy as np
from numpy.typing import NDArray

from medunet.errors import InputError
from medunet.images.dicom_colour import coloured
from medunet.images.dicom_doubts import doubts_of
from medunet.images.dicom_frame import Frame, frame_of, refuse_other_objects
from medunet.images.dicom_groups import of_one_frame
from medunet.images.dicom_header import (
    CT_IMAGE,
    ENHANCED_CT_IMAGE,
    Patient,
    age_of,
    modality_of,
    numbers_of,
    patient_of,
    pixel_size_of,
    subject_of,
    text_of,
    view_of,
)
from medunet.images.dicom_lookup import Lookup, modality_lookup
from medunet.images.dicom_opening import Elements, Wanted, is_dicom, read_elements
from medunet.images.dicom_pixels import stored_values
from medunet.images.dicom_stream import ALWAYS_LOSSY, LOSSY, TAKEN_AS_RGB
from medunet.images.grid import Grid
from medunet.images.image import Image
from medunet.images.opening import decoding, warnings_kept
from medunet.images.pixels import Pixels
from medunet.images.validity import without_invalid

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

PERHAPS_LOSSY = ("1.2.840.10008.1.2.4.91", "1.2.840.10008.1.2.4.203")
"""JPEG 2000 and HTJ2K, which may be lossless under these transfer syntaxes too."""

__all__ = ["is_dicom", "read_grid", "read_image", "read_patient", "read_pixels", "read_subject"]


def read_image(path: Path) -> Image:
    """The film as (1 or 3, row, column), bright is dense: rescaled, MONOCHROME1 inverted, padding not valid."""
    with warnings_kept() as caught:
        elements, frame = _described(path, caught, "native")
        dataset = elements.dataset
        little = elements.syntax.is_little_endian if elements.syntax else True
        stored, stored_notes = stored_values(elements, frame, path)
        padding, padding_notes = _padding(dataset, frame, stored)
        if frame.photometric in ("MONOCHROME1", "MONOCHROME2"):
            lookup = modality_lookup(dataset, frame.signed, little, path)
            array, value_notes = _values(dataset, frame, stored, lookup, path)
            channels = array[None]
        else:
            taken = any(note.endswith(TAKEN_AS_RGB) for note in stored_notes)
            colours = replace(frame, photometric="RGB") if taken else frame
            channels, value_notes = coloured(dataset, colours, stored, little, path)
        channels, valid = without_invalid(channels, padding, path)
        grid, size = _grid(dataset, frame)
        unit = "HU" if _is_hounsfield(dataset) else None
        return Image(
            channels,
            grid,
            modality=modality_of(dataset),
            unit=unit,
            view=view_of(dataset),
            age=age_of(dataset),
            spacing_at=size.at,
            subject=subject_of(dataset),
            valid=valid,
            source=path.name,
            notes=(
                *elements.notes,
                *_lossy_note(elements, stored_notes),
                *(note for note in stored_notes if note != LOSSY),
                *value_notes,
                *padding_notes,
                *size.notes,
                *doubts_of(dataset, frame.photometric),
            ),
        )


def read_pixels(path: Path) -> Pixels:
    """The film's values as labels; MONOCHROME1 has no place in a mask and is refused."""
    image = read_image(path)
    if any(note.startswith("MONOCHROME1") for note in image.notes):
        raise InputError(path, "is a MONOCHROME1 mask: which of its values is background is unclear",
                         "Export it as MONOCHROME2")  # fmt: skip
    lossy = LOSSY in image.notes
    if image.channels == 1:
        return Pixels.of_image(image, path, lossy=lossy)
    if image.array.dtype != np.uint8 or image.valid is not None:
        raise InputError(path, f"is a colour mask of type {image.array.dtype}", "Export it with 8 bits a channel")
    colours = np.ascontiguousarray(np.moveaxis(image.array, 0, 2))
    return Pixels(colours, "colour", None, lossy, image.grid, path.name)


def read_grid(path: Path) -> Grid:
    """The film's grid, from the header alone."""
    with warnings_kept() as caught:
        elements, frame = _described(path, caught, "none")
        return _grid(elements.dataset, frame)[0]


def read_subject(path: Path) -> str | None:
    """The pseudonym of the film's patient, from the header alone; None where the file names none."""
    with warnings_kept() as caught:
        elements = read_elements(path, "none", caught)
        with decoding(path, "DICOM"):
            refuse_other_objects(elements.dataset, path)
        return subject_of(elements.dataset)


def read_patient(path: Path) -> Patient:
    """The number and the name of the film's patient, for those who ask for them.

    Raises:
        InputError: it is no readable DICOM image.
    """
    with warnings_kept() as caught:
        elements = read_elements(path, "none", caught)
        with decoding(path, "DICOM"):
            return patient_of(elements.dataset)


def _described(path: Path, caught: list[WarningMessage], wanted: Wanted) -> tuple[Elements, Frame]:
    """The elements and the frame they describe."""
    elements = read_elements(path, wanted, caught)
    with decoding(path, "DICOM"):
        refuse_other_objects(elements.dataset, path)
        of_one_frame(elements.dataset)
        frame = frame_of(elements.dataset, path)
    return elements, frame


def _grid(dataset: Dataset, frame: Frame) -> tuple[Grid, Any]:
    """The frame's grid and its pixel size with notes."""
    size = pixel_size_of(dataset)
    return Grid((frame.rows, frame.columns), size.spacing), size


def _lossy_note(elements: Elements, stored_notes: tuple[str, ...]) -> tuple[str, ...]:
    """A note on a film that was compressed with loss, now or at any time before: as the header or the stream says."""
    said = text_of(elements.dataset, "LossyImageCompression")
    now = elements.syntax in ALWAYS_LOSSY or (elements.syntax in PERHAPS_LOSSY and said != "00")
    return (LOSSY,) if now or said == "01" or LOSSY in stored_notes else ()


def _values(
    dataset: Dataset, frame: Frame, stored: NDArray[Any], lookup: Lookup | None, path: Path
) -> tuple[NDArray[Any], tuple[str, ...]]:
    """Modality transform, then inversion: real values (row, column) in which bright is dense, and notes.

    Inverting about the output range after a linear transform is the same as inverting the stored values before it.
    """
    notes: tuple[str, ...] = ()
    low, high = (float(end) for end in frame.range)
    array: NDArray[Any] = stored
    if lookup is not None:
        array, low, high = lookup.of(stored), 0.0, 2.0**lookup.bits - 1
        notes = (*notes, "modality LUT applied")
    else:
        slope, intercept = _rescale(dataset, path)
        if (slope, intercept) != (1.0, 0.0):
            array = stored * slope + intercept
            low, high = low * slope + intercept, high * slope + intercept
            if not frame.is_float and max(abs(low), abs(high)) > np.finfo(np.float32).max:
                raise InputError(
                    path, "RescaleSlope and RescaleIntercept give values without end", "Export the file again"
                )
    # Rounding to float32 comes last, so that a film and its inverse give the same values.
    dtype = np.dtype(np.float32) if array.dtype.kind == "f" else array.dtype
    if frame.inverted:
        # Whole numbers below 2**53 are exact in float64, so integers come back as integers.
        array, notes = low + high - array.astype(np.float64), ("MONOCHROME1 inverted", *notes)
    return array.astype(dtype), notes


def _rescale(dataset: Dataset, path: Path) -> tuple[float, float]:
    """RescaleSlope and RescaleIntercept, 1 and 0 where absent."""
    pair = []
    for keyword, default in (("RescaleSlope", 1.0), ("RescaleIntercept", 0.0)):
        numbers = numbers_of(dataset, keyword)
        if numbers is None and not text_of(dataset, keyword):
            numbers = (default,)
        if numbers is None or len(numbers) != 1 or (keyword == "RescaleSlope" and numbers[0] == 0):
            raise InputError(path, f"{keyword} is not a usable number", "Export the file again")
        pair.append(numbers[0])
    return pair[0], pair[1]


def _padding(dataset: Dataset, frame: Frame, stored: NDArray[Any]) -> tuple[NDArray[np.bool_] | None, tuple[str, ...]]:
    """Bool (row, column), False where a pixel is padding, or None; PixelPaddingValue to PixelPaddingRangeLimit."""
    kind = "" if not frame.is_float else "Float" if frame.allocated == 32 else "DoubleFloat"
    keyword = f"{kind}PixelPaddingValue"
    if frame.samples > 1 or not text_of(dataset, keyword):
        said = bool(text_of(dataset, "PixelPaddingValue"))
        return None, ("PixelPaddingValue is not that of such pixels: not used",) if said else ()
    value, limit = numbers_of(dataset, keyword), numbers_of(dataset, f"{kind}PixelPaddingRangeLimit")
    if value is None or len(value) != 1:
        return None, (f"{keyword} is not a number: not used",)
    ends = sorted((value[0], limit[0] if limit else value[0]))
    if not frame.is_float:
        ends = sorted(_as_stored(int(end), frame) for end in ends)
    padding = (stored >= ends[0]) & (stored <= ends[1])
    if not padding.any():
        return None, ()
    return ~padding, ("padding pixels are not valid",)


def _as_stored(value: int, frame: Frame) -> int:
    """A padding value in the type of the pixels: 63536 of an unsigned element is -2000 of signed pixels.

    Of pixels of 32 bits too, as the element has 16; and 2096 is -2000 of 12 stored bits.
    """
    value %= 1 << frame.allocated
    for bits in (frame.allocated, 16, frame.stored) if frame.signed else ():
        if 1 << (bits - 1) <= value < 1 << bits:
            return value - (1 << bits)
    return value


def _is_hounsfield(dataset: Dataset) -> bool:
    """True for CT images whose rescaled values are Hounsfield units (PS3.3 C.8.2.1.1)."""
    kind = text_of(dataset, "RescaleType").upper()
    is_ct = text_of(dataset, "SOPClassUID") in (CT_IMAGE, ENHANCED_CT_IMAGE) and modality_of(dataset) == "CT"
    return is_ct and numbers_of(dataset, "RescaleSlope") is not None and kind in ("", "HU")
