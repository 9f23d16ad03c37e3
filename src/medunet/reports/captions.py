"""The strip below a picture: what it shows, and which colour is which structure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import PIL.Image
import PIL.ImageDraw

from medunet.reports.lettering import GROUND, LETTERS, font, wrapped
from medunet.reports.outlines import dashes
from medunet.reports.strokes import stroke

_SMALLEST_LETTERS = 11


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the key: a name and the line that stands for it."""

    name: str
    colour: str
    dashed: bool = False


def with_caption(
    picture: PIL.Image.Image, caption: str, key: Sequence[Entry] = (), largest: int = 768
) -> PIL.Image.Image:
    """The picture on a dark ground with a caption and a key below it.

    Args:
        picture: mode RGB; narrower than half of `largest` it is centred on a wider ground, so that words fit.
        caption: at most two lines; what does not fit ends in an ellipsis.
        key: in as many rows as it needs.
        largest: the size of letters follows from it.
    """
    size = max(_SMALLEST_LETTERS, round(largest / 48))
    pad, leading, face = size, round(size * 1.5), font(size)
    width = max(picture.width, largest // 2)
    lines = wrapped(caption, face, width - 2 * pad)
    short = [replace(entry, name=_fitting(entry.name, size, (width - 2 * pad) / 2)) for entry in key]
    rows = _rows(short, size, width - 2 * pad)
    height = picture.height + (len(lines) + len(rows)) * leading + round(1.3 * pad)
    sheet = PIL.Image.new("RGB", (width, height), GROUND)
    sheet.paste(picture, ((width - picture.width) // 2, 0))
    pen = PIL.ImageDraw.Draw(sheet)
    y = picture.height + round(0.6 * pad)
    for line in lines:
        pen.text((pad, y), line, fill=LETTERS, font=face)
        y += leading
    for row in rows:
        _draw_row(sheet, row, (pad, y), size)
        y += leading
    return sheet


def _draw_row(sheet: PIL.Image.Image, row: Sequence[Entry], at: tuple[int, int], size: int) -> None:
    """One row of the key: a piece of line and its name, side by side."""
    pen = PIL.ImageDraw.Draw(sheet)
    x, y = float(at[0]), at[1]
    for entry in row:
        middle = y + round(size * 0.62)
        swatch = np.array([(x, middle), (x + 1.6 * size, middle)])
        stroke(sheet, dashes(swatch, 4, 3) if entry.dashed else [swatch], entry.colour, max(2.0, size / 7))
        pen.text((x + 2 * size, y), entry.name, fill=LETTERS, font=font(size))
        x += _width(entry, size)


def _fitting(name: str, size: int, width: float) -> str:
    """The name, cut with an ellipsis where it is too long for the key."""
    return "".join(wrapped(name, font(size), width, lines=1))


def _width(entry: Entry, size: int) -> float:
    """The room an entry of the key takes."""
    return font(size).getlength(entry.name) + 3.6 * size


def _rows(key: Sequence[Entry], size: int, width: float) -> list[list[Entry]]:
    """The entries in as many rows as they need."""
    rows: list[list[Entry]] = []
    used = 0.0
    for entry in key:
        needed = _width(entry, size)
        if not rows or used + needed > width + 1.6 * size:
            rows.append([])
            used = 0.0
        rows[-1].append(entry)
        used += needed
    return rows
