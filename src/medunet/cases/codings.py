"""Codings: what the stored values of a mask file mean.

`Values`      a grey value or palette index → structure; 0/255 and 0/1 masks are the case of one structure
`Colours`     a colour → structure
`Threshold`   a mask of one structure whose edges a JPEG has blurred: everything above the middle
A mask with one file per structure is several files, each with its own coding (see `Target`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from medunet.cases.names import counted, listed
from medunet.errors import InputError
from medunet.images import Pixels, Scheme

RGB = tuple[int, int, int]
"""Red, green, blue, each 0 to 255."""

UNSMOOTH = "Export the mask again as PNG without smoothing, or name every value in labels.json"

BLURRED = 0.10
"""Share between a quarter and three quarters of a JPEG's height above which it is more than a mask with blurred edges;
ringing and edges reach 1-3 %."""


class Coding(Protocol):
    """How the stored values of one mask file become structures."""

    @property
    def structures(self) -> tuple[str, ...]:
        """The structures the coding names, each once, in order."""

    def renamed(self, names: Mapping[str, str]) -> Coding:
        """The same coding with every structure under its new name; `names` has an entry for each."""

    def decode(self, pixels: Pixels, scheme: Scheme) -> NDArray[np.unsignedinteger]:
        """Labels (*space) with the scheme's values, 0 for background.

        Raises:
            InputError: the file holds a value that means nothing here.
        """

    def fingerprint(self) -> str:
        """A text that is equal for codings that decode alike."""


@dataclass(frozen=True, slots=True)
class Values:
    """Grey values, or palette indices, and the structures they stand for.

    Attributes:
        names: (stored value, structure) pairs; several values may stand for one structure.
        background: the stored value of the background.
        palette: (index, colour) of the masks this was learnt from, so that a file whose palette lists the same
            colours in another order is read right; empty for grey masks and where the colours tell nothing.
        seen: how many masks this was learnt from; 0 where labels.json gives it.
    """

    names: tuple[tuple[int, str], ...]
    background: int = 0
    palette: tuple[tuple[int, RGB], ...] = ()
    seen: int = 0

    def __post_init__(self) -> None:
        stored = [value for value, _ in self.names]
        if not stored or len(set(stored)) != len(stored) or self.background in stored:
            raise ValueError(f"stored values are unique and differ from the background, got {self.names}")

    @property
    def structures(self) -> tuple[str, ...]:
        """The structures the coding names, each once, in order."""
        return _once(name for _, name in self.names)

    def renamed(self, names: Mapping[str, str]) -> Values:
        """The same coding with every structure under its new name."""
        return replace(self, names=tuple((value, names[name]) for value, name in self.names))

    def decode(self, pixels: Pixels, scheme: Scheme) -> NDArray[np.unsignedinteger]:
        """Labels (*space) of the scheme from grey values or palette indices (*space)."""
        if pixels.kind == "colour":
            raise InputError(
                pixels.source,
                "is a colour picture where grey values were expected",
                'Export the mask in grey, or give the colours in labels.json as "name": "#rrggbb"',
            )
        stored = self._in_order(pixels)
        known = np.array([self.background, *(value for value, _ in self.names)])
        present = present_values(stored)
        if not np.isin(present, known).all():
            raise self._unknown(pixels, present)
        table = np.zeros(int(known.max()) + 1, dtype=label_type(scheme))
        for value, name in self.names:
            table[value] = scheme.value(name)
        return np.asarray(table[stored])

    def _in_order(self, pixels: Pixels) -> NDArray[np.unsignedinteger]:
        """The indices of a palette file as the masks this was learnt from would have them."""
        if pixels.palette is None or not self.palette:
            return pixels.array
        index_of = {colour: index for index, colour in self.palette}
        present = [int(index) for index in present_values(pixels.array)]
        colours = {index: palette_colour(pixels, index) for index in present}
        if all(dict(self.palette).get(index, colours[index]) == colours[index] for index in present):
            return pixels.array
        if unknown := [hexed(colour) for colour in colours.values() if colour not in index_of]:
            raise InputError(
                pixels.source,
                f"its palette holds {counted(len(unknown), 'colour')} ({listed(unknown)}) that the other masks do not",
                'Give the colours in labels.json as "name": "#rrggbb"',
            )
        table = np.zeros(max(present) + 1, dtype=pixels.array.dtype)
        for index, colour in colours.items():
            table[index] = index_of[colour]
        return np.asarray(table[pixels.array])

    def _unknown(self, pixels: Pixels, present: NDArray[np.integer]) -> InputError:
        """The fault of a file that holds other values than the coding knows."""
        word = "palette index" if pixels.kind == "palette" else "grey value"
        what = f"has {_plural(len(present), word)} ({listed(present)})"
        known = listed(sorted([self.background, *(value for value, _ in self.names)]), shown=8)
        if self.seen:
            return InputError(pixels.source, f"{what} where {counted(self.seen, 'other mask')} hold {known}", UNSMOOTH)
        return InputError(pixels.source, f"{what} where labels.json names {known}", UNSMOOTH)

    def fingerprint(self) -> str:
        """A text that is equal for codings that decode alike."""
        return f"values {self.background} {sorted(self.names)} {sorted(self.palette)}"


@dataclass(frozen=True, slots=True)
class Colours:
    """Colours and the structures they stand for.

    Attributes:
        names: (colour, structure) pairs; several colours may stand for one structure.
        background: the colour of the background.
        seen: how many masks this was learnt from; 0 where labels.json gives it.
    """

    names: tuple[tuple[RGB, str], ...]
    background: RGB = (0, 0, 0)
    seen: int = 0

    def __post_init__(self) -> None:
        stored = [colour for colour, _ in self.names]
        if not stored or len(set(stored)) != len(stored) or self.background in stored:
            raise ValueError(f"colours are unique and differ from the background, got {self.names}")

    @property
    def structures(self) -> tuple[str, ...]:
        """The structures the coding names, each once, in order."""
        return _once(name for _, name in self.names)

    def renamed(self, names: Mapping[str, str]) -> Colours:
        """The same coding with every structure under its new name."""
        return replace(self, names=tuple((colour, names[name]) for colour, name in self.names))

    def decode(self, pixels: Pixels, scheme: Scheme) -> NDArray[np.unsignedinteger]:
        """Labels (*space) of the scheme from colours (*space, 3), palette indices or greys (*space)."""
        packed = packed_colours(pixels)
        names = {pack(colour): scheme.value(name) for colour, name in self.names}
        names[pack(self.background)] = 0
        present, inverse = np.unique(packed, return_inverse=True)
        if unknown := [value for value in present.tolist() if value not in names]:
            known = listed((hexed(colour) for colour, _ in self.names), shown=8)
            others = f"{counted(self.seen, 'other mask')} hold" if self.seen else "labels.json names"
            raise InputError(
                pixels.source,
                f"has {_plural(len(unknown), 'colour')} ({listed(hexed(unpack(value)) for value in unknown)}) "
                f"that mean nothing where {others} {known}",
                "Export the mask again as PNG without smoothing, or name every colour in labels.json",
            )
        table = np.array([names[value] for value in present.tolist()], dtype=label_type(scheme))
        return table[inverse.reshape(packed.shape)]

    def fingerprint(self) -> str:
        """A text that is equal for codings that decode alike."""
        return f"colours {self.background} {sorted(self.names)}"


@dataclass(frozen=True, slots=True)
class Threshold:
    """One structure in a picture whose edges a lossy format has blurred: what lies above the middle is the structure.

    Attributes:
        name: the structure.
        middle: grey value halfway between background and structure; a pixel equal to it or above is the structure.
    """

    name: str
    middle: float

    @property
    def structures(self) -> tuple[str, ...]:
        """The one structure."""
        return (self.name,)

    def renamed(self, names: Mapping[str, str]) -> Threshold:
        """The same coding under the structure's new name."""
        return replace(self, name=names[self.name])

    def decode(self, pixels: Pixels, scheme: Scheme) -> NDArray[np.unsignedinteger]:
        """Labels (*space) of the scheme from grey values (*space)."""
        grey = pixels.array if pixels.kind != "colour" else pixels.array.mean(axis=-1)
        top = float(grey.max())
        if not pixels.lossy and 0 < top < self.middle:
            what = f"has no value above {top:g} where the structure of the other masks begins at {self.middle:g}"
            raise InputError(pixels.source, what, UNSMOOTH)
        if (share := share_between(grey, 2 * self.middle)) > BLURRED:
            raise InputError(
                pixels.source,
                f"{share:.0%} of the mask lies between background and structure, more than a blurred edge explains",
                UNSMOOTH,
            )
        return np.where(grey >= self.middle, scheme.value(self.name), 0).astype(label_type(scheme))

    def fingerprint(self) -> str:
        """A text that is equal for codings that decode alike."""
        return f"threshold {self.middle} {self.name}"


