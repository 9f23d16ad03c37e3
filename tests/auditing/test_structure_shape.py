from __future__ import annotations

import numpy as np
import pytest

from medunet.auditing.structure_shape import structure_shapes
from medunet.images import Grid, LabelMap, Scheme

SCHEME = Scheme((("disc", 1), ("box", 2), ("absent", 3)))


def labels(array):
    return LabelMap(array.astype(np.uint8), Grid(array.shape, None), SCHEME)


def drawn():
    array = np.zeros((100, 200), np.uint8)
    rows, columns = np.ogrid[:100, :200]
    array[(rows - 30) ** 2 + (columns - 50) ** 2 <= 20**2] = 1
    array[60:80, 120:160] = 2
    return array


def test_place_and_extent_are_shares_of_the_film():
    disc, box = structure_shapes(labels(drawn()))
    assert (disc.name, box.name) == ("disc", "box")
    assert box.low == (0.6, 0.6)
    assert box.high == (0.8, 0.8)
    assert box.centre == pytest.approx((0.7, 0.7))
    assert disc.centre == pytest.approx((0.305, 0.2525))


def test_whole_structures_have_neither_pieces_nor_holes():
    disc, box = structure_shapes(labels(drawn()))
    assert (disc.pieces, disc.stray, disc.holes) == (1, 0, 0)
    assert box.solidity == 1
    assert disc.solidity == pytest.approx(1, abs=0.06)


def test_a_piece_a_hole_and_a_bite():
    array = drawn()
    array[90:92, 190:195] = 2
    array[65:67, 130:134] = 0
    array[70:80, 140:160] = 0
    box = structure_shapes(labels(array))[1]
    area = 800 - 8 - 200 + 10
    assert box.pieces == 2
    assert box.stray == pytest.approx(10 / area, abs=1e-5)
    assert box.holes == pytest.approx(8 / area, abs=1e-5)
    assert box.solidity < 0.8


def test_volumes_have_places_and_pieces():
    array = np.zeros((20, 20, 10), np.uint8)
    array[2:6, 2:6, 2:6] = 1
    array[15, 15, 8] = 1
    (disc,) = structure_shapes(labels(array))
    assert disc.pieces == 2
    assert disc.stray == pytest.approx(1 / 65, abs=1e-5)
    assert disc.solidity is None
    assert disc.high == (0.8, 0.8, 0.9)


def test_an_empty_map_has_none():
    assert structure_shapes(labels(np.zeros((10, 10)))) == ()
