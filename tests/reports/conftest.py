"""Films and label maps that the tests of the reports draw."""

from __future__ import annotations

import numpy as np
import pytest

from medunet.images.grid import Grid
from medunet.images.image import Image
from medunet.images.labelmap import LabelMap, Scheme


def _film(rows=64, columns=64, spacing=None, valid=None):
    """A film that brightens from left to right."""
    array = np.broadcast_to(np.linspace(0, 1000, columns, dtype=np.float32), (rows, columns))
    return Image(array[None].copy(), Grid((rows, columns), spacing), valid=valid)


def _labels(image, *names, shift=0):
    """Squares side by side, one for each name."""
    rows, columns = image.grid.shape
    array = np.zeros((rows, columns), dtype=np.uint8)
    width = columns // (len(names) + 1)
    for value in range(1, len(names) + 1):
        left = (value - 1) * width + width // 2 + shift
        array[rows // 4 : rows // 2, left : left + width - 2] = value
    return LabelMap(array, image.grid, Scheme.of(names))


@pytest.fixture(scope="session")
def film():
    return _film


@pytest.fixture(scope="session")
def labels():
    return _labels
