"""Unpacking: any stretch of a table's bytes, plain or gzipped, without reading what lies before it again.

A gzipped file can only be read from its start. While it is read, a copy of the decoder is kept every few megabytes; a
later stretch is decoded from the nearest copy before it. A copy takes some 50 kB, so a table of 2 GB costs 25 MB.
"""

from __future__ import annotations

import threading
import zlib
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from medunet.errors import InputError

STEP = 4 * 1024**2
"""Decoded bytes between two copies of the decoder: at most so many are decoded in vain for one stretch."""

_CHUNK = 1 << 16
_GZIP = b"\x1f\x8b"


def is_gzip(path: Path) -> bool:
    """Whether a file is gzipped, by its first bytes and not by its name.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as stream:
        return stream.read(2) == _GZIP


def read_stretch(path: Path, offset: int, size: int) -> bytes:
    """The bytes [offset, offset + size) of a file, of a gzipped one those of its content.

    Raises:
        InputError: the file cannot be read, is damaged or ends before.
    """
    try:
        if is_gzip(path):
            status = path.stat()
            data = _unpacker(path, status.st_size, status.st_mtime_ns).read(offset, size)
        else:
            with path.open("rb") as stream:
                stream.seek(offset)
                data = stream.read(size)
    except (OSError, zlib.error) as error:
        raise InputError(path.name, "cannot be read any more", "Check the file and its permissions") from error
    if len(data) < size:
        raise InputError(path.name, "ends before the row that was found in it", "It has changed: start again")
    return data


@dataclass(frozen=True, slots=True)
class _Point:
    """A place where decoding can go on: decoded and packed bytes before it, and the decoder as it was there."""

    out: int
    packed: int
    decoder: Any  # zlib's type has no public name


class _Unpacker:
    """Random access to the content of one gzipped file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._points = [_Point(0, 0, zlib.decompressobj(wbits=31))]
        # The place behind the last stretch: rows are mostly asked for one after the other.
        self._last = self._points[0]
        self._buffer, self._buffer_at = b"", 0

    def read(self, offset: int, size: int) -> bytes:
        """The decoded bytes [offset, offset + size), fewer at the end of the file."""
        with self._lock:
            if not self._buffer_at <= offset <= self._last.out:
                before = bisect_right(self._points, offset, key=lambda point: point.out) - 1
                nearest = self._points[before]
                if not nearest.out < self._last.out <= offset:
                    self._last = nearest
                self._buffer, self._buffer_at = b"", self._last.out
            if offset + size > self._last.out:
                self._decode_to(offset, offset + size)
            start = offset - self._buffer_at
            return self._buffer[start : start + size]

    def _decode_to(self, start: int, stop: int) -> None:
        """Decode until `stop`; of what lies before `start` nothing is kept."""
        point = self._last
        decoder, out, packed = point.decoder.copy(), point.out, point.packed
        with self._path.open("rb") as stream:
            stream.seek(packed)
            while out < stop and (chunk := stream.read(_CHUNK)):
                data = decoder.decompress(chunk)
                packed += len(chunk) - len(decoder.unused_data)
                out += len(data)
                kept = max(0, start - self._buffer_at)
                self._buffer, self._buffer_at = (
                    self._buffer[kept:] + data,
                    self._buffer_at + min(kept, len(self._buffer)),
                )
                if decoder.eof:  # a gzip file may be several, one behind the other
                    stream.seek(packed)
                    decoder = zlib.decompressobj(wbits=31)
                if out - self._points[-1].out >= STEP:
                    self._points.append(_Point(out, packed, decoder.copy()))
        self._last = _Point(out, packed, decoder)


@lru_cache(maxsize=4)
def _unpacker(path: Path, size: int, changed: int) -> _Unpacker:
    """The unpacker of a file as it is now: another size or time of change makes a new one."""
    return _Unpacker(path)
