"""The markers of a JPEG stream (ITU-T T.81, annex B): which process it is coded by, and whether its scans fit that."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from numpy.typing import NDArray

JFIF, ADOBE = 0xE0, 0xEE
START_OF_SCAN = 0xDA
END_OF_IMAGE = 0xD9
RESTART_INTERVAL = 0xDD
RESTARTS = range(0xD0, 0xD8)

PROCESSES: dict[int, str] = {
    0xC0: "baseline",
    0xC1: "extended sequential",
    0xC2: "progressive",
    0xC3: "lossless",
    0xC5: "hierarchical",
    0xC6: "hierarchical",
    0xC7: "hierarchical",
    0xC9: "arithmetic coding",
    0xCA: "arithmetic coding",
    0xCB: "arithmetic coding",
    0xCD: "arithmetic coding",
    0xCE: "arithmetic coding",
    0xCF: "arithmetic coding",
    0xF7: "JPEG-LS",
}
"""Start-of-frame markers and what they mean."""

_ALONE = {0x01, *range(0xD0, 0xD9)}
"""Markers without a length behind them."""

_FILLING = bytes(range(1, 255))
"""Bytes that no decoder takes for nothing, and none of them the start of a marker."""

_TAIL = 8
"""Bytes at the end of a scan without which it lacks pixels. Some encoders fill up to a word of fewer."""

_MOST_PICTURES = 20
"""Pictures of one file that are looked at."""

_MARKER = re.compile(rb"\xff+([^\x00\xff])", re.DOTALL)


@dataclass(frozen=True, slots=True)
class FrameHeader:
    """The frame header of a JPEG.

    Attributes:
        process: a value of `PROCESSES`.
        bits: precision of a sample.
        rows, columns: size.
        components: samples of a pixel.
        ids: the components' identifiers.
        subsampled: True where the components have different sizes.
    """

    process: str
    bits: int
    rows: int
    columns: int
    components: int
    ids: bytes = b""
    subsampled: bool = False


def segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The (marker, content) segments of a stream up to the first scan, whose header is the last."""
    at = 2
    while at + 4 <= len(data):
        if data[at] != 0xFF:
            return
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if marker in _ALONE:
            at += 2
            continue
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        content = data[at + 4 : at + 2 + length]
        yield marker, content
        if marker in (START_OF_SCAN, END_OF_IMAGE) or length < 2:
            return
        at += 2 + length


def frame_header(data: bytes) -> FrameHeader | None:
    """The frame header, or None where the bytes hold none."""
    for marker, content in segments(data):
        if marker in PROCESSES and len(content) >= 6:
            rows, columns = int.from_bytes(content[1:3], "big"), int.from_bytes(content[3:5], "big")
            factors = content[7 : 6 + 3 * content[5] : 3]
            return FrameHeader(
                PROCESSES[marker],
                content[0],
                rows,
                columns,
                content[5],
                content[6 : 6 + 3 * content[5] : 3],
                len(set(factors)) > 1,
            )
    return None


def holds_luminance(data: bytes, header: FrameHeader) -> bool | None:
    """Whether three components are YCbCr (True) or R, G, B (False) as the stream says it; None where it does not.

    Adobe's marker says it, JFIF means YCbCr, components may be called R, G, B, and only colour differences are stored
    at another size than the rest.
    """
    for marker, content in segments(data):
        if marker == ADOBE and content.startswith(b"Adobe") and len(content) >= 12:
            return content[11] != 0
        if marker == JFIF and content.startswith(b"JFIF"):
            return True
    if header.ids == b"RGB":
        return False
    return True if header.subsampled else None


def is_lossy(data: bytes, header: FrameHeader) -> bool:
    """Whether a stream is coded with loss: cosines always are, JPEG-LS where its scan allows an error (T.87, NEAR)."""
    if header.process != "JPEG-LS":
        return header.process != "lossless"
    scan = next((content for marker, content in segments(data) if marker == START_OF_SCAN), b"")
    place = 1 + 2 * scan[0] if scan else 0
    return any(scan[place : place + 1])


def scans(data: bytes) -> Iterator[tuple[bytes, int]]:
    """The header of each scan, and where its pixels end: at the marker that follows them, or with the data."""
    at = 0
    for marker, content in segments(data):
        if marker != START_OF_SCAN:
            continue
        at = _scan_start(data)
        while marker != END_OF_IMAGE:
            following = next((one for one in _MARKER.finditer(data, at) if one[1][0] not in RESTARTS), None)
            if marker == START_OF_SCAN:
                yield content, following.start() if following else len(data)
            if following is None:
                return
            marker, length = following[1][0], int.from_bytes(data[following.end() : following.end() + 2], "big")
            content, at = data[following.end() + 2 : following.end() + length], following.end() + max(2, length)


