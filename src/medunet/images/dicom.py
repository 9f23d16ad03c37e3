"""Plain DICOM films: one monochrome frame, native or compressed where pydicom has a decoder for it.

Everything else is refused with a line of its own. Messages name elements and numbers; they never quote text of the
header, which may hold a patient's name.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from warnings import WarningMessage

import numpy as np
from numpy.typing import NDArray

from medunet.errors import InputError
from medunet.images.dicom_frame import Frame, frame_of, refuse_other_objects
from medunet.images.dicom_header import (
    CT_IMAGE,
    age_of,
    modality_of,
    numbers_of,
    pixel_size_of,
    subject_of,
    text_of,
    view_of,
)
from medunet.images.grid import Grid
from medunet.images.image import Image
from medunet.images.opening import decoding, head_of, warnings_kept
from medunet.images.pixels import Pixels
from medunet.images.validity import without_invalid

if TYPE_CHECKING:
    from pydicom.dataset import Dataset
    from pydicom.uid import UID

PREAMBLE_BYTES = 128
MARK = b"DICM"
META_START = b"\x02\x00"
DEFLATED = b"1.2.840.10008.1.2.1.99"
AGAIN = "Copy or export the file again"

_UNUSED_BITS_KEPT: Any = {"correct_unused_bits": False}
"""Keeps pydicom from clearing bits without a word; typed loosely because its stubs know only dictionaries here."""


def is_dicom(head: bytes) -> bool:
    """True where the first bytes carry DICOM's mark, or start with a file meta group whose preamble was cut off."""
    return has_mark(head) or (head[:2] == META_START and head[4:6] in (b"UL", b"OB", b"UI"))


def has_mark(head: bytes) -> bool:
    """True where DICM follows the preamble."""
    return head[PREAMBLE_BYTES : PREAMBLE_BYTES + 4] == MARK


def read_image(path: Path) -> Image:
    """The film as (1, row, column), bright is dense: rescaled, MONOCHROME1 inverted, padding marked as not valid."""
    with warnings_kept() as caught:
        dataset, notes = _dataset(path, True, caught)
        frame = frame_of(dataset, path)
        stored = _stored(dataset, frame, path)
        padding, padding_notes = _padding(dataset, frame, stored)
        array, value_notes = _values(dataset, frame, stored, path)
        array, valid = without_invalid(array[None], padding, path)
        grid, size = _grid(dataset, frame)
        unit = "HU" if _is_hounsfield(dataset) else None
        return Image(
            array,
            grid,
            modality=modality_of(dataset),
            unit=unit,
            view=view_of(dataset),
            age=age_of(dataset),
            spacing_at=size.at,
            subject=subject_of(dataset),
            valid=valid,
            source=path.name,
            notes=(*notes, *value_notes, *padding_notes, *size.notes),
        )


def read_pixels(path: Path) -> Pixels:
    """The film's values as labels; MONOCHROME1 has no place in a mask and is refused."""
    image = read_image(path)
    if any(note.startswith("MONOCHROME1") for note in image.notes):
        raise InputError(path, "is a MONOCHROME1 mask: which of its values is background is unclear",
                         "Export it as MONOCHROME2")  # fmt: skip
    return Pixels.of_image(image, path)


def read_grid(path: Path) -> Grid:
    """The film's grid, from the header alone."""
    with warnings_kept() as caught:
        dataset, _ = _dataset(path, False, caught)
        return _grid(dataset, frame_of(dataset, path))[0]


def read_subject(path: Path) -> str | None:
    """The pseudonym of the film's patient, from the header alone; None where the file names none."""
    with warnings_kept() as caught:
        return subject_of(_dataset(path, False, caught)[0])


def _grid(dataset: Dataset, frame: Frame) -> tuple[Grid, Any]:
    """The frame's grid and its pixel size with notes."""
    size = pixel_size_of(dataset)
    return Grid((frame.rows, frame.columns), size.spacing), size


def _dataset(path: Path, pixels: bool, caught: list[WarningMessage]) -> tuple[Dataset, tuple[str, ...]]:
    """Read the elements, refuse what is no image, and see that the pixels are all there."""
    import pydicom

    head = head_of(path)
    if DEFLATED in head[:1024]:
        # pydicom inflates such a file at once and without bound.
        raise InputError(path, "is deflated as a whole (Deflated Explicit VR), which is not read",
                         "Write it uncompressed, for example by `dcmconv +te`")  # fmt: skip
    with decoding(path, "DICOM"):
        # The mark alone may be missing; what does not look like DICOM at all never comes here.
        dataset = pydicom.dcmread(path, stop_before_pixels=not pixels, force=not has_mark(head))
    with decoding(path, "DICOM"):
        refuse_other_objects(dataset, path)
    if _ended_early(caught):
        raise InputError(path, "is cut off: it ends within an element", AGAIN)
    if pixels and "PixelData" not in dataset:
        floats = "FloatPixelData" in dataset or "DoubleFloatPixelData" in dataset
        raise InputError(path, "holds float pixel data, which is not read" if floats else "holds no pixel data",
                         "Give an image with integer pixels")  # fmt: skip
    return dataset, () if has_mark(head) else ("the DICOM mark was missing at the start",)


def _ended_early(caught: Iterable[WarningMessage]) -> bool:
    """True where pydicom warned that the file ends within an element and went on with what it had."""
    return any("end of file" in str(warning.message).lower() for warning in caught)


