"""A DICOM file opened: is it one, is it an image, and its elements read within the limits.

pydicom reads whatever a file claims. So it is given a meter in place of the file, which counts what is asked of it, and
never inflates a deflated file by itself, which it would do at once and without bound.
"""

from __future__ import annotations

import io
import os
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Literal
from warnings import WarningMessage

from medunet.errors import InputError
from medunet.images.limits import MAX_ELEMENTS, MAX_HEADER_BYTES, MAX_INFLATED_BYTES, too_much
from medunet.images.opening import decoding, head_of

if TYPE_CHECKING:
    from pydicom.dataset import Dataset
    from pydicom.uid import UID

PREAMBLE_BYTES = 128
MARK = b"DICM"
META_START = b"\x02\x00"
AGAIN = "Copy or export the file again"

FIRST_ELEMENTS = (0x0000, 0x0001, 0x0005, 0x0008, 0x0012, 0x0014, 0x0016, 0x0018)
"""Elements of group 0008 that a data set may start with."""

PROGRAMS = (b"MZ", b"\x7fELF", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"\xca\xfe\xba\xbe", b"#!")
"""How programs for Windows, Linux and macOS and scripts begin."""

PIXELS = (0x7FE00008, 0x7FE00009, 0x7FE00010)
"""Tags of the elements that hold pixels: floats, doubles, integers."""

LONGEST_ELEMENT = 1 << 18
"""Bytes of an element of the header. A lookup table has half of them; a sequence or a list of numbers of some megabytes
takes pydicom minutes and gigabytes."""

PIXEL_GROUPS = (0x0028, 0x5200)
"""Groups of the elements that describe pixels: directly, and in functional groups."""

_ELEMENT_BYTES = 8
"""pydicom asks for the head of each element and each sequence item in one piece of this size."""

_PIECE = 1 << 20


Wanted = Literal["none", "native", "any"]
"""Which pixels to read with the header."""


class _DeflatedError(Exception):
    """pydicom has come to the deflated part of a file and asks for all the rest."""


@dataclass(frozen=True, eq=False)
class Elements:
    """What was read of a DICOM file.

    Attributes:
        dataset: the elements, with pixels where they were asked for.
        syntax: the transfer syntax of the pixels, empty where it is missing or unknown; deflated files come back
            inflated, as Explicit VR Little Endian.
        notes: what was odd about the file.
    """

    dataset: Dataset
    syntax: UID
    notes: tuple[str, ...]


def is_dicom(head: bytes) -> bool:
    """True where the first bytes carry DICOM's mark, or start as a DICOM file does whose first 132 bytes are gone."""
    return has_mark(head) or _starts_with_meta(head) or _starts_with_data(head)


def has_mark(head: bytes) -> bool:
    """True where DICM follows the preamble."""
    return head[PREAMBLE_BYTES : PREAMBLE_BYTES + 4] == MARK


def _starts_with_meta(head: bytes) -> bool:
    """True where the file meta group comes first."""
    return head[:2] == META_START and head[4:6] in (b"UL", b"OB", b"UI")


def _starts_with_data(head: bytes) -> bool:
    """True where a data set comes first: an element of group 0008 with a plausible length."""
    if len(head) < 64 or head[:2] != b"\x08\x00" or int.from_bytes(head[2:4], "little") not in FIRST_ELEMENTS:
        return False
    explicit = head[4:6] in (b"UL", b"CS", b"UI", b"DA", b"TM")
    return explicit or int.from_bytes(head[4:8], "little") <= 256


