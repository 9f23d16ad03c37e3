from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from medunet.auditing.fitting import SIZE, fit
from medunet.phantoms import chest_film


def lungs(film):
    return film.labels.mask("right lung") | film.labels.mask("left lung")


@pytest.fixture(scope="module")
def films():
    return [chest_film(2, n, size=256) for n in range(4)]


def plane(film):
    return film.image.array[0].astype(np.float32)


def test_a_mask_fits_where_it_lies(films):
    for film in films:
        found = fit(plane(film), lungs(film))
        assert 0.4 < found.match <= found.best
        assert max(map(abs, found.shift)) <= 3 / SIZE


@pytest.mark.parametrize(("axis", "by"), [(0, 12), (0, -12), (1, 12), (1, -12)])
def test_a_slipped_mask_tells_where_it_came_from(films, axis, by):
    for film in films:
        own = fit(plane(film), lungs(film)).shift
        slipped = fit(plane(film), np.roll(lungs(film), by, axis)).shift
        assert slipped[axis] - own[axis] == pytest.approx(-by / 256, abs=2 / SIZE)


def test_another_films_mask_fits_worse(films):
    for film, other in pairwise(films):
        assert fit(plane(film), lungs(other)).match < fit(plane(film), lungs(film)).match


def test_a_mirrored_mask_fits_the_mirrored_film(films):
    for film in films:
        own, other = fit(plane(film), lungs(film)), fit(plane(film), lungs(film)[:, ::-1])
        assert own.best - own.mirrored > 0.05
        assert other.mirrored == pytest.approx(own.best, abs=1e-6)
        assert other.best == pytest.approx(own.mirrored, abs=1e-6)


def test_an_inverted_film_fits_the_other_way_round(films):
    assert fit(255 - plane(films[0]), lungs(films[0])).match < 0


def test_nothing_to_compare(films):
    assert fit(plane(films[0]), np.zeros((256, 256), bool)) is None
