"""Many pictures on one sheet, each with a line below it."""

from __future__ import annotations

from collections.abc import Sequence

import PIL.Image
import PIL.ImageDraw

from medunet.reports.lettering import GROUND, LETTERS, font, wrapped

_SMALLEST_LETTERS = 11


def contact_sheet(
    images: Sequence[PIL.Image.Image], columns: int, captions: Sequence[str] | None = None
) -> PIL.Image.Image:
    """The pictures in rows on a dark ground, left to right, each centred in a cell of the largest one's size.

    Args:
        images: at least one picture of any mode.
        columns: pictures in a row, at least 1; a sheet with fewer pictures is narrower.
        captions: a line for each picture, cut with an ellipsis where too long; None for none.

    Returns:
        A picture of mode RGB.

    Raises:
        ValueError: no pictures, no columns, or another number of captions than of pictures.
    """
    if not images or columns < 1:
        raise ValueError(f"a sheet needs pictures and columns, got {len(images)} pictures in {columns} columns")
    if captions is not None and len(captions) != len(images):
        raise ValueError(f"{len(captions)} captions for {len(images)} pictures")
    wide, high = max(image.width for image in images), max(image.height for image in images)
    size = max(_SMALLEST_LETTERS, round(wide / 28))
    gap, foot = max(4, round(wide / 48)), 0 if captions is None else round(1.9 * size)
    across, down = min(columns, len(images)), -(-len(images) // columns)
    sheet = PIL.Image.new("RGB", (across * (wide + gap) + gap, down * (high + foot + gap) + gap), GROUND)
    pen = PIL.ImageDraw.Draw(sheet)
    for index, image in enumerate(images):
        row, column = divmod(index, columns)
        x, y = gap + column * (wide + gap), gap + row * (high + foot + gap)
        sheet.paste(image.convert("RGB"), (x + (wide - image.width) // 2, y + (high - image.height) // 2))
        if captions is not None and captions[index]:
            line = wrapped(captions[index], font(size), wide, lines=1)
            pen.text((x, y + high + round(0.3 * size)), line[0] if line else "", fill=LETTERS, font=font(size))
    return sheet
