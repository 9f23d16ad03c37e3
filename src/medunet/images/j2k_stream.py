"""The main header of a JPEG 2000 codestream (ITU-T T.800, annex A), the same for HTJ2K: size, components, transform."""

from __future__ import annotations

import struct
from dataclasses import dataclass

START = b"\xff\x4f\xff\x51"
"""Start of codestream and the size marker, which follows at once."""

CODING_STYLE, START_OF_TILE = 0xFF52, 0xFF90


@dataclass(frozen=True, slots=True)
class Codestream:
    """What the main header says.

    Attributes:
        rows, columns: size.
        components: samples of a pixel.
        bits: precision of the first component.
        signed: True where it has negative values.
        transformed: True where decoding gives R, G, B, whatever the stored components are.
        irreversible: True where the wavelet loses something.
    """

    rows: int
    columns: int
    components: int
    bits: int
    signed: bool
    transformed: bool
    irreversible: bool


def codestream(data: bytes) -> Codestream | None:
    """The main header of a codestream, bare or within a JP2 file; None where there is none."""
    at = data.find(START)
    if at < 0 or len(data) < at + 44:
        return None
    right, low, left, top = struct.unpack(">4I", data[at + 8 : at + 24])
    components, precision = struct.unpack(">HB", data[at + 40 : at + 43])
    bits, signed = (precision & 0x7F) + 1, bool(precision & 0x80)
    return Codestream(low - top, right - left, components, bits, signed, *_coding_style(data, at + 2))


def _coding_style(data: bytes, at: int) -> tuple[bool, bool]:
    """Whether a coding style among the markers from `at` on has a transform of components, and irreversible waves."""
    while at + 10 <= len(data):
        marker, length = struct.unpack(">HH", data[at : at + 4])
        if marker == CODING_STYLE:
            return data[at + 8] == 1, data[at + 13 : at + 14] == b"\0"
        if marker == START_OF_TILE or marker < 0xFF00 or length < 2:
            break
        at += 2 + length
    return False, False
