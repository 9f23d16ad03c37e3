"""Is a JPEG stream whole: decoders make up what is missing, and say nothing where the stream has an end marker."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import JpegImagePlugin

from medunet.images.jpeg_stream import ends_flat, filled_up


def decode(data: bytes) -> NDArray[Any]:
    """A baseline JPEG (row, column[, sample]) by Pillow, which refuses one that ends without an end marker."""
    return np.asarray(JpegImagePlugin.JpegImageFile(io.BytesIO(data)))


def is_whole(data: bytes, array: NDArray[Any]) -> bool:
    """Whether the stream of a decoded picture goes as far as its last pixel.

    Args:
        data: the stream, of one scan.
        array: what it was decoded to, (row, column[, sample]) as stored.
    """
    # Only where the last pixels are all alike can they be made up; it is then decoded once more with other bytes there.
    return not ends_flat(array) or bool(np.array_equal(decode(filled_up(data)), array))
