"""PNG and JPEG, by Pillow. Neither says how large a pixel is on the patient, so their spacing is None.

Pillow hands 16-bit colour over as 8-bit colour and says nothing; the PNG header is read here to refuse that.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow
from PIL import ImageFile, JpegImagePlugin, PngImagePlugin

from medunet.errors import InputError
from medunet.images.apart import decode_apart
from medunet.images.grid import Grid
from medunet.images.image import Image
from medunet.images.jpeg_stream import frame_header, further_pictures
from medunet.images.jpeg_whole import fault_of
from medunet.images.limits import check_shape
from medunet.images.opening import decoding, head_of, warnings_kept
from medunet.images.parcel import Parcel
from medunet.images.picture import Picture, orientation_note, upright, upright_shape
from medunet.images.pixels import Pixels
from medunet.images.png_stream import SIGNATURE, PngHeader, png_header, png_pixels

JPEG_SIGNATURE = b"\xff\xd8\xff"
ORIENTATION_TAG = 0x0112

GREY, COLOUR, PALETTE = 0, 2, 3
"""Colour types of a PNG (PNG specification, 11.2.2); 4 and 6 are grey and colour with alpha."""

_JPEG_HEAD = 1 << 22
"""Bytes of a JPEG in which its header must stand, behind thumbnails and colour profiles."""


@dataclass(frozen=True, slots=True)
class Header:
    """What the first bytes of a picture say.

    Attributes:
        columns, rows: size as stored, before it is turned upright.
        depth: bits a sample.
        colour: a PNG's colour type, or None for a JPEG.
        orientation: EXIF orientation, 1 to 8.
        png: what a PNG says beyond that, or None for a JPEG.
        plain: False for a JPEG that takes many passes over its pixels, which a hostile one can make endless.
    """

    columns: int
    rows: int
    depth: int
    colour: int | None
    orientation: int
    png: PngHeader | None = None
    plain: bool = True


def is_png(head: bytes) -> bool:
    """True where the first bytes are a PNG's."""
    return head.startswith(SIGNATURE)


def is_jpeg(head: bytes) -> bool:
    """True where the first bytes are a JPEG's."""
    return head.startswith(JPEG_SIGNATURE)


def read_image(path: Path) -> Image:
    """The picture as an Image, see `Picture.to_image`."""
    return _decode(path).to_image(path)


def read_pixels(path: Path) -> Pixels:
    """The picture's stored values, see `Picture.to_pixels`."""
    return _decode(path).to_pixels(path)


def read_grid(path: Path) -> Grid:
    """The upright picture's grid, from the header alone."""
    header = _header(path)
    return Grid(upright_shape(header.rows, header.columns, header.orientation))


def decode_here(path: Path) -> Parcel:
    """The Picture as a parcel, decoded in this process, which is the worker."""
    return _decoded(path, _header(path)).to_parcel()


def _decode(path: Path) -> Picture:
    """Decode a PNG or JPEG into an upright Picture: PNG and baseline JPEG here, other JPEG apart."""
    header = _header(path)
    return _decoded(path, header) if header.plain else Picture.of_parcel(decode_apart("jpeg", path))


def _decoded(path: Path, header: Header) -> Picture:
    """Decode a PNG or JPEG into an upright Picture."""
    with _opened(path, header) as picture:
        with decoding(path, picture.format or "picture"):
            picture.load()
            array = np.asarray(picture)
            notes = orientation_note(header.orientation)
            if header.png is None:
                notes = (*notes, *_looked_through(path, array))
        table = picture.info.get("transparency")
        palette = _palette(picture, array, path)
    if array.dtype == np.bool_:
        array = array.astype(np.uint8)
    elif array.dtype == np.int32:  # older Pillow: 16-bit grey as 32-bit integers
        array = array.astype(np.uint16)
    elif header.colour == GREY and header.depth in (2, 4):
        # Pillow stretches 2 and 4 bits to 0..255; a mask needs the values that were stored.
        array = array // np.uint8(255 // (2**header.depth - 1))
    alpha = _alpha(array, header, table)
    if array.ndim == 3 and array.shape[2] in (2, 4):
        array = array[..., 0] if array.shape[2] == 2 else array[..., :3]
    if alpha is not None:
        alpha = upright(alpha, header.orientation)
    return Picture(upright(array, header.orientation), palette, alpha, header.png is None, notes)


def _looked_through(path: Path, array: NDArray[Any]) -> tuple[str, ...]:
    """Notes on a JPEG; one whose pixels (as stored) are not all its own, or of several pictures, is refused.

    Decoders fill what is missing with grey, and take the first picture of several, and say nothing. Cameras put smaller
    copies behind a picture: what has less than half of its pixels is taken for one.
    """
    data = path.read_bytes()
    if fault := fault_of(data, array):
        raise InputError(path, fault, "Copy or export the file again")
    others = list(further_pictures(data))
    if any(2 * other.rows * other.columns >= array.shape[0] * array.shape[1] for other in others):
        raise InputError(path, f"is a JPEG of {1 + len(others)} pictures", "Export the one picture that is meant")
    return ("a smaller picture behind the first not used",) if others else ()