def _stored(dataset: Dataset, frame: Frame, path: Path) -> NDArray[Any]:
    """The stored values (row, column), all bits above BitsStored cleared or filled with the sign."""
    from pydicom.pixels.decoders.base import get_decoder

    syntax: UID | None = dataset.file_meta.get("TransferSyntaxUID")
    if syntax is None or not syntax.is_transfer_syntax:
        raise InputError(path, "does not say a transfer syntax that is known", "Write it again uncompressed")
    present = len(dataset.PixelData)
    if not syntax.is_compressed and present < frame.native_bytes:
        raise InputError(path, f"is cut off: pixel data {present} bytes, {frame.native_bytes} expected", AGAIN)
    name = syntax.name
    try:
        decoder = get_decoder(syntax)
    except NotImplementedError:
        decoder = None
    remedy = "Write it uncompressed, for example by `gdcmconv --raw`, or install a decoder such as python-gdcm"
    if decoder is None or not decoder.is_available:
        raise InputError(path, f"is compressed as {name}, for which no decoder is installed", remedy)
    with decoding(path, name):
        try:
            array, _ = decoder.as_array(dataset, raw=True, **_UNUSED_BITS_KEPT)
        except RuntimeError as error:  # no plugin took it: damaged, or a kind that the installed plugins do not know
            raise InputError(path, f"is compressed as {name} and no installed decoder can decode it", remedy) from error
    if array.shape != (frame.rows, frame.columns):
        raise InputError(path, "holds pixels of another size than its header says", AGAIN)
    return _within_bits(dataset, frame, array, path)


def _within_bits(dataset: Dataset, frame: Frame, array: NDArray[Any], path: Path) -> NDArray[Any]:
    """Values with the bits above BitsStored put right, or a refusal where they mean something unknown."""
    array = np.array(array, dtype=frame.dtype)
    (low, high), least, most = frame.range, int(array.min()), int(array.max())
    if low <= least and most <= high:
        return array
    tags = list(dataset.keys())
    overlay = any(0x6000 <= tag.group <= 0x60FF and tag.element == 0x0102 for tag in tags)
    unextended = frame.signed and least >= low and most < 2**frame.stored
    if not overlay and not unextended:
        what = f"holds values from {least} to {most}, more than its {frame.stored} stored bits"
        raise InputError(path, what, "Export the file again")
    shift = frame.allocated - frame.stored
    shifted: NDArray[Any] = np.right_shift(np.left_shift(array, shift), shift)
    return shifted


def _values(dataset: Dataset, frame: Frame, stored: NDArray[Any], path: Path) -> tuple[NDArray[Any], tuple[str, ...]]:
    """Modality transform, then inversion: real values (row, column) in which bright is dense, and notes.

    Inverting about the output range after a linear transform is the same as inverting the stored values before it.
    """
    notes: tuple[str, ...] = ()
    if text_of(dataset, "LossyImageCompression") == "01":
        notes = ("compressed with loss",)
    low, high = (float(end) for end in frame.range)
    if "ModalityLUTSequence" in dataset:
        array, high = _looked_up(dataset, stored, path)
        low, notes = 0.0, (*notes, "modality LUT applied")
    else:
        slope, intercept = _rescale(dataset, path)
        if (slope, intercept) == (1.0, 0.0):
            array = stored
        else:
            array = (stored * slope + intercept).astype(np.float32)
            low, high = low * slope + intercept, high * slope + intercept
    if not frame.inverted:
        return array, notes
    # Whole numbers below 2**53 are exact in float64, so integers come back as integers.
    return (low + high - array.astype(np.float64)).astype(array.dtype), ("MONOCHROME1 inverted", *notes)


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


def _looked_up(dataset: Dataset, stored: NDArray[Any], path: Path) -> tuple[NDArray[Any], int]:
    """Values through the modality LUT, unsigned, and the largest value that the LUT can hold."""
    from pydicom.pixels.processing import apply_modality_lut

    with decoding(path, "modality LUT"):
        array = np.asarray(apply_modality_lut(stored, dataset))
        bits = int(dataset.ModalityLUTSequence[0].LUTDescriptor[2])
    return array, 2**bits - 1


def _padding(dataset: Dataset, frame: Frame, stored: NDArray[Any]) -> tuple[NDArray[np.bool_] | None, tuple[str, ...]]:
    """Bool (row, column), False where a pixel is padding, or None; PixelPaddingValue to PixelPaddingRangeLimit."""
    if not text_of(dataset, "PixelPaddingValue"):
        return None, ()
    value, limit = (numbers_of(dataset, keyword) for keyword in ("PixelPaddingValue", "PixelPaddingRangeLimit"))
    if value is None or len(value) != 1:
        return None, ("PixelPaddingValue is not a number: not used",)
    ends = sorted(_as_stored(int(end), frame) for end in (value[0], limit[0] if limit else value[0]))
    padding = (stored >= ends[0]) & (stored <= ends[1])
    if not padding.any():
        return None, ()
    return ~padding, ("padding pixels are not valid",)


def _as_stored(value: int, frame: Frame) -> int:
    """A padding value in the type of the pixels: 63536 of an unsigned element is -2000 of signed pixels."""
    value %= 2**frame.allocated
    return value - 2**frame.allocated if frame.signed and value >= 2 ** (frame.allocated - 1) else value


def _is_hounsfield(dataset: Dataset) -> bool:
    """True for CT images whose rescaled values are Hounsfield units (PS3.3 C.8.2.1.1)."""
    kind = text_of(dataset, "RescaleType").upper()
    is_ct = text_of(dataset, "SOPClassUID") == CT_IMAGE and modality_of(dataset) == "CT"
    return is_ct and numbers_of(dataset, "RescaleSlope") is not None and kind in ("", "HU")
