from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from medunet.cases.codings import Colours, Threshold, Values, hexed, pack, unpack
from medunet.errors import InputError
from medunet.images import Grid, Pixels, Scheme

SCHEME = Scheme.of(["lung", "heart"])
BOTH = {"left": "lung", "right": "lung", "heart": "heart"}


def grey(array, lossy=False):
    array = np.asarray(array, dtype=np.uint8)
    return Pixels(array, "grey", None, lossy, Grid(array.shape), "mask.png")


def colour(array):
    array = np.asarray(array, dtype=np.uint8)
    return Pixels(array, "colour", None, False, Grid(array.shape[:2]), "mask.png")


def palette(array, colours):
    array = np.asarray(array, dtype=np.uint8)
    return Pixels(array, "palette", np.array(colours, np.uint8), False, Grid(array.shape), "mask.png")


@settings(deadline=None)
@given(arrays(np.uint8, (5, 4), elements=st.sampled_from([0, 85, 170, 255])))
def test_values_paint_each_structure_where_its_values_are(array):
    coding = Values(((85, "left"), (170, "right"), (255, "heart"))).renamed(BOTH)
    assert coding.structures == ("lung", "heart")
    labels = coding.decode(grey(array), SCHEME)
    assert labels.dtype == np.uint8
    np.testing.assert_array_equal(labels == 1, (array == 85) | (array == 170))
    np.testing.assert_array_equal(labels == 2, array == 255)


def test_an_unknown_value_is_refused_with_what_the_others_hold():
    with pytest.raises(InputError) as caught:
        Values(((255, "lung"),), seen=30).decode(grey([[0, 12, 64, 99, 128, 200, 255]]), Scheme.of(["lung"]))
    text = str(caught.value)
    assert "mask.png: has 7 grey values (0, 12, 64, …) where 30 other masks hold 0, 255." in text
    assert "PNG without smoothing" in text
    assert "labels.json" in text


def test_a_background_above_zero():
    labels = Values(((0, "lung"),), background=255).decode(grey([[0, 255]]), Scheme.of(["lung"]))
    assert labels.tolist() == [[1, 0]]


def test_a_colour_picture_is_no_grey_mask():
    with pytest.raises(InputError, match="is a colour picture"):
        Values(((1, "lung"),)).decode(colour(np.full((2, 2, 3), (1, 2, 3))), Scheme.of(["lung"]))


def test_palettes_in_another_order_are_read_by_colour():
    red, blue, black = (255, 0, 0), (0, 0, 255), (0, 0, 0)
    coding = Values(((1, "lung"), (2, "heart")), palette=((0, black), (1, red), (2, blue)))
    straight = coding.decode(palette([[0, 1, 2]], [black, red, blue]), SCHEME)
    swapped = coding.decode(palette([[1, 2, 0]], [blue, black, red]), SCHEME)
    np.testing.assert_array_equal(straight, swapped)
    with pytest.raises(InputError, match="palette holds 1 colour \\(#00ff00\\)"):
        coding.decode(palette([[0, 1]], [black, (0, 255, 0)]), SCHEME)


def test_colours_from_colour_palette_and_grey_files():
    coding = Colours((((255, 0, 0), "lung"), ((255, 255, 255), "heart")))
    picture = np.array([[[0, 0, 0], [255, 0, 0], [255, 255, 255]]])
    assert coding.decode(colour(picture), SCHEME).tolist() == [[0, 1, 2]]
    # A mask without red is stored as grey by some programs.
    assert coding.decode(grey([[0, 255]]), SCHEME).tolist() == [[0, 2]]
    assert coding.decode(palette([[1, 0]], [(0, 0, 0), (255, 0, 0)]), SCHEME).tolist() == [[1, 0]]


def test_an_unknown_colour_is_refused():
    with pytest.raises(
        InputError, match=r"has 1 colour \(#010203\) that mean nothing where 4 other masks hold #ff0000"
    ):
        Colours((((255, 0, 0), "lung"),), seen=4).decode(colour([[[1, 2, 3]]]), Scheme.of(["lung"]))


def test_threshold_cuts_in_the_middle():
    scheme = Scheme.of(["lung"])
    coding = Threshold("lung", 127.5)
    row = np.zeros((1, 200), np.uint8)
    row[0, 100:] = 250
    row[0, 99], row[0, 100] = 127, 128
    assert np.flatnonzero(coding.decode(grey(row, lossy=True), scheme)[0])[0] == 100
    with pytest.raises(InputError, match="50% of the mask lies between background and structure"):
        coding.decode(grey(np.where(row > 0, 128, 0), lossy=True), scheme)
    with pytest.raises(InputError, match="no value above 1"):
        coding.decode(grey([[0, 1]]), scheme)


@given(st.integers(0, 0xFFFFFF))
def test_colours_pack_and_unpack(value):
    assert pack(unpack(value)) == value
    assert int(hexed(unpack(value))[1:], 16) == value


def test_fingerprints_differ_where_meanings_do():
    assert Values(((1, "a"),)).fingerprint() != Values(((2, "a"),)).fingerprint()
    assert Values(((1, "a"),), seen=3).fingerprint() == Values(((1, "a"),), seen=9).fingerprint()


def test_impossible_codings():
    with pytest.raises(ValueError, match="unique"):
        Values(((1, "a"), (1, "b")))
    with pytest.raises(ValueError, match="differ from the background"):
        Colours((((0, 0, 0), "a"),))
