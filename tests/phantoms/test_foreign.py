from __future__ import annotations

import numpy as np
import pytest

from medunet.phantoms.foreign import FOREIGN, foreign_picture


@pytest.mark.parametrize("kind", FOREIGN)
def test_a_picture_is_grey_in_0_to_1_and_the_same_each_time(kind):
    first, again = (foreign_picture(kind, 3, 1, 48) for _ in range(2))
    assert first.shape == (48, 48)
    assert first.dtype == np.float64
    assert first.min() >= 0
    assert first.max() <= 1
    np.testing.assert_array_equal(first, again)


@pytest.mark.parametrize("kind", FOREIGN)
def test_pictures_of_a_kind_differ_by_number_and_by_seed(kind):
    pictures = [foreign_picture(kind, seed, number, 48) for seed, number in ((3, 1), (3, 2), (4, 1))]
    assert not any(np.array_equal(pictures[i], pictures[j]) for i, j in ((0, 1), (0, 2), (1, 2)))


def test_kinds_differ():
    pictures = [foreign_picture(kind, 0, 0, 32).tobytes() for kind in FOREIGN]
    assert len(set(pictures)) == len(FOREIGN) >= 12