def _alpha(
    array: NDArray[Any], header: Header, table: bytes | tuple[int, ...] | int | None
) -> NDArray[np.unsignedinteger] | None:
    """Alpha (row, column) of a decoded picture: a channel, a palette's table or one colour that stands for nothing."""
    if array.ndim == 3 and array.shape[2] in (2, 4):
        return np.asarray(array[..., -1])
    if header.colour == PALETTE and table is not None:
        alpha = np.full(256, 255, dtype=np.uint8)
        if isinstance(table, bytes):
            alpha[: len(table)] = np.frombuffer(table[:256], dtype=np.uint8)
        else:  # Pillow's word for a table of which one entry alone is transparent
            alpha[table] = 0
        return np.asarray(alpha[array])
    if header.png is None or header.png.transparent is None:
        return None
    clear = array == np.asarray(header.png.transparent)
    if clear.ndim == 3:
        clear = clear.all(axis=2)
    return np.where(clear, 0, 255).astype(np.uint8)


def _palette(picture: Pillow.Image, array: NDArray[Any], path: Path) -> NDArray[np.uint8] | None:
    """Colours (n, 3) of a palette picture, or None for any other."""
    if picture.mode != "P":
        return None
    table = np.array(picture.getpalette("RGB"), dtype=np.uint8).reshape(-1, 3)
    if int(array.max()) >= len(table):
        raise InputError(
            path, f"holds index {int(array.max())}, but its palette has {len(table)} colours", "Export it again"
        )
    return table


@contextmanager
def _opened(path: Path, header: Header | None) -> Iterator[ImageFile.ImageFile]:
    """Open a PNG, whose header is known, or a JPEG with Pillow; its warnings are kept off the terminal."""
    with decoding(path, "picture"), warnings_kept():
        # Not by Pillow.open: its own fixed limit would stand beside the one that a user can raise.
        picture: ImageFile.ImageFile
        if header is not None and header.png is not None:
            picture = PngImagePlugin.PngImageFile(io.BytesIO(png_pixels(path, header.png)))
        else:
            picture = JpegImagePlugin.JpegImageFile(path)
    with picture:
        yield picture


def _header(path: Path) -> Header:
    """Read, check and return the header of a PNG or JPEG."""
    header = _png_header(path) if is_png(head_of(path)) else _jpeg_header(path)
    check_shape(path, (header.rows, header.columns), 8)
    if header.png is not None and header.png.animated:
        raise InputError(path, "is an animated PNG of several pictures", "Export the one picture that is meant")
    if header.depth == 16 and header.colour != GREY:
        raise InputError(
            path,
            "is a 16-bit PNG with colour or alpha channels, which cannot be read without loss",
            "Export it as 16-bit grey PNG or as TIFF",
        )
    return header


def _png_header(path: Path) -> Header:
    """Size, depth, colour type and orientation of a PNG, from its chunks; pixels are skipped, not read."""
    with decoding(path, "PNG"):
        png = png_header(path)
    orientation = 1 if png.exif is None else _orientation(png.exif)
    return Header(png.columns, png.rows, png.depth, png.colour, orientation, png)


def _jpeg_header(path: Path) -> Header:
    """Size and orientation of a JPEG."""
    with decoding(path, "JPEG"), open(path, "rb") as file:
        found = frame_header(file.read(_JPEG_HEAD))
    if found is None:
        raise InputError(path, "is damaged or cut off: it has no JPEG header", "Copy or export the file again")
    if found.process not in ("baseline", "extended sequential", "progressive") or found.bits != 8:
        what = f"is a JPEG of {found.bits} bits with the process `{found.process}`, which is not read"
        raise InputError(path, what, "Export it as PNG, or as JPEG of 8 bits")
    check_shape(path, (found.rows, found.columns), 4)
    with _opened(path, None) as picture:
        if picture.mode not in ("L", "RGB"):
            raise InputError(path, f"is a {picture.mode} JPEG for print", "Export it in grey or RGB")
        with decoding(path, "JPEG"), warnings_kept():
            orientation = picture.getexif().get(ORIENTATION_TAG, 1)
        plain = found.process != "progressive"
        return Header(picture.width, picture.height, 8, None, _valid_orientation(orientation), plain=plain)


def _orientation(exif: bytes) -> int:
    """The orientation in an EXIF block; 1 where it has none or cannot be read."""
    block = Pillow.Exif()
    try:
        with warnings_kept():
            block.load(exif)
            return _valid_orientation(block.get(ORIENTATION_TAG, 1))
    except Exception:  # a broken EXIF block says nothing about the pixels
        return 1


def _valid_orientation(value: object) -> int:
    """`value` where it is 1 to 8, else 1."""
    return value if isinstance(value, int) and 1 <= value <= 8 else 1
