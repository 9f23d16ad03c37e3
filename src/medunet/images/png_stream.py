"""The chunks of a PNG (PNG specification, clause 5): those that make its pixels, each with its checksum verified.

Decoders look at a part of the checksums, take a picture with rows missing for whole, drop rows too many, and stumble
over colour profiles and comments that say nothing about the pixels. So they are given the chunks that matter, with as
many pixels as the header says, and nothing else.
"""

from __future__ import annotations

import math
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

from medunet.errors import InputError
from medunet.images.opening import decoding

SIGNATURE = b"\x89PNG\r\n\x1a\n"
AGAIN = "Copy or export the file again"
PIXEL_CHUNKS = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")
"""What a decoder needs, in the order in which it stands in a file."""

_CRITICAL = 0x20
"""The bit of a chunk's first letter that is not set where pixels cannot be understood without the chunk."""

_SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
"""Colour type to samples of a pixel."""

_PASSES = ((8, 8, 0, 0), (8, 8, 0, 4), (8, 4, 4, 0), (4, 4, 0, 2), (4, 2, 2, 0), (2, 2, 0, 1), (2, 1, 1, 0))
"""Adam7: steps of rows and columns, then the first row and column of each pass."""

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
        sizes = [(self.rows, self.columns)]
        if self.interlaced:
            sizes = [
                (math.ceil((self.rows - row) / down), math.ceil((self.columns - column) / along))
                for down, along, row, column in _PASSES
            ]
        return sum(rows * self.row_bytes(columns) for rows, columns in sizes if rows > 0 and columns > 0)

    def row_bytes(self, columns: int) -> int:
        """Bytes that an inflated row of so many pixels has, its filter's byte included."""
        return 1 + (columns * _SAMPLES[self.colour] * self.depth + 7) // 8


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
    if fields is None or fields[3] not in _SAMPLES or any(fields[4:6]):  # there is one way to compress and to filter
        raise InputError(path, "is damaged or cut off: it has no PNG header", AGAIN)
    return PngHeader(fields[0], fields[1], fields[2], fields[3], fields[6] == 1, exif, clear, animated)


def png_pixels(path: Path, header: PngHeader) -> bytes:
    """The file as a PNG of its pixel chunks alone, its pixels no longer compressed.

    Raises:
        InputError: a chunk of these is damaged or of an unknown kind, the file ends before its last one, its pixels are
            not as many as its header says, or another PNG follows.
    """
    data = path.read_bytes()
    kept, pixels, at = [SIGNATURE], [], len(SIGNATURE)
    while at + 12 <= len(data):
        length, name = struct.unpack(">I4s", data[at : at + 8])
        end = at + 12 + length
        if end > len(data):
            break
        if name in PIXEL_CHUNKS:
            content = memoryview(data)[at + 4 : end - 4]
            if struct.pack(">I", zlib.crc32(content)) != data[end - 4 : end]:
                raise InputError(path, f"is damaged: the checksum of its {name.decode()} part is wrong", AGAIN)
            if name == b"IDAT":
                pixels.append(content[4:])
            elif name in (b"IHDR", b"PLTE") or (name == b"tRNS" and header.colour == 3):  # `png_header` has others
                kept += [] if pixels else [data[at:end]]
        elif not name[0] & _CRITICAL:
            raise InputError(path, "holds a PNG part of an unknown kind, without which it cannot be understood", AGAIN)
        if name == b"IEND":
            if data.startswith(SIGNATURE, end):
                raise InputError(path, "holds several PNG pictures", "Export the one picture that is meant")
            inflated = _inflated(pixels, header, path)
            return b"".join([*kept, _chunk(b"IDAT", zlib.compress(inflated, 0)), _chunk(b"IEND", b"")])
        at = end
    raise InputError(path, "is damaged or cut off: its PNG data end too early", AGAIN)


def _inflated(parts: list[memoryview], header: PngHeader, path: Path) -> bytes:
    """The inflated pixels, as many bytes as the header asks for; some encoders leave less than a row behind them."""
    wanted, row = header.data_bytes, header.row_bytes(header.columns)
    inflater, pieces, left = zlib.decompressobj(), [b""], wanted + row
    with decoding(path, "PNG"):
        for part in parts:
            if left:  # 0 would be no bound
                pieces.append(inflater.decompress(part, left))
                left -= len(pieces[-1])
    if not left:
        raise InputError(path, "holds more pixels than its header describes", AGAIN)
    if left > row:
        raise InputError(path, "is cut off: it ends before its last pixel", AGAIN)
    return b"".join(pieces)[:wanted]


def _chunk(name: bytes, content: bytes) -> bytes:
    """A chunk with its length and checksum."""
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(content, zlib.crc32(name)))
