from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medunet.errors import InputError
from medunet.images.grid import Grid
from medunet.images.image import Image
from medunet.images.pixels import Pixels, whole_numbers

FILE = Path("mask.nii.gz")


@settings(deadline=None, max_examples=50)
@given(
    st.lists(st.integers(0, 70000), min_size=1, max_size=20),
    st.sampled_from([np.float32, np.float64, np.int32, np.int64]),
)
def test_whole_numbers_of_any_type_keep_their_values(values, dtype):
    found = whole_numbers(np.array(values, dtype), FILE)
    assert found.dtype.kind == "u"
    assert found.tolist() == values


def test_unsigned_types_are_kept():
    assert whole_numbers(np.array([1, 2], np.uint16), FILE).dtype == np.uint16
    assert whole_numbers(np.array([True, False]), FILE).tolist() == [1, 0]
    assert whole_numbers(np.array([1 + 9e-7, 0]), FILE).tolist() == [1, 0]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([0.0, 0.9999], "0.9999"),
        ([0.5], "0.5"),
        ([np.nan], "nan"),
        ([np.inf], "inf"),
        ([-1.0], "negative value -1"),
        ([1e12], "1000000000000"),
    ],
)
def test_a_value_that_is_no_label_is_named(values, words):
    with pytest.raises(InputError, match=rf"mask\.nii\.gz: holds the (negative )?value.*|{words}") as caught:
        whole_numbers(np.array(values), FILE)
    assert words in str(caught.value)


def test_impossible_pixels_cannot_be_built():
    grid, array = Grid((2, 3)), np.zeros((2, 3), np.uint8)
    for arguments in [
        (array.astype(np.int16), "grey", None, False, grid),
        (array, "colour", None, False, grid),
        (array, "palette", None, False, grid),
        (array, "grey", np.zeros((1, 3), np.uint8), False, grid),
        (np.zeros((2, 3, 3), np.uint16), "colour", None, False, grid),
    ]:
        with pytest.raises(ValueError, match=r"unsigned|colours|palette"):
            Pixels(*arguments)


def test_an_image_with_holes_is_no_mask():
    image = Image(np.zeros((1, 2, 3), np.float32), Grid((2, 3)), valid=np.array([[True, False, True]] * 2))
    with pytest.raises(InputError, match="2 elements that have no value"):
        Pixels.of_image(image, FILE)
