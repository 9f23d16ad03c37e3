import numpy as np
import pytest

from medunet.images.grid import Grid
from medunet.images.image import Image


def test_channels_come_first():
    assert Image(np.zeros((3, 4, 5), np.uint8), Grid((4, 5))).channels == 3


@pytest.mark.parametrize(
    ("array", "valid", "words"),
    [
        (np.zeros((4, 5), np.uint8), None, "channel"),
        (np.zeros((1, 5, 4), np.uint8), None, "channel"),
        (np.zeros((1, 4, 5), np.float64), None, "float32 or integer"),
        (np.full((1, 4, 5), np.nan, np.float32), None, "NaN"),
        (np.zeros((1, 4, 5), np.uint8), np.ones((4, 5), np.uint8), "valid"),
        (np.zeros((1, 4, 5), np.uint8), np.ones((1, 4, 5), bool), "valid"),
    ],
)
def test_impossible_images_cannot_be_built(array, valid, words):
    with pytest.raises(ValueError, match=words):
        Image(array, Grid((4, 5)), valid=valid)
