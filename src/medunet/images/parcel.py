"""Arrays and words on their way between two processes: a length, a JSON text, then the arrays' bytes.

The reader trusts nothing: sizes are bounded before memory is taken, types are plain numbers, and nothing that arrives
is ever run. A decoder that an attacker has taken over can send a wrong picture, and no more.
"""

from __future__ import annotations

import json
import math
import struct
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

MAX_WORDS = 1 << 20
"""Bytes of the JSON text."""

DTYPES = frozenset({"|b1", "|u1", "|i1", "<u2", "<i2", "<u4", "<i4", "<u8", "<i8", "<f2", "<f4", "<f8"})
"""The types that travel, in little endian."""


class ParcelError(Exception):
    """What arrived is no parcel: the other side died, or sends something else."""


@dataclass(frozen=True, eq=False)
class Parcel:
    """What is sent.

    Attributes:
        words: JSON values by name.
        arrays: arrays of plain numbers by name.
    """

    words: dict[str, Any] = field(default_factory=dict)
    arrays: dict[str, NDArray[Any]] = field(default_factory=dict)


def send(parcel: Parcel, stream: BinaryIO) -> None:
    """Write a parcel and flush the stream."""
    arrays = {}
    for name, array in parcel.arrays.items():
        whole = np.ascontiguousarray(array)
        arrays[name] = whole.astype(whole.dtype.newbyteorder("<"), copy=False)
    shapes = [[name, array.dtype.str, list(array.shape)] for name, array in arrays.items()]
    text = json.dumps({"words": parcel.words, "arrays": shapes}).encode("ascii")
    stream.write(struct.pack("<I", len(text)) + text)
    for array in arrays.values():
        if array.size:
            stream.write(array.reshape(-1).view(np.uint8).data)
    stream.flush()


def receive(stream: BinaryIO, max_bytes: int) -> Parcel:
    """Read a parcel.

    Args:
        stream: read in full, blocking.
        max_bytes: the most that all arrays together may have.

    Raises:
        ParcelError: the stream ends, or holds no parcel, or a larger one.
    """
    (length,) = struct.unpack("<I", _exactly(stream, 4))
    if length > MAX_WORDS:
        raise ParcelError("the text is too long")
    try:
        text = json.loads(_exactly(stream, length))
        words, shapes = dict(text["words"]), [(str(n), str(t), tuple(map(int, s))) for n, t, s in text["arrays"]]
    except (ValueError, KeyError, TypeError) as error:
        raise ParcelError("the text is no description of arrays") from error
    sizes = [math.prod(shape) * np.dtype(kind).itemsize if kind in DTYPES else -1 for _, kind, shape in shapes]
    if any(size < 0 for size in sizes) or any(n < 0 for _, _, shape in shapes for n in shape) or sum(sizes) > max_bytes:
        raise ParcelError("the arrays are too large or of an unknown type")
    arrays = {}
    for name, kind, shape in shapes:
        array = np.empty(shape, dtype=kind)
        if array.size:
            _fill(stream, array.reshape(-1).view(np.uint8).data)
        arrays[name] = array
    return Parcel(words, arrays)


def _exactly(stream: BinaryIO, count: int) -> bytes:
    """The next `count` bytes."""
    data = bytearray(count)
    _fill(stream, memoryview(data))
    return bytes(data)


def _fill(stream: BinaryIO, target: memoryview) -> None:
    """Fill `target` from the stream."""
    done = 0
    while done < len(target):
        # A raw pipe gives what is there; readinto of a buffered stream gives all or the end.
        count = stream.readinto(target[done:])  # type: ignore[attr-defined]
        if not count:
            raise ParcelError("the stream ended early")
        done += count
