"""A film with its outlines, the reference's outlines and the calipers, as a picture."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
import PIL.Image
import PIL.ImageDraw

from medunet.images.grid import Grid
from medunet.images.image import Image
from medunet.images.labelmap import LabelMap
from medunet.measuring.measurement import Caliper
from medunet.reports.captions import Entry, with_caption
from medunet.reports.film import Frame, show
from medunet.reports.lettering import GROUND, ends, font, placed
from medunet.reports.outlines import Line, dashes, outlines
from medunet.reports.palette import CALIPER, REFERENCE, colours_of
from medunet.reports.strokes import stroke, ticks

MIDLINE = "midline"
"""A caliper of this label is an axis and no length: dashed, without end ticks."""

_SMALLEST_LETTERS = 11


def draw_overlay(
    image: Image,
    labels: LabelMap | None,
    *,
    reference: LabelMap | None = None,
    calipers: Sequence[Caliper] = (),
    caption: str = "",
    largest: int = 768,
) -> PIL.Image.Image:
    """The film in grey with what was found on it.

    Each structure is a thin line in its own colour (`palette.COLOURS`), the reference a white dashed line, a caliper a
    thin yellow line with end ticks and its label. Only the caption comes with a key to the colours, in a strip below.

    Args:
        image: a film; shown from its .5th to its 99.5th percentile, pixels in true aspect where spacing is known.
        labels: outlines to draw, of the image's shape; None draws none.
        reference: a second label map of the image's shape.
        calipers: ends as (row, column) in pixels of the image.
        caption: one or two lines of text; longer ones are cut with an ellipsis.
        largest: pixels along the film's longer side, for small and large films alike.

    Returns:
        A picture of mode RGB.

    Raises:
        ValueError: a label map's shape differs from the image's, or the image is a volume.
    """
    picture, frame = show(image, largest)
    picture = picture.convert("RGB")
    width = max(1.3, largest / 360)
    key: list[Entry] = []
    if reference is not None:
        for name in reference.scheme.names:
            lines = _borders(reference, name, image.grid, frame)
            stroke(picture, [dash for line in lines for dash in dashes(line, 5 * width, 4 * width)], REFERENCE, width)
        key.append(Entry("reference", REFERENCE, dashed=True))
    if labels is not None:
        for name, colour in colours_of(labels.scheme.names).items():
            stroke(picture, _borders(labels, name, image.grid, frame), colour.film, width)
            key.append(Entry(name, colour.film))
    _draw_calipers(picture, calipers, frame, largest)
    return with_caption(picture, caption, key, largest) if caption else picture


def png_bytes(picture: PIL.Image.Image) -> bytes:
    """The picture as a PNG file; the same picture gives the same bytes."""
    buffer = io.BytesIO()
    picture.save(buffer, format="PNG", optimize=False)
    return buffer.getvalue()


def checked(labels: LabelMap, grid: Grid) -> LabelMap:
    """The label map, if its shape is the image's. Its spacing may be unknown: masks drawn by hand are plain pictures.

    Raises:
        ValueError: the shapes differ.
    """
    if labels.grid.shape != grid.shape:
        raise ValueError(f"labels of shape {labels.grid.shape} cannot be drawn on an image of shape {grid.shape}")
    return labels


def _borders(labels: LabelMap, name: str, grid: Grid, frame: Frame) -> list[Line]:
    """The outlines of one structure, in x, y of the picture."""
    return [frame.place(line) for line in outlines(checked(labels, grid).mask(name))]


def _draw_calipers(picture: PIL.Image.Image, calipers: Sequence[Caliper], frame: Frame, largest: int) -> None:
    """Lines first, then all labels, so that no line crosses a label."""
    width, size = max(1.0, largest / 560), max(_SMALLEST_LETTERS, round(largest / 44))
    for caliper in calipers:
        ax, ay, bx, by = ends(caliper, frame)
        line = np.array([(ax, ay), (bx, by)])
        axis = caliper.label == MIDLINE
        stroke(picture, dashes(line, 6 * width, 6 * width) if axis else [line], CALIPER, width)
        stroke(picture, [] if axis else ticks((ax, ay), (bx, by), largest / 45), CALIPER, width)
    pen = PIL.ImageDraw.Draw(picture)
    for label in placed(calipers, frame, size):
        pen.text(label.box[:2], label.text, fill=CALIPER, font=font(size), stroke_width=max(2, size // 7),
                 stroke_fill=GROUND)  # fmt: skip
