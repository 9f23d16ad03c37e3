"""The table of formats, and the three questions that any image file answers: image, stored values, grid."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from medunet.errors import InputError
from medunet.images import dicom, nifti, raster, tiff
from medunet.images.dicom_header import Patient
from medunet.images.grid import Grid
from medunet.images.image import Image
from medunet.images.opening import head_of
from medunet.images.pixels import Pixels


@dataclass(frozen=True, slots=True)
class Reader:
    """One format.

    Attributes:
        name: as messages call it.
        suffixes: usual endings of file names, for messages and file dialogues; content decides, not these.
        sniff: True where the first `HEAD_BYTES` bytes of a file are of this format.
        image: path to Image.
        pixels: path to the stored values of a mask.
        grid: path to geometry, without decoding pixels.
    """

    name: str
    suffixes: tuple[str, ...]
    sniff: Callable[[bytes], bool]
    image: Callable[[Path], Image]
    pixels: Callable[[Path], Pixels]
    grid: Callable[[Path], Grid]


READERS: tuple[Reader, ...] = (
    Reader("DICOM", (".dcm", ""), dicom.is_dicom, dicom.read_image, dicom.read_pixels, dicom.read_grid),
    Reader("PNG", (".png",), raster.is_png, raster.read_image, raster.read_pixels, raster.read_grid),
    Reader("JPEG", (".jpg", ".jpeg"), raster.is_jpeg, raster.read_image, raster.read_pixels, raster.read_grid),
    Reader("TIFF", (".tif", ".tiff"), tiff.is_tiff, tiff.read_image, tiff.read_pixels, tiff.read_grid),
    Reader("NIfTI", (".nii", ".nii.gz"), nifti.is_nifti, nifti.read_image, nifti.read_pixels, nifti.read_grid),
)
"""Asked in this order. DICOM comes first: its 128 free bytes at the start may look like anything, even like a TIFF."""


def read_image(path: str | Path) -> Image:
    """Read one film or volume.

    Args:
        path: a PNG, JPEG, TIFF, NIfTI or DICOM file; recognised by its content, whatever it is called.

    Returns:
        The image (channel, *space), bright is dense, with what the file says about its geometry and its making.

    Raises:
        InputError: it is no file, no image, damaged, too large, or of a kind that is not read.
    """
    path = Path(path)
    return _reader_for(path).image(path)


def read_pixels(path: str | Path) -> Pixels:
    """Read the stored values of a mask: grey values, colours or palette indices.

    Raises:
        InputError: as `read_image`, and values that can be no labels (fractions, negative numbers, NaN).
    """
    path = Path(path)
    return _reader_for(path).pixels(path)


def read_grid(path: str | Path) -> Grid:
    """Read the geometry only, the same as `read_image(path).grid`, without decoding pixels.

    Raises:
        InputError: as `read_image`, as far as the header shows it.
    """
    path = Path(path)
    return _reader_for(path).grid(path)


def read_patient(path: str | Path) -> Patient | None:
    """Who a film shows, where its file says it; None for files that do not, or that cannot be read.

    Everything else in this package hands over a pseudonym. Show what comes from here only to those who ask for it.
    """
    path = Path(path)
    try:
        return dicom.read_patient(path) if dicom.is_dicom(head_of(path)) else None
    except InputError:
        return None


def is_readable(path: str | Path) -> bool:
    """True where some reader claims the file by its content.

    Hidden files, the `._x` files that macOS leaves and the index DICOMDIR are no images. A claimed file may still turn
    out to be damaged or of a refused kind when it is read.
    """
    path = Path(path)
    if path.name.startswith(".") or path.name.upper() == "DICOMDIR":
        return False
    try:
        head = head_of(path)
    except InputError:
        return False
    return _claimant(head) is not None


def _claimant(head: bytes) -> Reader | None:
    """The reader that claims a file with these first bytes, or None."""
    return next((reader for reader in READERS if reader.sniff(head)), None)


def _reader_for(path: Path) -> Reader:
    """The reader that claims the file.

    Raises:
        InputError: none does; the message says what the content looks like.
    """
    head = head_of(path)
    reader = _claimant(head)
    if reader is not None:
        return reader
    names = ", ".join(entry.name for entry in READERS)
    raise InputError(
        path, f"is no image: it holds {_looks_like(head)}", f"Give a file of a format that is read: {names}"
    )


KNOWN: tuple[tuple[int, bytes, str], ...] = (
    (0, b"%PDF", "a PDF"),
    (0, b"PK\x03\x04", "a ZIP archive"),
    (0, b"\x1f\x8b", "gzipped data that is no NIfTI"),
    (0, b"BZh", "data compressed by bzip2"),
    (0, b"\xfd7zXZ", "data compressed by xz"),
    (0, b"GIF8", "a GIF"),
    (0, b"BM", "a bitmap (BMP)"),
    (8, b"WEBP", "a WebP picture"),
    (4, b"ftypavif", "an AVIF picture"),
    (4, b"ftyphei", "a HEIC picture"),
    (0, b"\x00\x00\x00\x0cjP  ", "a JPEG 2000 picture"),
    (0, b"\xff\x4f\xff\x51", "a JPEG 2000 picture"),
    (0, b"\xff\x0a", "a JPEG XL picture"),
    (0, b"\x00\x00\x00\x0cJXL ", "a JPEG XL picture"),
    (0, b"ObjectType", "a MetaImage (.mha, .mhd)"),
    (0, b"NRRD", "an NRRD"),
    (0, b"\x89HDF", "an HDF5 file"),
    (0, b"\x93NUMPY", "a NumPy array"),
    (0, b"MATLAB", "a MATLAB file"),
    (0, b"version https://git-lfs", "the pointer of a file that Git LFS has not fetched"),
    (0, b"<svg", "a drawing (SVG)"),
    (0, b"<!DOCTYPE html", "a web page"),
    (0, b"<html", "a web page"),
    (344, b"ni1\x00", "the header of a NIfTI in two files (.hdr, .img)"),
    (0, b"\x5c\x01\x00\x00", "the header of an Analyze image (.hdr, .img)"),
)
"""(place, bytes, what they are): formats that are not read, so that a refusal can name them."""


def _looks_like(head: bytes) -> str:
    """What unclaimed bytes seem to be, in words."""
    for place, mark, words in KNOWN:
        if head[place : place + len(mark)] == mark:
            return words
    if not any(head):
        return "nothing but zeros"
    try:
        text = head.decode("utf-8", errors="strict") if len(head) < 4096 else head[:4000].decode("utf-8")
    except UnicodeDecodeError:
        return "no image data that is known here"
    written = all(sign.isprintable() or sign in "\n\r\t\f" for sign in text)
    return "text" if written else "no image data that is known here"
