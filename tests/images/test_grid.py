import math

import pytest

from medunet.images.grid import Grid, ThirdAxis

X, Y, Z = (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)


def test_film_without_geometry_has_two_axes_and_no_spacing():
    grid = Grid((4, 5))
    assert grid.ndim == 2
    assert grid.spacing is None
    assert Grid((4, 5, 6), (1, 1, 2.5), (0, 0, 0), (X, Y, Z)).ndim == 3


@pytest.mark.parametrize(
    "arguments",
    [
        ((4,),),
        ((0, 5),),
        ((1, 2, 3, 4),),
        ((4, 5), (1.0,)),
        ((4, 5), (1.0, 0.0)),
        ((4, 5), (1.0, -1.0)),
        ((4, 5), (1.0, math.nan)),
        ((4, 5), (1.0, math.inf)),
        ((4, 5), (1.0, 1.0), (0, 0, 0), None),
        ((4, 5), None, (0, 0, 0), (X, Y)),
        ((4, 5), (1.0, 1.0), (0, 0, 0), (X, Y, Z)),
        ((4, 5), (1.0, 1.0), (0, 0, 0), (X, (0.0, 2.0, 0.0))),
        ((4, 5, 6), (1.0, 1.0, 1.0), None, None, ThirdAxis(True)),
    ],
)
def test_impossible_grids_cannot_be_built(arguments):
    with pytest.raises(ValueError, match=r"grid|spacing|direction|origin|third"):
        Grid(*arguments)


def test_how_the_file_held_a_film_is_no_part_of_its_geometry():
    film = Grid((4, 5), (1, 1), (0, 0, 0), (Y, X))
    same = Grid((4, 5), (1, 1), (0, 0, 0), (Y, X), ThirdAxis(True, (0.0, 0.0, 3.0)))
    assert film == same
    assert hash(film) == hash(same)
