from __future__ import annotations

import numpy as np
import pytest

from medunet.phantoms.foreign_bodies import axes, exposed, oval, rod, side_view, texture


def test_places_are_the_middles_of_pixels():
    x, y = axes(4)
    np.testing.assert_allclose(x[0], [-0.75, -0.25, 0.25, 0.75])
    np.testing.assert_allclose(y[:, 0], x[0])


def test_a_rod_is_as_thick_as_its_radius_on_its_axis_and_nothing_beyond():
    thick = rod(200, (0, -0.5), (0, 0.5), (0.2, 0.2))
    assert thick.max() == pytest.approx(0.2, abs=1e-3)
    assert thick[100, 100] == pytest.approx(0.2, abs=1e-3)
    assert thick[100, 145] == 0  # 0.45 off the axis
    area = np.count_nonzero(thick) / 200**2 * 4
    assert area == pytest.approx(2 * 0.2 * 1 + np.pi * 0.2**2, rel=0.02)


def test_an_oval_has_the_area_of_its_half_axes_however_it_is_turned():
    for angle in (0.0, 0.7):
        area = oval(300, (0.1, -0.1), (0.6, 0.3), angle).sum() / 300**2 * 4
        assert area == pytest.approx(np.pi * 0.6 * 0.3, rel=0.02)


def test_texture_is_standardised():
    field = texture(64, np.random.default_rng(0), 0.05)
    assert field.mean() == pytest.approx(0, abs=1e-9)
    assert field.std() == pytest.approx(1)


def test_what_is_thicker_is_brighter_or_darker_throughout():
    thick = np.tile(np.linspace(0, 1, 64), (64, 1))
    film = exposed(thick, np.random.default_rng(1))
    steps = np.diff(film.mean(axis=0)[::8])
    assert (steps > 0).all() or (steps < 0).all()


def test_side_views_look_to_either_side():
    spines = [np.argmax(side_view(np.random.default_rng(seed), 64)[:, 8:56].mean(axis=0)) for seed in range(12)]
    assert min(spines) < 20
    assert max(spines) > 28
