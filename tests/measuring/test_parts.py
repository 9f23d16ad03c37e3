from __future__ import annotations

import numpy as np
import pytest

from medunet.measuring.parts import largest_part, lung_pair


def mask(*places, shape=(60, 80)):
    out = np.zeros(shape, dtype=bool)
    for top, bottom, left, right in places:
        out[top : bottom + 1, left : right + 1] = True
    return out


RIGHT, LEFT = (10, 49, 10, 29), (10, 49, 50, 69)


def test_the_largest_part_stays_and_the_rest_is_counted():
    organ = largest_part("heart", mask((20, 29, 20, 29), (0, 1, 0, 1), (50, 50, 70, 70)))
    assert organ.area == 100
    assert (organ.stray_parts, organ.stray_pixels) == (2, 5)
    assert organ.stray_share == pytest.approx(5 / 105)
    assert organ.stray_note == "2 stray parts of heart left out (5 px, 4.8%)"


def test_pixels_that_touch_at_a_corner_are_one_part():
    assert largest_part("heart", mask((0, 4, 0, 4), (5, 9, 5, 9))).stray_parts == 0


def test_an_empty_structure_is_an_empty_organ():
    organ = largest_part("heart", mask())
    assert (organ.area, organ.stray_parts, organ.stray_note, organ.stray_share) == (0, 0, "", 0)
    assert lung_pair("lung", mask())[1] == ()


def test_two_lungs_are_found_from_left_to_right_whichever_is_larger():
    smaller_right = (30, 49, 50, 69)
    organ, sides = lung_pair("lung", mask(smaller_right, RIGHT, (0, 2, 40, 42)))
    assert [int(side.sum()) for side in sides] == [800, 400]
    assert organ.stray_pixels == 9


def test_a_piece_of_the_same_lung_is_not_taken_for_the_other():
    piece_below, small_left = (52, 59, 10, 29), (20, 26, 50, 69)
    organ, sides = lung_pair("lung", mask(RIGHT, piece_below, small_left))
    assert [int(side.sum()) for side in sides] == [800, 140]
    assert organ.stray_pixels == 160


@pytest.mark.parametrize("bridge", [(20, 20, 30, 49), (10, 16, 30, 49), (25, 40, 30, 49)])
def test_joined_lungs_are_one_part_with_two_sides(bridge):
    organ, sides = lung_pair("lung", mask(RIGHT, LEFT, bridge, (55, 56, 0, 1)))
    assert (organ.stray_parts, organ.stray_pixels) == (1, 4)
    assert len(sides) == 2
    assert int(sides[0].sum()) == int(sides[1].sum())
    assert not (sides[0] & sides[1]).any()
    assert ((sides[0] | sides[1]) == organ.mask).all()


@pytest.mark.parametrize("speck", [(), ((20, 24, 60, 63),), ((20, 24, 60, 63), (30, 33, 55, 58))])
def test_one_lung_with_specks_on_the_other_side_is_one_lung(speck):
    _, sides = lung_pair("lung", mask(RIGHT, *speck))
    assert len(sides) == 1


def test_one_lung_with_a_hole_is_one_lung():
    lung = mask(RIGHT)
    lung[20:26, 15:24] = False
    assert len(lung_pair("lung", lung)[1]) == 1


def test_equal_parts_give_the_same_answer_every_time():
    organ = largest_part("heart", mask((0, 4, 0, 4), (20, 24, 20, 24)))
    assert organ.mask[0, 0]
    assert not organ.mask[20, 20]
