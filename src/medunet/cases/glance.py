"""Glance: what one mask file holds, whatever it may mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from medunet.cases.codings import pack, packed_colours, palette_colour, present_values, share_between
from medunet.images import Pixels, read_pixels

SAMPLE = 64
"""How many masks are decoded to learn what their values mean."""

MOST_VALUES = 32
"""More distinct values than this, the background apart, are no label map."""

_KEPT = 4096  # distinct values remembered of one mask: enough to see that it is no label map


@dataclass(frozen=True, slots=True)
class Glance:
    """What one mask holds.

    Attributes:
        name: the file's name.
        kind: grey, colour or palette.
        lossy: the file is a JPEG.
        values: distinct grey values or palette indices; of a colour picture its colours as 0xRRGGBB.
        colours: the same as colours 0xRRGGBB, in the order of `values`; empty where a grey value exceeds 255.
        soft: of the grey values above 0, the share below the largest one; small where only edges are smoothed.
        between: share of a lossy mask that lies between a quarter and three quarters of 255.
    """

    name: str
    kind: str
    lossy: bool
    values: tuple[int, ...]
    colours: tuple[int, ...]
    soft: float = 1.0
    between: float = 0.0


def spread(paths: Sequence[Path], most: int = SAMPLE) -> list[Path]:
    """At most `most` of the files, evenly spread over them."""
    step = max(1.0, len(paths) / most)
    return [paths[int(place * step)] for place in range(min(len(paths), most))]


def glance(path: Path) -> Glance:
    """What one mask holds.

    Raises:
        InputError: the file cannot be read.
    """
    pixels = read_pixels(path)
    if pixels.kind == "colour":
        found = np.unique(packed_colours(pixels))[:_KEPT].tolist()
        return Glance(path.name, "colour", pixels.lossy, tuple(found), tuple(found))
    values = tuple(int(value) for value in present_values(pixels.array)[:_KEPT])
    between = share_between(pixels.array, 255.0) if pixels.lossy else 0.0
    above = np.count_nonzero(pixels.array)
    soft = 1 - np.count_nonzero(pixels.array == pixels.array.max()) / above if above else 0.0
    return Glance(path.name, pixels.kind, pixels.lossy, values, _as_colours(pixels, values), soft, between)


def _as_colours(pixels: Pixels, values: tuple[int, ...]) -> tuple[int, ...]:
    """The colours 0xRRGGBB of grey values or palette indices."""
    if pixels.kind == "palette":
        return tuple(pack(palette_colour(pixels, value)) for value in values)
    return tuple(value * 0x010101 for value in values) if max(values) <= 255 else ()
