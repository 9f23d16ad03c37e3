from __future__ import annotations

import numpy as np
import pytest

from medunet.auditing.chest_traits import TRAITS, traits_of
from medunet.phantoms import chest_film

SIGNS = {"over heart", "recedes", "dense rim"}


@pytest.fixture(scope="module")
def film():
    return chest_film(1, 0, size=192)


def parts(film):
    names = ("right lung", "left lung", "heart")
    return [film.labels.mask(name) for name in names], film.image.array[0].astype(np.float32)


def test_a_film_with_heart_and_lungs_has_all_traits(film):
    (right, left, heart), grey = parts(film)
    found = traits_of((right, left), heart, grey)
    assert set(found) == {trait.name for trait in TRAITS} | SIGNS
    assert all(np.isfinite(value) for value in found.values())


def test_what_cannot_be_had_is_not_there(film):
    (right, left, heart), grey = parts(film)
    assert "left dense" not in traits_of((right, left), heart, None)
    assert "heart top" not in traits_of((right, left), None, grey)
    assert traits_of((right, np.zeros_like(left)), heart, grey) == {}


def test_a_larger_film_has_the_same_traits(film):
    (right, left, heart), grey = parts(film)
    large = [np.kron(one, np.ones((6, 6), one.dtype)).astype(one.dtype) for one in (right, left, heart, grey)]
    own, other = traits_of((right, left), heart, grey), traits_of((large[0], large[1]), large[2], large[3])
    for name in ("lungs top", "bottoms", "areas", "heart top", "left gap", "over heart"):
        assert other[name] == pytest.approx(own[name], abs=0.03), name


def boxes():
    """Two lungs of 60 by 20 pixels and a heart between them."""
    left, right, heart = (np.zeros((100, 100), bool) for _ in range(3))
    left[20:80, 10:30], right[20:80, 70:90], heart[50:85, 32:68] = True, True, True
    return left, right, heart


def test_what_each_length_means():
    left, right, heart = boxes()
    found = traits_of((left, right), heart, None)
    assert found["lungs top"] == 0.2
    assert found["lungs bottom"] == 0.79
    assert found["tops"] == found["bottoms"] == found["areas"] == found["left dent"] == found["right dent"] == 0
    assert found["heart top"] == pytest.approx(0.5)
    assert found["heart bottom"] == pytest.approx(5 / 60, abs=1e-4)
    assert found["left gap"] == found["right gap"] == pytest.approx(3 / 80, abs=1e-4)


def test_a_bite_at_the_outer_border_and_a_lung_that_ends_early():
    left, right, heart = boxes()
    left[40:50, 10:18] = False
    right[60:] = False
    found = traits_of((left, right), heart, None)
    assert found["left dent"] == 0  # the border turns back before its outermost point
    left[50:80, 9] = True
    found = traits_of((left, right), heart, None)
    assert found["left dent"] == pytest.approx(8.5 / 81, abs=1 / 81)
    assert found["bottoms"] == pytest.approx(20 / 81, abs=1e-4)


def test_densities_lie_between_lung_and_heart():
    left, right, heart = boxes()
    grey = np.full((100, 100), 50, np.float32)
    grey[heart] = 200
    right[20:80, 60:70] = ~heart[20:80, 60:70]
    grey[20:50, 60:72] = 200
    found = traits_of((left, right), heart, grey)
    assert found["left dense"] == 0
    assert found["right dense"] > 0.1
    assert found["dense rim"] > 0.7
    assert found["heart dark"] < 0.1
