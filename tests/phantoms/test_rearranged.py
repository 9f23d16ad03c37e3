from __future__ import annotations

import numpy as np
import pytest

from medunet.phantoms.rearranged import LEFT, LOOKS, MIRRORED, PART, RIGHT, UNLIKE, UPSIDE_DOWN, WRONG

FILM = np.arange(48.0 * 40).reshape(48, 40)


def changed(kind, seed=0, film=FILM):
    return WRONG[kind][1](film, np.random.default_rng(seed))


def test_every_kind_looks_like_one_of_the_looks_and_every_look_has_a_kind():
    assert {look for look, _ in WRONG.values()} == set(LOOKS) == {LEFT, RIGHT, UPSIDE_DOWN, MIRRORED, PART, UNLIKE}


def test_turned_films_are_turned_as_they_say():
    top = FILM[0]
    np.testing.assert_array_equal(changed("left")[:, 0], top[::-1])  # its top edge is now at the left
    np.testing.assert_array_equal(changed("right")[:, -1], top)
    np.testing.assert_array_equal(changed("half turn")[-1], top[::-1])
    np.testing.assert_array_equal(changed("mirror")[0], top[::-1])
    np.testing.assert_array_equal(changed("half turn and mirror")[-1], top)


@pytest.mark.parametrize("turn", ["left", "right"])
def test_a_turned_film_is_mirrored_on_its_own_axis(turn):
    straight, mirrored = changed(turn), changed(f"{turn} and mirror")
    np.testing.assert_array_equal(np.sort(straight, axis=None), np.sort(mirrored, axis=None))
    assert not np.array_equal(straight, mirrored)


@pytest.mark.parametrize(
    ("kind", "least", "most"), [("corner", 0.05, 0.26), ("patch", 0.005, 0.13), ("strip", 0.1, 0.41)]
)
def test_parts_are_as_small_as_they_say(kind, least, most):
    for seed in range(20):
        assert least <= changed(kind, seed).size / FILM.size <= most


@pytest.mark.parametrize("kind", WRONG)
def test_no_kind_invents_grey_and_none_changes_the_film(kind):
    film = FILM.copy()
    for seed in range(4):
        made = changed(kind, seed, film)
        assert made.ndim == 2
        assert min(made.shape) >= 2
        assert set(made.ravel()) <= set(FILM.ravel())
    np.testing.assert_array_equal(film, FILM)


def test_pieces_are_the_whole_film_in_another_order():
    film = np.arange(24.0 * 24).reshape(24, 24)
    made = changed("pieces", 1, film)
    assert sorted(made.ravel()) == sorted(film.ravel())
    assert not np.array_equal(made, film)
