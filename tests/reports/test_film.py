from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medunet.images.grid import Grid
from medunet.images.image import Image
from medunet.reports.film import Frame, show, windowed


def test_the_window_ignores_single_bright_letters(film):
    image = film()
    image.array[0, :2, :2] = 1e6
    assert np.median(windowed(image)) == pytest.approx(127, abs=3)


def test_pixels_that_are_not_valid_are_black_and_do_not_set_the_window(film):
    valid = np.ones((64, 64), dtype=bool)
    valid[:, :32] = False
    image = replace(film(), valid=valid)
    grey = windowed(image)
    assert (grey[:, :32] == 0).all()
    assert grey[0, 32:].min() == 0
    assert grey[0, 32:].max() == 255


@pytest.mark.parametrize("valid", [None, np.zeros((4, 4), dtype=bool)])
def test_a_film_of_one_value_or_without_a_valid_pixel_is_drawn(valid):
    image = Image(np.full((1, 4, 4), 7, dtype=np.uint16), Grid((4, 4)), valid=valid)
    assert set(np.unique(windowed(image))) == ({128} if valid is None else {0})


def test_a_mostly_constant_film_still_shows_the_rest():
    array = np.zeros((1, 50, 50), dtype=np.uint8)
    array[0, 0, 0] = 9
    assert windowed(Image(array, Grid((50, 50)))).max() == 255


def test_colour_keeps_its_three_channels():
    array = np.zeros((3, 8, 6), dtype=np.uint8)
    array[0] = 200
    picture, _ = show(Image(array, Grid((8, 6))), 16)
    assert picture.mode == "RGB"
    assert picture.size == (12, 16)
    assert picture.getpixel((4, 4)) == (255, 0, 0)


def test_pixels_that_are_not_square_are_shown_with_their_true_aspect(film):
    picture, frame = show(film(100, 100, spacing=(2.0, 1.0)), 300)
    assert picture.size == (150, 300)
    assert (frame.per_column, frame.per_row) == (1.5, 3.0)


@pytest.mark.parametrize("shape", [(64, 64), (3000, 2500), (1, 500), (500, 1)])
def test_small_and_large_films_get_the_size_asked_for(shape, film):
    picture, _ = show(film(*shape), 200)
    assert max(picture.size) == 200
    assert min(picture.size) >= 1


@settings(deadline=None)
@given(st.integers(1, 400), st.integers(1, 400), st.floats(0.05, 5), st.floats(0.05, 5))
def test_the_film_fills_its_frame_edge_to_edge(rows, columns, high, wide):
    frame = Frame.fit(Grid((rows, columns), (high, wide)), 320)
    corners = frame.place(np.array([[-0.5, -0.5], [rows - 0.5, columns - 0.5]]))
    assert np.allclose(corners, [[0, 0], [frame.width, frame.height]])


def test_a_volume_is_refused():
    with pytest.raises(ValueError, match="a film has two axes"):
        Frame.fit(Grid((4, 4, 4)), 100)