class Meter:
    """A file as pydicom reads it, with a count of elements and of bytes."""

    def __init__(self, stream: BinaryIO, size: int, path: Path) -> None:
        self._stream, self._size, self.path = stream, size, path
        self._elements = self._bytes = 0
        self.in_header = True
        self.fell_short = False

    def read(self, count: int = -1) -> bytes:
        """The next bytes; never asks the file for more than it has."""
        if count < 0:
            raise _DeflatedError
        if count == _ELEMENT_BYTES:
            self._elements += 1
            if self._elements > MAX_ELEMENTS.allowed:
                raise too_much(self.path, "has too many elements", MAX_ELEMENTS)
        left = max(0, self._size - self._stream.tell())
        # Short questions are heads of elements, and where those stop the file may simply end.
        self.fell_short |= self.in_header and left < count > _ELEMENT_BYTES
        count = min(count, left)
        self._bytes += count
        if self.in_header and self._bytes > MAX_HEADER_BYTES.allowed:
            raise too_much(self.path, "has a very long header", MAX_HEADER_BYTES)
        return self._stream.read(count)

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to a place in the file."""
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        """The place in the file."""
        return self._stream.tell()

    def close(self) -> None:
        """Left to whoever opened the file."""


def read_elements(path: Path, pixels: Wanted, caught: list[WarningMessage]) -> Elements:
    """Read the elements of an image.

    Args:
        path: a file that `is_dicom` claims.
        pixels: what to read behind the header: nothing, pixels that are not compressed, or any pixels.
        caught: warnings of the libraries since the file was opened; pydicom says there that a file ends too early.

    Raises:
        InputError: damaged, cut off, above a limit, or with the start of a program in front.
    """
    head = head_of(path)
    marked = has_mark(head)
    if marked and head.startswith(PROGRAMS):
        raise InputError(path, "carries the start of a program before its DICOM header", "Do not open it; export anew")
    try:
        with decoding(path, "DICOM"), open(path, "rb") as stream:
            meter = Meter(stream, os.fstat(stream.fileno()).st_size, path)
            try:
                dataset, syntax = _parsed(meter, not marked, pixels)
            except _DeflatedError:
                inflated = _inflated(stream, path)
                meter = Meter(io.BytesIO(inflated), len(inflated), path)
                dataset, syntax = _parsed_inflated(meter, pixels)
    except InputError as error:
        if isinstance(error.__cause__, RecursionError):
            raise InputError(path, "nests its sequences too deeply", "Export the file again") from error
        raise
    if meter.fell_short or _ended_early(caught):
        raise InputError(path, "is cut off: it ends within an element", AGAIN)
    return Elements(dataset, syntax, () if marked else ("the DICOM mark was missing at the start",))


def _parsed(meter: Meter, force: bool, pixels: Wanted) -> tuple[Dataset, UID]:
    """The elements of a file that is not deflated, and its transfer syntax."""
    from pydicom.filereader import read_partial
    from pydicom.uid import UID, ExplicitVRLittleEndian, ImplicitVRLittleEndian

    stream: Any = meter
    # The mark alone may be missing; what does not look like DICOM at all never comes here.
    dataset = read_partial(stream, _until_pixels(meter.path), force=force)
    _leave_out_long_ones(dataset, meter.path)
    implicit, little = dataset.original_encoding
    meta = dataset.file_meta
    syntax = meta.get("TransferSyntaxUID")
    if syntax is None and not len(meta) and little:
        syntax = ImplicitVRLittleEndian if implicit else ExplicitVRLittleEndian
    if not isinstance(syntax, UID) or not syntax.is_transfer_syntax:
        return dataset, UID("")
    if pixels == "any" or (pixels == "native" and not syntax.is_compressed):
        dataset.update(_pixels(meter, bool(implicit), bool(little), dataset))
    return dataset, syntax


def _parsed_inflated(meter: Meter, pixels: Wanted) -> tuple[Dataset, UID]:
    """The elements of the inflated part of a file."""
    from pydicom.dataset import FileMetaDataset
    from pydicom.filereader import read_dataset
    from pydicom.uid import ExplicitVRLittleEndian

    stream: Any = meter
    dataset = read_dataset(stream, False, True, stop_when=_until_pixels(meter.path))
    _leave_out_long_ones(dataset, meter.path)
    if pixels != "none":
        dataset.update(_pixels(meter, False, True, dataset))
    dataset.file_meta = FileMetaDataset()
    return dataset, ExplicitVRLittleEndian


def _until_pixels(path: Path) -> Callable[[int, str | None, int], bool]:
    """What stops pydicom at the pixels (tag, VR, length).

    Raises:
        InputError: an element that describes pixels is there twice; some programs take the first, others the last.
    """
    seen: set[int] = set()

    def stop(tag: int, _: str | None, length: int) -> bool:
        if tag >> 16 in PIXEL_GROUPS and length:  # of none, it may be that the first element is looked at twice
            if tag in seen:
                raise InputError(path, f"holds the element {_words(tag)} twice", AGAIN)
            seen.add(tag)
        return tag in PIXELS

    return stop


def _words(tag: int) -> str:
    """A tag as messages have it."""
    return f"({tag >> 16:04x},{tag & 0xFFFF:04x})"


def _leave_out_long_ones(dataset: Dataset, path: Path) -> None:
    """Take out the elements that would take long to understand.

    Raises:
        InputError: one of them says what the pixels mean: read without it, they would be others.
    """
    from pydicom.dataelem import RawDataElement

    for tag, element in list(dataset.items()):  # as they were read
        if isinstance(element, RawDataElement) and element.length > LONGEST_ELEMENT:
            if tag.group in PIXEL_GROUPS:
                what = f"has {element.length:,} bytes in the element {_words(tag)}, which is never so long"
                raise InputError(path, what, AGAIN)
            del dataset[tag]


def _pixels(meter: Meter, implicit: bool, little: bool, header: Dataset) -> Dataset:
    """The pixels and what follows them, from where the header ended.

    Elements of the header that come again behind them are passed over: what the header says is what has been read.

    Raises:
        InputError: there are pixels twice, or they are described behind them.
    """
    from pydicom.filereader import read_dataset

    stream: Any = meter
    found: list[int] = []

    def noted(tag: int, _: str | None, length: int) -> bool:
        if length:  # of none, it may be that the first element is looked at twice
            found.append(tag)
        return False

    meter.in_header = False
    dataset = read_dataset(stream, implicit, little, stop_when=noted)
    if any(found.count(tag) > 1 for tag in PIXELS):
        raise InputError(meter.path, "holds its pixels twice", "Export the one picture that is meant")
    for tag in [tag for tag in list(dataset.keys()) if tag < min(PIXELS)]:
        if tag.group in PIXEL_GROUPS and tag not in header:
            raise InputError(meter.path, f"holds the element {_words(tag)} behind its pixels", AGAIN)
        del dataset[tag]
    return dataset


def _inflated(stream: BinaryIO, path: Path) -> bytes:
    """The rest of a deflated file, inflated; first it is counted, so that a bomb never takes memory."""
    start, limit = stream.tell(), MAX_INFLATED_BYTES.allowed
    inflater, total = zlib.decompressobj(-zlib.MAX_WBITS), 0
    while not inflater.eof:
        piece = inflater.unconsumed_tail or stream.read(_PIECE)
        if not piece:
            raise InputError(path, "is cut off: its deflated part has no end", AGAIN)
        total += len(inflater.decompress(piece, _PIECE))
        if total > limit:
            raise too_much(path, "is deflated and inflates to more", MAX_INFLATED_BYTES)
    stream.seek(start)
    return zlib.decompressobj(-zlib.MAX_WBITS).decompress(stream.read(), total + 1)


def _ended_early(caught: Iterable[WarningMessage]) -> bool:
    """True where pydicom warned that the file ends within an element and went on with what it had."""
    return any("end of file" in str(warning.message).lower() for warning in caught)
