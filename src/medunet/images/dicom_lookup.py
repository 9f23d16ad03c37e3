"""Lookup tables of a DICOM header: of the modality (PS3.3 C.11.1) and of a palette (C.7.6.3.1.5 and 6).

They are applied here because pydicom's functions count positions in the type of the pixels or of the colours, where
they may overflow, and read the colours of a big-endian file in the order of the machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from medunet.errors import InputError
from medunet.images.opening import decoding

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

AGAIN = "Export the file again"
COLOURS = ("Red", "Green", "Blue")


@dataclass(frozen=True, eq=False)
class Lookup:
    """A table from stored values to others.

    Attributes:
        first: the stored value of the first entry; those below it get the first entry.
        entries: uint8 or uint16; stored values beyond the last one get the last entry.
        bits: that an entry may have.
    """

    first: int
    entries: NDArray[np.unsignedinteger]
    bits: int

    def of(self, stored: NDArray[Any]) -> NDArray[np.unsignedinteger]:
        """The entries of stored values (*space) of any integer type."""
        # int64 holds the difference of any two 32-bit numbers.
        place = np.clip(stored.astype(np.int64) - self.first, 0, len(self.entries) - 1)
        return np.asarray(self.entries[place])


def modality_lookup(dataset: Dataset, signed: bool, little: bool, path: Path) -> Lookup | None:
    """The modality LUT of a header, or None where it has none.

    Args:
        dataset: the header.
        signed: whether the pixels are; the first stored value is written as they are.
        little: the byte order of the file.
        path: the file, for messages.

    Raises:
        InputError: the table is not what its descriptor says.
    """
    with decoding(path, "modality LUT"):
        items = dataset.get("ModalityLUTSequence") or []
        if not len(items):
            return None
        if len(items) > 1:
            raise InputError(path, f"has {len(items)} modality LUTs, of which one can be meant", AGAIN)
        descriptor, data = items[0].get("LUTDescriptor"), items[0].get("LUTData")
        return _lookup(descriptor, data, signed, little, path, "modality LUT")


def palette_lookups(dataset: Dataset, signed: bool, little: bool, path: Path) -> tuple[Lookup, Lookup, Lookup]:
    """The tables of red, green and blue; arguments and faults are those of `modality_lookup`."""
    with decoding(path, "palette"):
        if "RedPaletteColorLookupTableDescriptor" not in dataset:
            raise InputError(path, "has palette colours and no palette", AGAIN)
        segmented = (
            "RedPaletteColorLookupTableData" not in dataset and "SegmentedRedPaletteColorLookupTableData" in dataset
        )
        tables = []
        for colour in COLOURS:
            descriptor = dataset.get(f"{colour}PaletteColorLookupTableDescriptor")
            data = dataset.get(f"{'Segmented' if segmented else ''}{colour}PaletteColorLookupTableData")
            if segmented:
                count, _, bits = _described(descriptor, signed, path, "palette")
                data = _expanded(data, count, bits, little, path)
            tables.append(_lookup(descriptor, data, signed, little, path, "palette"))
        red, green, blue = tables
        return red, green, blue


def _lookup(descriptor: Any, data: Any, signed: bool, little: bool, path: Path, what: str) -> Lookup:
    """A table from its descriptor (entries, first stored value, bits) and its data (bytes, or numbers)."""
    count, first, bits = _described(descriptor, signed, path, what)
    if isinstance(data, bytes):
        values = _unpacked(data, count, little)
    else:
        values = np.asarray([data] if isinstance(data, int) else [] if data is None else list(data), np.int64) & 0xFFFF
    if values is None or len(values) != count:
        raise InputError(path, f"its {what} has not the {count:,} entries that its descriptor says", AGAIN)
    if int(values.max()) >= 2**bits:
        if what != "palette":
            raise InputError(path, f"its {what} has entries above its {bits} bits", AGAIN)
        bits = 16  # palettes of 16 bits that call themselves 8 are common, and their bytes tell
    return Lookup(first, values.astype(np.uint8 if bits <= 8 else np.uint16), bits)


def _described(descriptor: Any, signed: bool, path: Path, what: str) -> tuple[int, int, int]:
    """Entries, first stored value and bits of a descriptor."""
    if descriptor is None or isinstance(descriptor, bytes | str) or len(descriptor) != 3:
        raise InputError(path, f"its {what} has no usable descriptor", AGAIN)
    count, first, bits = (int(number) for number in descriptor)
    count, first = count & 0xFFFF or 2**16, first & 0xFFFF
    if not 1 <= bits <= 16:
        raise InputError(path, f"its {what} has entries of {bits} bits, which are not read", AGAIN)
    return count, first - 2**16 if signed and first >= 2**15 else first, bits


def _unpacked(data: bytes, count: int, little: bool) -> NDArray[np.int64] | None:
    """The entries of a table's bytes: words, or one byte each; None where they are neither."""
    if len(data) == 2 * count:
        return np.frombuffer(data, "<u2" if little else ">u2").astype(np.int64)
    if len(data) != count + count % 2:
        return None
    packed = np.frombuffer(data, np.uint8)
    if not little:  # bytes are packed into words, and those are swapped
        packed = packed.reshape(-1, 2)[:, ::-1].reshape(-1)
    return packed[:count].astype(np.int64)


def _expanded(data: Any, count: int, bits: int, little: bool, path: Path) -> NDArray[np.int64]:
    """The entries of a segmented table (PS3.3 C.7.9.2), never more than `count`."""
    raw = data if isinstance(data, bytes) else b""
    words = _unpacked(raw, len(raw) // (1 if bits <= 8 else 2), little)
    entries: list[NDArray[np.int64]] = []
    at, total = 0, 0
    while words is not None and at + 1 < len(words) and total < count:
        kind, length = int(words[at]), int(words[at + 1])
        if kind == 0:
            entries.append(words[at + 2 : at + 2 + length])
            at += 2 + length
        elif kind == 1 and total and at + 2 < len(words):
            entries.append(np.rint(np.linspace(entries[-1][-1], words[at + 2], length + 1)[1:]).astype(np.int64))
            at += 3
        else:  # segments that point to others, which may point on without end, and unknown ones
            raise InputError(path, "its segmented palette has segments that are not read", AGAIN)
        entries = [one for one in entries if len(one)]
        total += length
    return np.concatenate(entries)[: count + 1] if entries else np.zeros(0, np.int64)
