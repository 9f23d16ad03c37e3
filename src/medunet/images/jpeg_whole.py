"""Is a JPEG stream whole: decoders make up what is missing and drop what is left over, and say nothing."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import JpegImagePlugin

from medunet.images.jpeg_stream import (
    ends_flat,
    filled_up,
    frame_header,
    has_all_scans,
    restarts_are_sound,
    shortened,
)

SEQUENTIAL = ("baseline", "extended sequential")

CUT_OFF = "is cut off: its JPEG stream ends before its last pixel"
LEFT_OVER = "is damaged: its JPEG stream goes on behind its last pixel"
DISORDER = "is damaged: parts of its JPEG stream are missing or out of order"


def decode(data: bytes) -> NDArray[Any]:
    """A baseline JPEG (row, column[, sample]) by Pillow, which refuses one that ends without an end marker."""
    return np.asarray(JpegImagePlugin.JpegImageFile(io.BytesIO(data)))


def fault_of(data: bytes, array: NDArray[Any], decode: Callable[[bytes], NDArray[Any]] = decode) -> str:
    """What is wrong with the stream of a decoded picture, in words; empty where nothing is seen.

    A decoder that meets a damaged code goes on with whatever follows. It then mostly needs more bytes or fewer than
    there are. Either is told by decoding once more: with more bytes, or fewer, at the end of the scan.

    Args:
        data: the stream.
        array: what it was decoded to, (row, column[, sample]) as stored.
        decode: how it was.
    """
    header = frame_header(data)
    progressive = header is not None and header.process == "progressive"
    if header is not None and progressive and not has_all_scans(data, header):
        return CUT_OFF
    # Of a sequential stream pixels can be made up only where the last ones are all alike.
    if (progressive or ends_flat(array)) and not _same(filled_up(data), array, decode):
        return CUT_OFF
    if header is None or header.process not in SEQUENTIAL:
        return ""
    if not restarts_are_sound(data):
        return DISORDER
    # Blocks for which there are no bytes become mid-grey: where the last pixel is that, nothing can be told.
    if (array[-1, -1] == 1 << (header.bits - 1)).all():
        return ""
    # In black and white corners a cut may by chance show nothing; several do not.
    ways = 0
    for other in shortened(data):
        if not _same(other, array, decode):
            return ""
        ways += 1
    return LEFT_OVER if ways else ""


def _same(data: bytes, array: NDArray[Any], decode: Callable[[bytes], NDArray[Any]]) -> bool:
    """Whether another stream is decoded to the same picture."""
    try:
        return bool(np.array_equal(decode(data), array))
    except Exception:  # a decoder that refuses it says that it is not the same
        return False
