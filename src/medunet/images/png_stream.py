"""The chunks of a PNG (PNG specification, clause 5): those that make its pixels, each with its checksum verified.

Decoders look at a part of the checksums, take a picture with rows missing for whole, and stumble over colour profiles
and comments that say nothing about the pixels. So they are given the chunks that matter, and nothing else.
"""

from __future__ import annotations

import math
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

from medunet.errors import InputError

SIGNATURE = b"\x89PNG\r\n\x1a\n"
AGAIN = "Copy or export the file again"
PIXEL_CHUNKS = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")
"""What a decoder needs, in the order in which it stands in a file."""

_SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
"""Colour type to samples of a pixel."""

_PASSES = ((8, 8, 0, 0), (8, 8, 0, 4), (8, 4, 4, 0), (4, 4, 0, 2), (4, 2, 2, 0), (2, 2, 0, 1), (2, 1, 1, 0))
"""Adam7: steps of rows and columns, then the first row and column of each pass."""

_PIECE = 1 << 20
_SMALL = 1 << 20
"""A header or an EXIF block that claims more bytes than this is not read."""


@dataclass(frozen=True, slots=True)
class PngHeader:
    """What the chunks before the pixels say.

    Attributes:
        columns, rows: size as stored.
        depth: bits a sample.
        colour: colour type.
        interlaced: True where the pixels come in seven passes.
        exif: the EXIF block, or None.
        transparent: the samples of the one colour that stands for nothing, or None; one of another length is none.
        animated: True for a PNG of several pictures.
    """

    columns: int
    rows: int
    depth: int
    colour: int
    interlaced: bool
    exif: bytes | None
    transparent: tuple[int, ...] | None
    animated: bool

    @property
    def data_bytes(self) -> int:
        """Bytes that the inflated pixels have, the filter's byte of each row included."""
        bits = _SAMPLES[self.colour] * self.depth
        sizes = [(self.rows, self.columns)]
        if self.interlaced:
            sizes = [
                (math.ceil((self.rows - row) / down), math.ceil((self.columns - column) / along))
                for down, along, row, column in _PASSES
            ]
        return sum(rows * (1 + (columns * bits + 7) // 8) for rows, columns in sizes if rows > 0 and columns > 0)


def png_header(path: Path) -> PngHeader:
    """The header of a PNG; its pixels are skipped, not read.

    Raises:
        InputError: there is no sound header.
    """
    fields: tuple[int, ...] | None = None
    exif = clear = None
    animated = False
    with path.open("rb") as file:
        file.seek(len(SIGNATURE))
        while len(start := file.read(8)) == 8:
            length, name = struct.unpack(">I4s", start)
            if name in (b"IHDR", b"eXIf", b"tRNS") and length <= _SMALL:
                data = file.read(length)
                sound = file.read(4) == struct.pack(">I", zlib.crc32(name + data))
                if name == b"IHDR" and fields is not None:
                    raise InputError(path, "is damaged: it has two PNG headers", AGAIN)
                if name == b"IHDR" and sound and len(data) == 13:
                    fields = struct.unpack(">IIBBBBB", data)
                elif name == b"eXIf" and sound:
                    exif = data
                elif (
                    name == b"tRNS"
                    and sound
                    and fields
                    and fields[3] in (0, 2)
                    and len(data) == 2 * _SAMPLES[fields[3]]
                ):
                    clear = struct.unpack(f">{len(data) // 2}H", data)
            elif name == b"IEND":
                break
            else:
                animated = animated or name == b"acTL"
                file.seek(length + 4, 1)
    if fields is None or fields[3] not in _SAMPLES:
        raise InputError(path, "is damaged or cut off: it has no PNG header", AGAIN)
    return PngHeader(fields[0], fields[1], fields[2], fields[3], fields[6] == 1, exif, clear, animated)


def png_pixels(path: Path) -> bytes:
    """The file as a PNG of its pixel chunks alone.

    Raises:
        InputError: a chunk of these is damaged, or the file ends before its last one.
    """
    data = path.read_bytes()
    kept, at, colour = [SIGNATURE], len(SIGNATURE), -1
    while at + 12 <= len(data):
        length, name = struct.unpack(">I4s", data[at : at + 8])
        end = at + 12 + length
        if end > len(data):
            break
        if name in PIXEL_CHUNKS:
            content = memoryview(data)[at + 4 : end - 4]
            if struct.pack(">I", zlib.crc32(content)) != data[end - 4 : end]:
                raise InputError(path, f"is damaged: the checksum of its {name.decode()} part is wrong", AGAIN)
            if name == b"IHDR" and length == 13:
                colour = content[13]
            if name != b"tRNS" or colour == 3:  # of other colour types `png_header` has it
                kept.append(data[at:end])
        if name == b"IEND":
            return b"".join(kept)
        at = end
    raise InputError(path, "is damaged or cut off: its PNG data end too early", AGAIN)


def has_all_rows(png: bytes, header: PngHeader) -> bool:
    """Whether the pixels of a PNG, its chunks sound, inflate to as many bytes as its header asks for."""
    inflater, left = zlib.decompressobj(), header.data_bytes
    at = len(SIGNATURE)
    while at < len(png) and left > 0:
        length, name = struct.unpack(">I4s", png[at : at + 8])
        data = png[at + 8 : at + 8 + length] if name == b"IDAT" else b""
        while data and left > 0:
            left -= len(inflater.decompress(data, min(_PIECE, left)))
            data = inflater.unconsumed_tail
        at += 12 + length
    return left <= 0
