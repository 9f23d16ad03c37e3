from __future__ import annotations

import numpy as np
import pytest

from medunet.auditing.bands import bands
from medunet.auditing.grey import thumbnail
from medunet.auditing.look import THUMB
from medunet.phantoms import chest_film


@pytest.fixture
def film():
    return thumbnail(chest_film(1, 0, size=256).image.array[0].astype(np.float32))


@pytest.mark.parametrize(("side", "share"), [(np.s_[:16], 0.25), (np.s_[:, -8:], 0.125), (np.s_[0:0], 0.0)])
def test_flat_lines_are_counted_from_the_edge(side, share):
    thumb = np.random.default_rng(0).integers(60, 200, (THUMB, THUMB)).astype(np.uint8)
    thumb[side] = 0
    assert bands(thumb) == (pytest.approx(share), 0.0)
    assert bands(255 - thumb)[1] == pytest.approx(share, abs=0.02)


def test_a_black_picture_is_all_band():
    assert bands(np.zeros((THUMB, THUMB), np.uint8))[0] == 1


def test_a_sound_film_has_none(film):
    assert max(bands(film)) < 0.05


def tilted(film, grey):
    """A strip at the lower edge whose end falls by six rows from left to right."""
    rows, columns = np.ogrid[:THUMB, :THUMB]
    return np.where(rows > THUMB - 12 + 6 * columns / THUMB, grey, film).astype(np.uint8)


def test_a_tilted_black_strip(film):
    black, white = bands(tilted(film, 0))
    assert black == pytest.approx(9 / THUMB, abs=0.03)
    assert white < 0.05


def test_a_tilted_white_strip_below_dense_tissue(film):
    soft = np.clip(film.astype(int) * 0.8, 0, 200).astype(np.uint8)
    assert bands(tilted(soft, 252))[1] == pytest.approx(9 / THUMB, abs=0.03)


def test_white_tissue_that_ends_on_a_curve_is_no_strip(film):
    rows, columns = np.ogrid[:THUMB, :THUMB]
    dome = rows > THUMB - 1 - 14 * np.sin(np.pi * columns / THUMB)
    assert bands(np.where(dome, 252, film // 2).astype(np.uint8))[1] < 0.05
