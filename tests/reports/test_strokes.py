from __future__ import annotations

import numpy as np
import PIL.Image
import pytest

from medunet.reports.strokes import stroke, ticks


def drawn(ground, lines, colour="#ff0000", width=2.0):
    picture = PIL.Image.new("RGB", (60, 40), ground)
    stroke(picture, [np.array(line, dtype=float) for line in lines], colour, width)
    return np.asarray(picture).astype(int)


@pytest.mark.parametrize("ground", ["#000000", "#ffffff"])
def test_a_line_shows_on_black_and_on_white(ground):
    pixels = drawn(ground, [[(5, 20), (55, 20)]])
    assert tuple(pixels[20, 30]) == (255, 0, 0) or tuple(pixels[19, 30]) == (255, 0, 0)


def test_a_line_has_a_dark_edge_on_white():
    column = drawn("#ffffff", [[(5, 20), (55, 20)]])[:, 30]
    assert (column.max(axis=1) < 200).any()


def test_the_rest_of_the_picture_is_untouched():
    pixels = drawn("#808080", [[(5, 20), (55, 20)]])
    assert (pixels[:14] == 128).all()
    assert (pixels[27:] == 128).all()


@pytest.mark.parametrize("lines", [[], [[(3, 3)]], [[(500, 500), (600, 600)]], [[(-90, -90), (-80, -80)]]])
def test_nothing_to_draw_draws_nothing(lines):
    assert (drawn("#123456", lines) == drawn("#123456", [])).all()


def test_a_line_that_leaves_the_picture_is_cut():
    assert (drawn("#000000", [[(-30, 20), (90, 20)]])[20, [0, 59]].max(axis=1) > 100).all()


def test_ticks_stand_across_both_ends():
    first, second = ticks((0, 0), (10, 0), 4)
    assert np.allclose(sorted(first.tolist()), [[0, -2], [0, 2]])
    assert np.allclose(sorted(second.tolist()), [[10, -2], [10, 2]])
    assert ticks((3, 3), (3, 3), 4) == []
