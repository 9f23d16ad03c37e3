"""The stored values of a DICOM frame: native ones are read here, compressed ones in a process apart."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from medunet.errors import InputError
from medunet.images.apart import decode_apart
from medunet.images.dicom_decoding import UNUSED_BITS_KEPT, decoded
from medunet.images.dicom_frame import Frame, frame_of, refuse_other_objects
from medunet.images.dicom_header import numbers_of
from medunet.images.dicom_opening import AGAIN, Elements, read_elements
from medunet.images.dicom_stream import refuse_transformed
from medunet.images.opening import decoding, warnings_kept
from medunet.images.parcel import Parcel

if TYPE_CHECKING:
    from pydicom.dataset import Dataset


INTEGERS, FLOATS, DOUBLES = "PixelData", "FloatPixelData", "DoubleFloatPixelData"
"""The elements that hold pixels; an image has one of them."""


def stored_values(elements: Elements, frame: Frame, path: Path) -> tuple[NDArray[Any], tuple[str, ...]]:
    """The stored values of a frame, and notes on what was put right.

    Args:
        elements: with the pixels where they are not compressed.
        frame: what the header says of them.
        path: the file.

    Returns:
        (row, column), or (row, column, 3) as R, G, B.

    Raises:
        InputError: they cannot be decoded, or are not what the header says.
    """
    if not elements.syntax:
        raise InputError(path, "does not say a transfer syntax that is known", "Write it again uncompressed")
    notes: tuple[str, ...] = ()
    if elements.syntax.is_compressed:
        parcel = decode_apart("dicom", path)
        array, notes = parcel.arrays["stored"], tuple(str(note) for note in parcel.words["notes"])
    else:
        array, notes = _native(elements, frame, path)
    wanted = (frame.rows, frame.columns) if frame.samples == 1 else (frame.rows, frame.columns, frame.samples)
    if array.shape != wanted:
        raise InputError(path, "holds pixels of another size than its header says", AGAIN)
    if frame.is_float:
        return array, notes
    # Of compressed frames only RLE's can have it (see `dicom_stream`).
    return _within_bits(elements.dataset, frame, _brought_down(array, frame), path), notes


def decode_here(path: Path) -> Parcel:
    """Decode a compressed frame in this process, which is the worker.

    Returns:
        A parcel with the array "stored" and the word "notes".
    """
    with warnings_kept() as caught:
        elements = read_elements(path, "any", caught)
        refuse_other_objects(elements.dataset, path)
        frame = frame_of(elements.dataset, path)
        if "PixelData" not in elements.dataset:
            raise InputError(path, "holds no pixel data", "Give an image with pixels")
        array, notes = decoded(elements, frame, path)
        return Parcel({"notes": list(notes)}, {"stored": array})


def _native(elements: Elements, frame: Frame, path: Path) -> tuple[NDArray[Any], tuple[str, ...]]:
    """The frame of an uncompressed file, and notes."""
    dataset = elements.dataset
    data, notes = _native_bytes(dataset, frame, path)
    if frame.is_float:
        stored = frame.dtype.newbyteorder("<" if elements.syntax.is_little_endian else ">")
        return np.frombuffer(data, stored, frame.rows * frame.columns).reshape(frame.rows, frame.columns), notes
    from pydicom.pixels.decoders.base import get_decoder

    refuse_transformed(frame, path)
    _set_planes(dataset, frame, path)
    with decoding(path, elements.syntax.name):
        if "TransferSyntaxUID" not in dataset.file_meta:
            dataset.file_meta.TransferSyntaxUID = elements.syntax
        dataset.PhotometricInterpretation = frame.photometric  # as it was understood: in capitals, the first of several
        array, _ = get_decoder(elements.syntax).as_array(dataset, raw=frame.samples == 1, **UNUSED_BITS_KEPT)
    return array, notes


def _native_bytes(dataset: Dataset, frame: Frame, path: Path) -> tuple[bytes, tuple[str, ...]]:
    """The bytes of an uncompressed frame, as many as its header asks for."""
    keyword = {4: FLOATS, 8: DOUBLES}[frame.dtype.itemsize] if frame.is_float else INTEGERS
    if sum(one in dataset for one in (INTEGERS, FLOATS, DOUBLES)) > 1:
        raise InputError(path, "holds pixels both as integers and as floats", "Export the one picture that is meant")
    data = dataset[keyword].value if keyword in dataset else None
    if not isinstance(data, bytes):
        raise InputError(path, "holds no pixel data", "Give an image with pixels")
    if dataset[keyword].is_undefined_length:
        what = "holds its pixels in fragments, as compressed ones, where its transfer syntax says that they are not"
        raise InputError(path, what, AGAIN)
    if len(data) < frame.native_bytes:
        raise InputError(path, f"is cut off: pixel data {len(data)} bytes, {frame.native_bytes} expected", AGAIN)
    more = data[frame.native_bytes :]
    if len(more) <= 1:
        return data, ()
    # Some systems fill up to a block with zeros; a row or more of anything else belongs to a picture of another size.
    if len(more) >= frame.native_bytes // frame.rows and any(more):
        what = f"holds {len(data)} bytes of pixels where its header describes {frame.native_bytes}"
        raise InputError(path, what, AGAIN)
    dataset[keyword].value = data[: frame.native_bytes + frame.native_bytes % 2]
    return dataset[keyword].value, (f"{len(more)} bytes behind the pixels not used",)


def _set_planes(dataset: Dataset, frame: Frame, path: Path) -> None:
    """Refuse colours of which it is unknown whether they lie by pixel or by plane, and kinds that do not exist."""
    if frame.samples == 1:
        return
    if frame.photometric != "RGB" and frame.allocated != 8:
        raise InputError(
            path, f"holds {frame.photometric} of {frame.allocated} bits, which is not read", "Export it in RGB"
        )
    if frame.photometric == "YBR_FULL_422":
        dataset.PlanarConfiguration = 0  # it has no other
        if frame.columns % 2:
            what = f"holds {frame.photometric}, of which two pixels share a colour, in {frame.columns} columns"
            raise InputError(path, what, "Export it in RGB")
    elif numbers_of(dataset, "PlanarConfiguration") not in ((0.0,), (1.0,)):
        raise InputError(path, "does not say by PlanarConfiguration how its colours lie", "Export the file again")


def _brought_down(array: NDArray[Any], frame: Frame) -> NDArray[Any]:
    """Values whose highest bit is not where it is expected, shifted to the low end of their words."""
    above = frame.allocated - 1 - frame.high
    if frame.high == frame.stored - 1:
        return array
    up: NDArray[Any] = np.left_shift(array.astype(frame.dtype), above)
    down: NDArray[Any] = np.right_shift(up, frame.allocated - frame.stored)
    return down


def _within_bits(dataset: Dataset, frame: Frame, array: NDArray[Any], path: Path) -> NDArray[Any]:
    """Values with the bits above BitsStored put right, or a refusal where they mean something unknown."""
    array = np.array(array, dtype=frame.dtype)
    (low, high), least, most = frame.range, int(array.min()), int(array.max())
    if low <= least and most <= high:
        return array
    unextended = frame.signed and least >= low and most < 2**frame.stored
    if not unextended and not _only_overlays_above(dataset, frame, array):
        what = f"holds values from {least} to {most}, more than its {frame.stored} stored bits"
        raise InputError(path, what, "Export the file again")
    shift = frame.allocated - frame.stored
    shifted: NDArray[Any] = np.right_shift(np.left_shift(array, shift), shift)
    return shifted


def _only_overlays_above(dataset: Dataset, frame: Frame, array: NDArray[Any]) -> bool:
    """Whether all bits above the stored ones are those in which overlay planes lie, as files before 2004 have them."""
    bits = 0
    for tag in list(dataset.keys()):
        if 0x6000 <= tag.group <= 0x60FF and tag.element == 0x0102:
            with suppress(Exception):  # an element that is no number names no bit
                position = int(dataset[tag].value)
                bits |= 1 << position if frame.stored <= position < frame.allocated else 0
    words = array.view(np.dtype(f"u{array.dtype.itemsize}"))
    sign = 2**frame.allocated - 2**frame.stored
    above = np.unique(words & sign).tolist()
    # Signed values may carry their sign upwards through the bits that no overlay uses.
    return all((one & ~bits) in (0, sign & ~bits if frame.signed else 0) for one in above)
