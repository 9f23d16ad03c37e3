"""TIFF, by tifffile; by Pillow where tifffile lacks the compression (LZW, JPEG) and Pillow changes no value.

A plain one (see `tiff_header`) is read here, any other in a process apart.

Resolution tags speak of print, not of the patient, so the spacing is None.
"""

from __future__ import annotations

import logging
import math
import re
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from medunet.errors import InputError
from medunet.images.apart import decode_apart
from medunet.images.grid import Grid
from medunet.images.image import Image
from medunet.images.jpeg_whole import decode, fault_of
from medunet.images.limits import check_shape
from medunet.images.opening import decoding, warnings_kept
from medunet.images.parcel import Parcel
from medunet.images.picture import Picture, orientation_note, upright, upright_shape
from medunet.images.pixels import Pixels
from medunet.images.tiff_header import is_plain

if TYPE_CHECKING:
    from tifffile import TiffPage

SIGNATURES = (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")
"""Little and big endian, TIFF and BigTIFF."""

PHOTOMETRIC, JPEG_TABLES, METAMORPH_PLANES = 262, 347, 33629
BYTE_COUNTS = (279, 325)
"""Tags that are asked for by their number."""

MINISWHITE, MINISBLACK, RGB, PALETTE = 0, 1, 2, 3
"""Photometric interpretations that are read (TIFF 6.0, tag 262)."""

ALPHA = ((1,), (2,))
"""Meanings of a further sample (tag 338): alpha, that the colours were multiplied by or not."""

UNCOMPRESSED = 1
PLANES = 2
"""Planar configuration in which the samples of a pixel lie apart, one plane after the other."""

BY_TIFFFILE = (UNCOMPRESSED, 8, 32773, 32946)
"""Compressions that tifffile decodes alone: none, Deflate (two numbers), PackBits."""

DEFLATE = (8, 32946)

JPEG = 7
BY_PILLOW = {5: "LZW", JPEG: "JPEG"}
"""Compressions that Pillow's libtiff decodes."""

PILLOW_MODES = ("1", "L", "LA", "P", "RGB", "RGBA", "I;16", "I;16B")
"""Pillow's modes in which it holds the stored values unchanged."""

MORE = "holds more pixels than its header describes"
_MOST_FILLING = 1 << 16
"""Bytes behind the pixels that are looked at."""

SAMPLE_BITS = (1, 8, 16, 32, 64)

PIXEL_TAGS = frozenset(
    {256, 257, 258, 259, 262, 266, 273, 274, 277, 278, 279, 284, 317, 320, 322, 323, 324, 325, 338, 339}
)
"""Tags that say how samples become pixels. tifffile goes on without a damaged one, which would change values."""

_complaints: ContextVar[list[str] | None] = ContextVar("_complaints", default=None)


def is_tiff(head: bytes) -> bool:
    """True where the first bytes are a TIFF's."""
    return head.startswith(SIGNATURES)


def read_image(path: Path) -> Image:
    """The picture as an Image, see `Picture.to_image`."""
    return _decode(path).to_image(path)


def read_pixels(path: Path) -> Pixels:
    """The picture's stored values, see `Picture.to_pixels`; MINISWHITE is inverted here as well."""
    return _decode(path).to_pixels(path)


def read_grid(path: Path) -> Grid:
    """The upright picture's grid, from the header alone."""
    if not is_plain(path):
        rows, columns = decode_apart("tiff size", path).words["size"]
        return Grid((int(rows), int(columns)))
    return Grid(_size(path))


def _size(path: Path) -> tuple[int, int]:
    """The upright picture's (row, column) shape."""
    with _page(path) as (page, _):
        return upright_shape(page.imagelength, page.imagewidth, _orientation(page))


def size_here(path: Path) -> Parcel:
    """The upright picture's shape as the word "size", read in this process, which is the worker."""
    return Parcel({"size": _size(path)})


def decode_here(path: Path) -> Parcel:
    """The Picture as a parcel, decoded in this process, which is the worker."""
    return _decoded(path).to_parcel()


def _decode(path: Path) -> Picture:
    """Decode a TIFF of one page into an upright Picture, here or apart."""
    return _decoded(path) if is_plain(path) else Picture.of_parcel(decode_apart("tiff", path))


def _decoded(path: Path) -> Picture:
    """Decode a TIFF of one page into an upright Picture."""
    with _page(path) as (page, size):
        _check_whole(page, size, path)
        photometric, orientation = int(page.photometric), _orientation(page)
        array = _samples(page, path)
        palette = _palette(page) if photometric == PALETTE else None
        lossy = int(page.compression) == JPEG
        bits, meanings = int(page.bitspersample), tuple(int(one) for one in page.extrasamples or ())
    notes = orientation_note(orientation)
    array, alpha = _without_alpha(array, photometric, meanings, path)
    if array.dtype == np.bool_:
        array = array.astype(np.uint8)
    if photometric == MINISWHITE:
        array, notes = _inverted(array, bits, path), (*notes, "MINISWHITE inverted")
    if palette is not None and int(array.max()) >= len(palette):
        raise InputError(path, f"holds index {int(array.max())}, but its palette has {len(palette)} colours",
                         "Export it again")  # fmt: skip
    return Picture(array, palette, alpha, lossy, notes)


@contextmanager
def _page(path: Path) -> Iterator[tuple[TiffPage, int]]:
    """Open a TIFF of one page, its claims checked, with the file's size in bytes."""
    from tifffile import TiffFile

    complaints: list[str] = []
    token = _complaints.set(complaints)
    try:
        with decoding(path, "TIFF"), TiffFile(path) as file:
            top: list[Any] = list(file.pages)
            below = [one for page in top for one in page.pages or () if not one.is_reduced]
            pages = [*([page for page in top if not page.is_reduced] or top), *below]
            tags = {int(number) for text in complaints for number in re.findall(r"TiffTag (\d+)", text)} & PIXEL_TAGS
            if tags:
                raise InputError(
                    path, f"is damaged: TIFF tag {min(tags)} cannot be read", "Copy or export the file again"
                )
            page = _single_page(pages, path)
            yield page, int(file.filehandle.size)
    finally:
        _complaints.reset(token)


def _keep_complaint(record: logging.LogRecord) -> bool:
    """Keep what tifffile logs while a file is read here, and off the terminal; other users of it see no change."""
    complaints = _complaints.get()
    if complaints is None:
        return True
    complaints.append(record.getMessage())
    return False


logging.getLogger("tifffile").addFilter(_keep_complaint)


def _single_page(pages: Sequence[Any], path: Path) -> TiffPage:
    """The one page of a TIFF, its claims checked; `pages` are those on top and below, without smaller copies."""
    count = _planes(pages[0]) if len(pages) == 1 else len(pages)
    if count != 1:
        raise InputError(path, f"is a TIFF of {count} pages", "Export each page as a file of its own")
    page: TiffPage = pages[0]
    if page.imagedepth != 1:
        raise InputError(path, "is a TIFF with a depth", "Export each slice as a file of its own")
    if page.tags.get(PHOTOMETRIC) is None:
        raise InputError(path, "does not say whether its 0 is black or white", "Export it in grey, RGB or palette")
    if page.photometric is None or int(page.photometric) not in (MINISWHITE, MINISBLACK, RGB, PALETTE):
        kind = getattr(page.photometric, "name", "unknown")
        if int(page.compression) not in BY_PILLOW:
            raise InputError(path, f"has the colours {kind}, which are not read", "Export it in grey, RGB or palette")
    bits = page.bitspersample
    if not isinstance(bits, int) or bits not in SAMPLE_BITS or page.dtype is None or page.dtype.kind not in "biuf":
        raise InputError(path, f"holds samples of {bits} bits, which are not read", "Export it with 8, 16 or 32 bits")
    if int(page.predictor) not in (1, 2):
        raise InputError(path, "is compressed with a predictor for floats, which is not read", "Export it uncompressed")
    check_shape(path, (page.imagelength, page.imagewidth), page.samplesperpixel * max(1, bits // 8))
    return page


def _planes(page: Any) -> int:
    """Pictures that one page stands for: microscopes and ImageJ describe the first of a stack and count the others."""
    if (stack := page.tags.get(METAMORPH_PLANES)) is not None:
        return int(stack.count)
    words = page.description
    if words.startswith("ImageJ=") and (found := re.search(r"^images=(\d{1,9})\s*$", words, re.MULTILINE)):
        return int(found[1])
    if (
        words.startswith("{")
        and '"truncated": true' in words
        and (found := re.match(r'{"shape": \[([\d, ]+)\]', words))
    ):
        return int(math.prod(int(one) for one in found[1].split(",")) // math.prod(page.shape))
    return 1


def _check_whole(page: TiffPage, size: int, path: Path) -> None:
    """Refuse a page with bytes missing: tifffile would fill them with zeros."""
    starts, counts = page.dataoffsets, page.databytecounts
    segments = int(np.prod(page.chunked))
    missing = len(starts) < segments or len(counts) < segments or not all(starts) or not all(counts)
    if missing or any(start + count > size for start, count in zip(starts, counts, strict=False)):
        raise InputError(path, "is cut off: bytes of its pixels are missing", "Copy or export the file again")
    every = [page.tags[tag].value for tag in BYTE_COUNTS if tag in page.tags]  # tifffile keeps as many as it needs
    if any(np.any(np.atleast_1d(one)[segments:]) for one in every):
        raise InputError(path, MORE, "Copy or export the file again")
    expected = (page.imagelength * page.imagewidth * page.samplesperpixel * int(page.bitspersample) + 7) // 8
    if int(page.compression) != UNCOMPRESSED:
        return
    if sum(counts) < expected:
        raise InputError(
            path, f"is cut off: {sum(counts)} of {expected} bytes are there", "Copy or export the file again"
        )
    _check_nothing_left(page, path)


def _check_nothing_left(page: TiffPage, path: Path) -> None:
    """Refuse an uncompressed page with more pixels than it describes: tifffile would drop them.

    Some programs fill up with zeros; a row or more of anything else belongs to a picture of another size.
    """
    wide, high = _segment_size(page)
    samples = 1 if page.planarconfig is not None and int(page.planarconfig) == PLANES else page.samplesperpixel
    row = (wide * samples * int(page.bitspersample) + 7) // 8
    handle = page.parent.filehandle
    for start, count in zip(page.dataoffsets, page.databytecounts, strict=False):
        if count >= row * (high + 1):
            handle.seek(start + row * high)
            if handle.read(min(count - row * high, _MOST_FILLING)).strip(b"\0"):
                raise InputError(path, MORE, "Copy or export the file again")


def _segment_size(page: TiffPage) -> tuple[int, int]:
    """Columns and rows of a strip or tile."""
    return page.tilewidth or page.imagewidth, page.tilelength or min(page.rowsperstrip, page.imagelength)


def _samples(page: TiffPage, path: Path) -> NDArray[Any]:
    """The page upright, values as stored: (row, column) or (row, column, sample)."""
    compression = int(page.compression)
    if compression in BY_PILLOW:
        return _by_pillow(page, path)
    if compression not in BY_TIFFFILE:
        name = getattr(page.compression, "name", str(compression))
        raise InputError(path, f"is compressed by {name}, which is not read", "Export it uncompressed or with LZW")
    if compression in DEFLATE:
        _check_inflated(page, path)
    array = np.asarray(page.asarray())
    if page.samplesperpixel > 1 and page.planarconfig is not None and int(page.planarconfig) == PLANES:
        array = np.moveaxis(array.reshape((page.samplesperpixel, *page.shape[-2:])), 0, -1)
    return upright(array, _orientation(page))


def _check_inflated(page: TiffPage, path: Path) -> None:
    """Refuse a page whose strips or tiles inflate to more than they should hold; tifffile inflates without bound."""
    wide, high = _segment_size(page)
    expected = wide * high * page.samplesperpixel * max(1, int(page.bitspersample) // 8)
    handle = page.parent.filehandle
    for start, count in zip(page.dataoffsets, page.databytecounts, strict=False):
        handle.seek(start)
        inflater = zlib.decompressobj()
        if len(inflater.decompress(handle.read(count), expected + 1)) > expected:
            raise InputError(path, "inflates to more than its header says", "Export the file again")


def _refuse_halves(page: TiffPage, path: Path) -> None:
    """Refuse a page of which a strip or tile in JPEG is not whole."""
    tables = page.tags.get(JPEG_TABLES)
    handle = page.parent.filehandle
    for start, count in zip(page.dataoffsets, page.databytecounts, strict=False):
        handle.seek(start)
        data = handle.read(count)
        if tables is not None:  # what all strips share stands once, as a stream of its own
            data = bytes(tables.value)[:-2] + data[2:]
        if fault := fault_of(data, decode(data)):
            raise InputError(path, fault, "Copy or export the file again")


def _by_pillow(page: TiffPage, path: Path) -> NDArray[Any]:
    """The page decoded by Pillow, which turns it upright itself; values as stored."""
    from PIL import Image as Pillow

    if int(page.compression) == JPEG:
        _refuse_halves(page, path)
    with warnings_kept():
        picture = Pillow.open(path, formats=("TIFF",))
    with picture:
        with decoding(path, "TIFF"):
            picture.seek(page.index)  # a smaller copy may stand before it
        bits = int(page.bitspersample)
        changed = (page.samplesperpixel > 1 and bits != 8) or page.dtype is None or page.dtype.kind == "i"
        if changed or picture.mode not in PILLOW_MODES or bits not in (1, 8, 16):
            name = BY_PILLOW[int(page.compression)]
            raise InputError(path, f"holds {page.dtype} samples compressed by {name}, which are not read",
                             "Export it uncompressed")  # fmt: skip
        array = np.asarray(picture)
    # Pillow inverts MINISWHITE up to 8 bits and says nothing; here everything is inverted in one place.
    return ~array if int(page.photometric) == MINISWHITE and bits <= 8 else array


def _without_alpha(
    array: NDArray[Any], photometric: int, meanings: tuple[int, ...], path: Path
) -> tuple[NDArray[Any], NDArray[Any] | None]:
    """Split grey or RGB from its alpha channel; other numbers of samples have no known meaning."""
    samples = 1 if array.ndim == 2 else array.shape[2]
    colours = 3 if photometric not in (MINISWHITE, MINISBLACK, PALETTE) else 1
    if array.ndim not in (2, 3) or samples not in (colours, colours + 1):
        raise InputError(path, f"has {samples} samples a pixel, which is neither grey nor RGB",
                         "Export it in grey or RGB")  # fmt: skip
    if samples == colours:
        return (array[..., 0] if array.ndim == 3 and colours == 1 else array), None
    if array.dtype.kind != "u":
        raise InputError(path, f"has an alpha channel of type {array.dtype}", "Export it without alpha channel")
    # A further channel that is not called alpha may be anything; where it says "opaque" everywhere it is no matter.
    if meanings[:1] not in ALPHA and not (array[..., -1] == np.iinfo(array.dtype).max).all():
        raise InputError(path, "has a further channel whose meaning it does not say", "Export it in grey or RGB")
    return (array[..., 0] if colours == 1 else array[..., :3]), array[..., -1]


def _inverted(array: NDArray[Any], bits: int, path: Path) -> NDArray[Any]:
    """A MINISWHITE picture as bright-is-dense, about the range of its stored bits."""
    if array.dtype.kind != "u":
        raise InputError(path, f"is MINISWHITE with values of type {array.dtype}, whose white is unknown",
                         "Export it as MINISBLACK")  # fmt: skip
    return np.asarray(array.dtype.type(2**bits - 1) - array)


def _palette(page: TiffPage) -> NDArray[np.uint8]:
    """Colours (n, 3) of a palette page; TIFF keeps them as (3, n) with 16 bits."""
    colours = np.asarray(page.colormap).T
    return np.ascontiguousarray(colours >> 8 if int(colours.max()) > 255 else colours).astype(np.uint8)


def _orientation(page: TiffPage) -> int:
    """The page's orientation tag, 1 to 8."""
    tag = page.tags.get(274)
    value = 1 if tag is None else int(tag.value)
    return value if 1 <= value <= 8 else 1
