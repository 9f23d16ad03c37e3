"""The markers of a JPEG stream (ITU-T T.81, annex B): which process it is coded by, and whether its scans fit that."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

START_OF_SCAN = 0xDA
END_OF_IMAGE = 0xD9

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


@dataclass(frozen=True, slots=True)
class FrameHeader:
    """The frame header of a JPEG.

    Attributes:
        process: a value of `PROCESSES`.
        bits: precision of a sample.
        rows, columns: size.
        components: samples of a pixel.
    """

    process: str
    bits: int
    rows: int
    columns: int
    components: int


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
            return FrameHeader(PROCESSES[marker], content[0], rows, columns, content[5])
    return None


def sequential_scan_is_sound(data: bytes) -> bool:
    """True where the first scan of a sequential stream covers all 64 coefficients at once, as it must.

    A decoder that forgives other values decodes something, and nobody knows what.
    """
    for marker, content in segments(data):
        if marker == START_OF_SCAN and content:
            end = 1 + 2 * content[0]
            return content[end : end + 3] == b"\x00\x3f\x00"
    return False
