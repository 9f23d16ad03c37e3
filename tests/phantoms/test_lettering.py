from __future__ import annotations

import numpy as np
import pytest

from medunet.phantoms.lettering import word_points


@pytest.mark.parametrize("word", ["R", "L", "PORTABLE", "U"])
def test_letters_fill_their_height(word):
    points = word_points(word, 20.0, 0.5)
    assert points[:, 1].min() == 0
    assert points[:, 1].max() == 20.0
    assert points[:, 0].min() == 0


def test_letters_stand_side_by_side():
    single, double = word_points("L", 10.0, 0.5), word_points("LL", 10.0, 0.5)
    assert len(double) == 2 * len(single)
    assert np.ptp(double[:, 0]) > 2 * np.ptp(single[:, 0])


def test_r_and_l_differ():
    assert len(word_points("R", 10.0, 0.5)) > 1.5 * len(word_points("L", 10.0, 0.5))
