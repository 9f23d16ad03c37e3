"""The one encoded frame of encapsulated pixel data: its fragments joined, whatever an offset table says of them.

Decoders take the first of several frames and say nothing of the others; so these are refused.
"""

from __future__ import annotations

import re
import struct
from pathlib import Path

from medunet.errors import InputError
from medunet.images.dicom_frame import Frame

SEVERAL = "holds several compressed pictures where its header describes one"
APART = "Save each frame as a file of its own"

_NEXT = re.compile(rb"\xff\xd9\x00*\xff[\xd8\x4f]\xff")
"""The end of a JPEG, JPEG-LS or JPEG 2000 stream and the start of another; neither is ever part of encoded pixels."""

_RLE_HEAD = struct.Struct("<16I")
"""The number of segments and where each begins (PS3.5 G.5)."""


def encoded_frame(data: bytes, path: Path) -> bytes:
    """The joined fragments.

    Args:
        data: the value of the element: an offset table and fragments, each as an item.
        path: the file, for messages.

    Raises:
        InputError: there is none.
    """
    from pydicom.encaps import generate_fragments

    stream = b"".join(list(generate_fragments(data))[1:])  # the first item is the offset table
    if not stream:
        raise InputError(path, "holds no pixel data", "Give an image with pixels")
    return stream


def refuse_further_streams(stream: bytes, path: Path) -> None:
    """Refuse a JPEG, JPEG-LS or JPEG 2000 stream with another behind it; run lengths may hold any bytes.

    Raises:
        InputError: there are several.
    """
    if _NEXT.search(stream):
        raise InputError(path, SEVERAL, APART)


def refuse_further_runs(stream: bytes, frame: Frame, path: Path) -> None:
    """Refuse a run-length stream (PS3.5 G) that goes on for a row or more behind the last pixel of its frame.

    It does not say how large its picture is, and decoders drop what is left over. The last segment shows it, as all
    segments of a frame have the same number of pixels.

    Raises:
        InputError: it goes on.
    """
    if len(stream) < _RLE_HEAD.size:
        return
    count, *starts = _RLE_HEAD.unpack_from(stream)
    if not 1 <= count <= len(starts):
        return
    at, left = starts[count - 1], frame.rows * frame.columns
    end = len(stream.rstrip(b"\0"))  # a stream may be filled up
    while at < end and left > -frame.columns:
        code = stream[at]
        left -= code + 1 if code < 128 else 257 - code if code > 128 else 0
        at += code + 2 if code < 128 else 2 if code > 128 else 1
    if left <= -frame.columns:
        raise InputError(path, "holds more pixels than its header describes", "Copy or export the file again")
