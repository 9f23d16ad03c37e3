"""Decoding one compressed DICOM frame, in the process apart: by pydicom's decoders and GDCM, none of them believed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from medunet.errors import InputError
from medunet.images.dicom_encoded import encoded_frame
from medunet.images.dicom_frame import Frame
from medunet.images.dicom_opening import AGAIN, Elements
from medunet.images.dicom_stream import agreed, is_jpeg
from medunet.images.jpeg_stream import sequential_scan_is_sound
from medunet.images.jpeg_whole import fault_of
from medunet.images.opening import decoding

if TYPE_CHECKING:
    from pydicom.dataset import Dataset
    from pydicom.uid import UID

REMEDY = "Write it uncompressed, for example by `gdcmconv --raw`"

UNUSED_BITS_KEPT: Any = {"correct_unused_bits": False}
"""Keeps pydicom from clearing bits without a word; typed loosely because its stubs know only dictionaries here."""

Decode = Callable[["Dataset", bytes], NDArray[Any]]
"""From the elements and the encoded frame to the decoded one."""


def decoded(elements: Elements, frame: Frame, path: Path) -> tuple[NDArray[Any], tuple[str, ...]]:
    """A compressed frame, (row, column) or (row, column, 3) as R, G, B, and notes on what was put right.

    Raises:
        InputError: it cannot be decoded, or is not what its header says.
    """
    from pydicom.encaps import encapsulate

    dataset, syntax = elements.dataset, elements.syntax
    decode = _decoder(syntax, frame, path)
    with decoding(path, syntax.name):
        stream = encoded_frame(dataset.PixelData, path)
        dataset.PixelData = encapsulate([stream])
        for keyword in ("ExtendedOffsetTable", "ExtendedOffsetTableLengths"):
            dataset.pop(keyword, None)
        notes = agreed(dataset, frame, syntax, stream, path)
        array = decode(dataset, stream)

    def decoded_again(other: bytes) -> NDArray[Any]:
        dataset.PixelData = encapsulate([other])
        return decode(dataset, other)

    if is_jpeg(syntax) and (fault := fault_of(stream, array, decoded_again)):
        raise InputError(path, fault, AGAIN)
    return array, notes


def _decoder(syntax: UID, frame: Frame, path: Path) -> Decode:
    """What decodes frames of a transfer syntax."""
    from pydicom.pixels.decoders.base import get_decoder
    from pydicom.uid import JPEGExtended12Bit

    if syntax == JPEGExtended12Bit and frame.stored > 8:
        return lambda _, stream: _twelve_bits(stream, frame, path)
    try:
        decoder = get_decoder(syntax)
    except RuntimeError:  # so pydicom says that it does not know the syntax
        decoder = None
    if decoder is None or not decoder.is_available:
        raise InputError(path, f"is compressed as {syntax.name}, for which no decoder is installed", REMEDY)
    plugins = decoder

    def decode(dataset: Dataset, _: bytes) -> NDArray[Any]:
        try:
            return plugins.as_array(dataset, raw=frame.samples == 1, **UNUSED_BITS_KEPT)[0]
        except RuntimeError as error:  # no plugin took it: damaged, or a kind that the installed plugins do not know
            what = f"is compressed as {syntax.name} and no installed decoder can decode it: it may be damaged"
            raise InputError(path, what, REMEDY) from error

    return decode


def _twelve_bits(stream: bytes, frame: Frame, path: Path) -> NDArray[Any]:
    """JPEG Extended of more than 8 bits (row, column), for which pydicom has no free decoder; GDCM reads it."""
    import gdcm

    if not sequential_scan_is_sound(stream):
        raise InputError(path, "holds a JPEG stream whose scan header is wrong: it cannot be decoded safely", REMEDY)
    fragment, fragments = gdcm.Fragment(), gdcm.SequenceOfFragments.New()
    fragment.SetByteStringValue(stream)
    fragments.AddFragment(fragment)
    element, image = gdcm.DataElement(gdcm.Tag(0x7FE0, 0x0010)), gdcm.Image()
    element.SetValue(fragments.__ref__())
    image.SetNumberOfDimensions(2)
    image.SetDimensions((frame.columns, frame.rows, 1))
    image.SetDataElement(element)
    image.SetPhotometricInterpretation(gdcm.PhotometricInterpretation(gdcm.PhotometricInterpretation.MONOCHROME2))
    image.SetTransferSyntax(gdcm.TransferSyntax(gdcm.TransferSyntax.JPEGExtendedProcess2_4))
    image.SetPixelFormat(gdcm.PixelFormat(1, frame.allocated, frame.stored, frame.stored - 1, int(frame.signed)))
    buffer = image.GetBuffer()
    if buffer is None or frame.samples != 1 or frame.allocated != 16:
        raise ValueError("GDCM refuses the stream")
    data = buffer.encode("utf-8", "surrogateescape") if isinstance(buffer, str) else bytes(buffer)
    return np.frombuffer(data, "<i2" if frame.signed else "<u2").reshape(frame.rows, frame.columns)
