"""The stored values of a DICOM frame: native ones are read here, compressed ones in a process apart."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from medunet.errors import InputError
from medunet.images.apart import decode_apart
from medunet.images.dicom_frame import Frame, frame_of, refuse_other_objects
from medunet.images.dicom_opening import AGAIN, Elements, read_elements
from medunet.images.jpeg_stream import sequential_scan_is_sound
from medunet.images.opening import decoding, warnings_kept
from medunet.images.parcel import Parcel

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

REMEDY = "Write it uncompressed, for example by `gdcmconv --raw`"

_UNUSED_BITS_KEPT: Any = {"correct_unused_bits": False}
"""Keeps pydicom from clearing bits without a word; typed loosely because its stubs know only dictionaries here."""


def stored_values(elements: Elements, frame: Frame, path: Path) -> NDArray[Any]:
    """The stored values, (row, column) or (row, column, 3) as R, G, B; `elements` hold the pixels if not compressed."""
    if not elements.syntax:
        raise InputError(path, "does not say a transfer syntax that is known", "Write it again uncompressed")
    if elements.syntax.is_compressed:
        array = decode_apart("dicom", path).arrays["stored"]
    else:
        array = _native(elements, frame, path)
    wanted = (frame.rows, frame.columns) if frame.samples == 1 else (frame.rows, frame.columns, frame.samples)
    if array.shape != wanted:
        raise InputError(path, "holds pixels of another size than its header says", AGAIN)
    return array if frame.dtype.kind == "f" else _within_bits(elements.dataset, frame, array, path)


def decode_here(path: Path) -> Parcel:
    """Decode a compressed frame in this process, which is the worker.

    Returns:
        A parcel with the array "stored".
    """
    with warnings_kept() as caught:
        elements = read_elements(path, "any", caught)
        refuse_other_objects(elements.dataset, path)
        frame = frame_of(elements.dataset, path)
        if "PixelData" not in elements.dataset:
            raise InputError(path, "holds no pixel data", "Give an image with pixels")
        return Parcel(arrays={"stored": _decoded(elements, frame, path)})


def _decoded(elements: Elements, frame: Frame, path: Path) -> NDArray[Any]:
    """The frame through pydicom's decoders, or GDCM for the one kind that pydicom does not hand to it."""
    from pydicom.pixels.decoders.base import get_decoder
    from pydicom.uid import JPEGExtended12Bit

    syntax, name = elements.syntax, elements.syntax.name
    if syntax == JPEGExtended12Bit and frame.stored > 8:
        return _twelve_bits(elements.dataset, frame, path)
    try:
        decoder = get_decoder(syntax)
    except NotImplementedError:
        decoder = None
    if decoder is None or not decoder.is_available:
        raise InputError(path, f"is compressed as {name}, for which no decoder is installed", REMEDY)
    with decoding(path, name):
        try:
            array, _ = decoder.as_array(elements.dataset, raw=frame.samples == 1, **_UNUSED_BITS_KEPT)
        except RuntimeError as error:  # no plugin took it: damaged, or a kind that the installed plugins do not know
            raise InputError(path, f"is compressed as {name} and no installed decoder can decode it", REMEDY) from error
    return array


def _twelve_bits(dataset: Dataset, frame: Frame, path: Path) -> NDArray[Any]:
    """JPEG Extended of more than 8 bits, which pydicom has no free decoder for; GDCM reads it."""
    import gdcm
    from pydicom.encaps import generate_frames

    with decoding(path, "JPEG Extended"):
        stream = next(generate_frames(dataset.PixelData, number_of_frames=1))
        if not sequential_scan_is_sound(stream):
            raise InputError(
                path, "holds a JPEG stream whose scan header is wrong: it cannot be decoded safely", REMEDY
            )
        reader = gdcm.ImageReader()
        reader.SetFileName(str(path))
        if not reader.Read():
            raise ValueError("GDCM refuses the file")
        image = reader.GetImage()
        kind = image.GetPixelFormat()
        if (image.GetDimension(0), image.GetDimension(1)) != (frame.columns, frame.rows) or frame.samples != 1:
            raise InputError(path, "holds pixels of another size than its header says", AGAIN)
        buffer = image.GetBuffer()
        data = buffer.encode("utf-8", "surrogateescape") if isinstance(buffer, str) else bytes(buffer)
        sign = "i" if kind.GetPixelRepresentation() else "u"
        array = np.frombuffer(data, dtype=f"<{sign}{kind.GetBitsAllocated() // 8}")
        return array.reshape(frame.rows, frame.columns)


def _native(elements: Elements, frame: Frame, path: Path) -> NDArray[Any]:
    """The frame of an uncompressed file."""
    dataset = elements.dataset
    keyword = {4: "FloatPixelData", 8: "DoubleFloatPixelData"}[frame.dtype.itemsize] if frame.is_float else "PixelData"
    if keyword not in dataset:
        raise InputError(path, "holds no pixel data", "Give an image with pixels")
    data = dataset[keyword].value
    if not isinstance(data, bytes):
        raise InputError(path, "holds no pixel data", "Give an image with pixels")
    if len(data) < frame.native_bytes:
        raise InputError(path, f"is cut off: pixel data {len(data)} bytes, {frame.native_bytes} expected", AGAIN)
    if frame.is_float:
        stored = frame.dtype.newbyteorder("<" if elements.syntax.is_little_endian else ">")
        return np.frombuffer(data, stored, frame.rows * frame.columns).reshape(frame.rows, frame.columns)
    from pydicom.pixels.decoders.base import get_decoder

    with decoding(path, elements.syntax.name):
        if "TransferSyntaxUID" not in dataset.file_meta:
            dataset.file_meta.TransferSyntaxUID = elements.syntax
        array, _ = get_decoder(elements.syntax).as_array(dataset, raw=frame.samples == 1, **_UNUSED_BITS_KEPT)
    return _brought_down(array, frame)


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
    tags = list(dataset.keys())
    overlay = any(0x6000 <= tag.group <= 0x60FF and tag.element == 0x0102 for tag in tags)
    unextended = frame.signed and least >= low and most < 2**frame.stored
    if not overlay and not unextended:
        what = f"holds values from {least} to {most}, more than its {frame.stored} stored bits"
        raise InputError(path, what, "Export the file again")
    shift = frame.allocated - frame.stored
    shifted: NDArray[Any] = np.right_shift(np.left_shift(array, shift), shift)
    return shifted
