from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from medunet.cases import Case
from medunet.errors import InputError
from medunet.images import Grid, Image, read_image
from medunet.workflows.stored_film import Mapping, image_names, mapped, mapping_of, store_images


def film(array):
    array = np.asarray(array)
    return Image(array, Grid(array.shape[1:]), source="film")


def test_own_values_where_a_png_holds_them():
    for dtype, channels in ((np.uint8, 1), (np.uint8, 3), (np.uint16, 1)):
        assert mapping_of(film(np.zeros((channels, 2, 3), dtype))) is None


def test_hounsfield_units_lose_nothing():
    image = film(np.array([[[-1024.0, 0.0, 3071.0]]], np.float32))
    assert mapping_of(image) == Mapping(1.0, -1024.0)
    assert mapped(image, mapping_of(image)).array.tolist() == [[[0, 1024, 4095]]]


@settings(deadline=None)
@given(arrays.arrays(np.float32, (1, 2, 3), elements=st.floats(-1e4, 1e4, width=32)))
def test_other_values_are_rounded_by_half_a_slope(array):
    how = mapping_of(film(array))
    back = mapped(film(array), how).array * how.slope + how.intercept
    assert np.abs(back - array).max() <= how.slope / 2 * (1 + 1e-6) + 1e-9


def test_colours_of_more_than_eight_bits_are_refused():
    with pytest.raises(InputError, match="colour picture of uint16"):
        mapping_of(film(np.zeros((3, 2, 3), np.uint16)))


def test_names():
    assert image_names(Case("a", "a", (Path("x.dcm"),)), "a") == ("a.png",)
    assert image_names(Case("a", "a", (Path("x.NII.gz"), Path("y.nii.gz"))), "a") == ("a_0000.nii.gz", "a_0001.nii.gz")


def test_channels_share_one_mapping(tmp_path):
    import tifffile

    for name, value in (("x", -5), ("y", 7)):
        tifffile.imwrite(tmp_path / f"{name}.tif", np.full((2, 3), value, np.int16))
    case = Case("a", "a", (tmp_path / "x.tif", tmp_path / "y.tif"))
    _, how = store_images(case, tmp_path / "out", ("a_0000.png", "a_0001.png"))
    assert how == Mapping(1.0, -5.0)
    assert [int(read_image(path).array.max()) for path in sorted((tmp_path / "out").iterdir())] == [0, 12]