def further_pictures(data: bytes) -> Iterator[FrameHeader]:
    """The frame headers of the pictures that follow the first one in a file (CIPA DC-007, or simply one by one)."""
    start = 0
    for _ in range(_MOST_PICTURES):
        end = data.find(b"\xff\xd9", start + _scan_start(data[start:]))
        start = data.find(b"\xff\xd8\xff", end)
        if end < 0 or start < 0:
            return
        if (header := frame_header(data[start:])) is not None:
            yield header


def has_all_scans(data: bytes, header: FrameHeader) -> bool:
    """Whether the scans of a progressive stream bring every coefficient of each component to its last bit (G.1)."""
    missing = {(one, place) for one in header.ids for place in range(64)}
    for content, _ in scans(data):
        end = 1 + 2 * content[0] if content else 0
        if len(content) == end + 3 and content[end + 2] & 15 == 0:
            places = range(content[end], content[end + 1] + 1)
            missing -= {(one, place) for one in content[1:end:2] for place in places}
    return not missing


def filled_up(data: bytes) -> bytes:
    """The stream with other bytes before the end of each scan.

    A decoder has no use for them where the scan is whole. Where it was cut off and closed by a marker, decoders make up
    the missing part without a word, and these bytes change what they make up.
    """
    ends = [end for _, end in scans(data)]
    return b"".join(data[start:end] + _FILLING for start, end in pairwise([0, *ends])) + data[ends[-1] if ends else 0 :]


def shortened(data: bytes) -> Iterator[bytes]:
    """The stream with its first scan cut in several ways by up to `_TAIL` bytes, that cut most first.

    Where the scan is sound these bytes belong to its last pixels. A decoder that had no use for them got lost on its
    way. Of a scan that has no more than them nothing comes.
    """
    start = _scan_start(data)
    end = data.find(b"\xff\xd9", start)
    kept = data[:end].rstrip(b"\xff")  # before a marker they mean nothing
    if end < 0 or len(kept) - _TAIL <= start:
        return
    for cut in range(_TAIL, 1, -1):
        yield kept[:-cut] + data[end:]
    for other in (b"\x55", b"\xaa"):
        yield kept[:-_TAIL] + other * _TAIL + data[end:]


def restarts_are_sound(data: bytes) -> bool:
    """False where restart markers of the first scan of a sequential stream are out of order, missing or too many.

    Between two of them lies a known number of blocks. Decoders that find another one than they expect make up what they
    think is missing, and say nothing.
    """
    found, interval, units = [], 0, None
    for marker, content in segments(data):
        if marker == RESTART_INTERVAL:
            interval = int.from_bytes(content[:2], "big")
        if marker in PROCESSES:
            units = _units(content)
        if marker == START_OF_SCAN and units is not None and content[:1] != bytes([units[0]]):
            units = None  # one component of several: it has blocks of its own
    for match in _MARKER.finditer(data, _scan_start(data)):
        if match[1][0] not in RESTARTS:
            break
        found.append(match[1][0] - RESTARTS.start)
    in_order = found == [number % len(RESTARTS) for number in range(len(found))]
    wanted = -(-units[1] // interval) - 1 if units is not None and interval else len(found)
    return in_order and len(found) == wanted


def _units(content: bytes) -> tuple[int, int]:
    """Components of a frame header, and how many units of blocks a scan of all of them has (A.2)."""
    rows, columns, components = int.from_bytes(content[1:3], "big"), int.from_bytes(content[3:5], "big"), content[5]
    factors = content[7 : 6 + 3 * components : 3]
    wide, high = (max((one >> 4 for one in factors), default=1), max((one & 15 for one in factors), default=1))
    if components == 1:
        wide = high = 1
    return components, -(-columns // (8 * max(1, wide))) * -(-rows // (8 * max(1, high)))


def ends_flat(array: NDArray[Any]) -> bool:
    """Whether the last pixels of a decoded picture (row, column[, sample]) are all alike, as made-up ones are."""
    tail = array[-1, -8:]
    return bool((tail == tail[0]).all())


def _scan_start(data: bytes) -> int:
    """Where the pixels of the first scan start."""
    at = 2
    for marker, content in segments(data):
        at = data.index(bytes([0xFF, marker]), at) + 4 + len(content)
    return at


def sequential_scan_is_sound(data: bytes) -> bool:
    """True where the first scan of a sequential stream covers all 64 coefficients at once, as it must.

    A decoder that forgives other values decodes something, and nobody knows what.
    """
    for marker, content in segments(data):
        if marker == START_OF_SCAN and content:
            end = 1 + 2 * content[0]
            return content[end : end + 3] == b"\x00\x3f\x00"
    return False
