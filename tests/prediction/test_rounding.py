from __future__ import annotations

import numpy as np
import pytest

from medunet.prediction.rounding import rounded

ROWS, COLUMNS = np.mgrid[:200, :240]


def disc(row, column, radius):
    return (ROWS - row) ** 2 + (COLUMNS - column) ** 2 <= radius**2


def test_a_tip_goes_and_the_disc_stays():
    body = disc(100, 120, 50)
    tip = (abs(ROWS - 100) <= 3) & (COLUMNS >= 120) & (COLUMNS < 190)
    numbers = np.where(body | tip, 2, 0).astype(np.uint8)
    found = rounded(numbers, {2: 0.04})  # 8 pixels of 200
    assert not (found == 2)[:, 175:].any()
    assert np.count_nonzero((found == 2) ^ body) < 0.02 * np.count_nonzero(body)
    assert not ((found == 2) & (numbers == 0)).any()


def test_a_corner_is_rounded_by_the_area_that_geometry_says():
    square = (abs(ROWS - 100) <= 60) & (abs(COLUMNS - 120) <= 60)
    found = rounded(square.astype(np.uint8), {1: 0.1})
    lost = np.count_nonzero(square & (found == 0))
    assert lost == pytest.approx(4 * 20**2 * (1 - np.pi / 4), rel=0.08)


def test_other_structures_and_other_masks_are_left_alone():
    numbers = np.zeros((200, 240), np.uint8)
    numbers[20:24, 20:200] = 1
    numbers[disc(120, 120, 40)] = 2
    found = rounded(numbers, {2: 0.02})
    assert np.array_equal(found == 1, numbers == 1)
    assert rounded(numbers, {}) is numbers
    assert rounded(numbers, {2: 0.001}) is numbers
    assert rounded(np.zeros_like(numbers), {1: 0.1, 2: 0.1}).any() == np.False_


def test_a_structure_in_which_no_disc_fits_stays():
    line = np.zeros((200, 240), np.uint8)
    line[50, 20:200] = 1
    assert np.array_equal(rounded(line, {1: 0.05}), line)


def test_what_meets_the_edge_goes_on_beyond_it():
    half = (ROWS >= 120).astype(np.uint8)
    assert np.array_equal(rounded(half, {1: 0.1}), half)


@pytest.mark.parametrize("turn", range(4))
def test_no_side_is_treated_otherwise(turn):
    drawn = (disc(90, 100, 45) | ((abs(ROWS - COLUMNS) < 5) & (ROWS > 40))).astype(np.uint8)
    one = np.rot90(rounded(drawn, {1: 0.05}), turn)
    assert np.array_equal(one, rounded(np.ascontiguousarray(np.rot90(drawn, turn)), {1: 0.05}))