def label_type(scheme: Scheme) -> np.dtype[np.unsignedinteger]:
    """The smallest unsigned type that holds the scheme's values."""
    return np.dtype(np.uint8 if max(scheme.values) < 256 else np.uint16)


def present_values(array: NDArray[np.unsignedinteger]) -> NDArray[np.int64]:
    """The distinct values of an unsigned array of any shape, ascending; counting beats sorting for small types."""
    small = array.dtype.itemsize <= 2
    return np.asarray(np.flatnonzero(np.bincount(array.ravel())) if small else np.unique(array), dtype=np.int64)


def share_between(grey: NDArray[np.number], top: float) -> float:
    """Share of grey values (*space) that lie between a quarter and three quarters of `top`."""
    return float(np.mean((grey > 0.25 * top) & (grey < 0.75 * top)))


def packed_colours(pixels: Pixels) -> NDArray[np.int64]:
    """Each pixel's colour as one number 0xRRGGBB, (*space); a grey value is the colour of equal parts."""
    if pixels.kind == "colour":
        array = pixels.array.astype(np.int64)
        return array[..., 0] << 16 | array[..., 1] << 8 | array[..., 2]
    if pixels.palette is not None:
        colours = [pack(palette_colour(pixels, index)) for index in range(int(pixels.array.max()) + 1)]
        return np.take(np.array(colours, dtype=np.int64), pixels.array)
    if int(pixels.array.max()) > 255:
        raise InputError(pixels.source, "has grey values above 255 where colours were expected", UNSMOOTH)
    return pixels.array.astype(np.int64) * 0x010101


def palette_colour(pixels: Pixels, index: int) -> RGB:
    """The colour that a palette file gives to an index; black where its palette is too short, as viewers show it."""
    if pixels.palette is None or index >= len(pixels.palette):
        return 0, 0, 0
    red, green, blue = (int(part) for part in pixels.palette[index])
    return red, green, blue


def pack(colour: RGB) -> int:
    """A colour as one number 0xRRGGBB."""
    return colour[0] << 16 | colour[1] << 8 | colour[2]


def unpack(value: int) -> RGB:
    """The colour of a number 0xRRGGBB."""
    return value >> 16, value >> 8 & 0xFF, value & 0xFF


def hexed(colour: RGB) -> str:
    """A colour as web pages write it: ``#ff0000``."""
    return f"#{pack(colour):06x}"


def _once(names: Iterable[str]) -> tuple[str, ...]:
    """Names without their repetitions, in order."""
    return tuple(dict.fromkeys(names))


def _plural(number: int, noun: str) -> str:
    """``7 grey values``, ``1 palette index``, ``2 palette indices``."""
    return counted(number, noun).replace("indexs", "indices")
