"""A prediction as it shows itself in a notebook: the label map as a small picture, how much each structure takes."""

from __future__ import annotations

import base64
import colorsys
import io
from collections.abc import Sequence
from html import escape

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from medunet.images import LabelMap

LONGEST = 240
"""Longer side of the picture, in pixels."""

_TURN = 0.6180339887
"""The golden ratio spreads the hues of any number of structures over the circle."""


def label_map_html(labels: LabelMap) -> str:
    """The label map as HTML for `_repr_html_`: escaped, without script, and with nothing to load.

    Args:
        labels: of a film; a volume is told in words and numbers alone.
    """
    array = labels.array
    colours = [_colour(number) for number in range(len(labels.scheme.names))]
    rows = []
    for name, value, colour in zip(labels.scheme.names, labels.scheme.values, colours, strict=True):
        count = int(np.count_nonzero(array == value))
        share = f"{100 * count / array.size:.1f} %" if count else "not found"
        dot = f'<span style="color:rgb{colour}" aria-hidden="true">■</span>'
        rows.append(
            f"<tr><td>{dot} {escape(name)}</td>"
            f'<td style="text-align:right">{count:,}</td><td style="text-align:right">{share}</td></tr>'
        )
    size = " × ".join(str(side) for side in array.shape)
    table = (
        f"<table><caption>{size} pixels</caption><thead><tr><th>structure</th><th>pixels</th><th>of the image</th></tr>"
        f"</thead><tbody>{''.join(rows)}</tbody></table>"
    )
    picture = _image(labels, colours) if array.ndim == 2 else ""
    style = "display:flex;gap:1.5em;align-items:flex-start"
    return f'<div class="medunet"><strong>Prediction</strong><div style="{style}">{picture}{table}</div></div>'


def _colour(number: int) -> tuple[int, int, int]:
    """(red, green, blue) of the structure of that number, mid-bright so that it stands out from light and dark."""
    red, green, blue = colorsys.hls_to_rgb((0.58 + number * _TURN) % 1, 0.5, 0.65)
    return round(255 * red), round(255 * green), round(255 * blue)


def _image(labels: LabelMap, colours: Sequence[tuple[int, int, int]]) -> str:
    """The label map on black as an inline PNG; pixels are taken, not mixed, when it is made smaller."""
    picture = np.zeros((*labels.array.shape, 3), dtype=np.uint8)
    for value, colour in zip(labels.scheme.values, colours, strict=True):
        picture[labels.array == value] = colour
    data = base64.b64encode(_png(picture)).decode()
    return f'<img alt="Label map of {escape(", ".join(labels.scheme.names))}" src="data:image/png;base64,{data}">'


def _png(picture: NDArray[np.uint8]) -> bytes:
    """uint8 (rows, columns, 3) as a PNG of at most `LONGEST` pixels."""
    image = PIL.Image.fromarray(picture)
    if max(image.size) > LONGEST:
        scale = LONGEST / max(image.size)
        size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
        image = image.resize(size, PIL.Image.Resampling.NEAREST)
    buffer = io.BytesIO()
    image.save(buffer, format="PNG", optimize=True)
    return buffer.getvalue()
