from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from medunet.phantoms.curves import closed_outline, open_curve, resampled, smooth_step, tube
from medunet.phantoms.plane import Plane


def test_a_closed_outline_passes_its_corners_without_a_kink():
    corners = np.array([(10.0, 0.0), (0.0, 10.0), (-10.0, 0.0), (0.0, -10.0)])
    outline = closed_outline(corners, 400)
    assert np.abs(outline[[0, 100, 200, 300]] - corners).max() < 1e-9
    assert np.sqrt((outline**2).sum(axis=1)) == pytest.approx(10.0, abs=0.6)
    steps = np.diff(outline, axis=0, append=outline[:1])
    turns = np.diff(np.unwrap(np.arctan2(steps[:, 1], steps[:, 0])))
    assert turns.min() > 0
    assert turns.max() < 0.05


def test_an_open_curve_ends_at_its_ends():
    corners = np.array([(0.0, 0.0), (10.0, 5.0), (20.0, 0.0)])
    curve = open_curve(corners, 50)
    assert curve[0] == pytest.approx(corners[0])
    assert curve[-1] == pytest.approx(corners[-1])
    assert open_curve(corners[:2], 3)[1] == pytest.approx((5.0, 2.5))


@given(spacing=st.floats(0.05, 30))
@settings(deadline=None)
def test_resampling_keeps_ends_and_spacing(spacing):
    curve = np.array([(0.0, 0.0), (3.0, 4.0), (3.0, 14.0)])
    points = resampled(curve, spacing)
    assert points[0] == pytest.approx(curve[0])
    assert points[-1] == pytest.approx(curve[-1])
    assert np.sqrt((np.diff(points, axis=0) ** 2).sum(axis=1)).max() <= spacing + 1e-9


@pytest.mark.parametrize("hollow", [0.0, 0.7])
def test_a_tube_holds_the_volume_of_its_wall(hollow):
    points, volume = tube(np.array([(0.0, 0.0), (60.0, 25.0)]), 5.0, 0.2, hollow=hollow)
    assert volume.sum() == pytest.approx(np.pi * 25 * (1 - hollow**2) * 65, rel=0.03)
    across = (points - points.mean(axis=0)) @ np.array([-25.0, 60.0]) / 65
    assert np.abs(across).max() < 5.0


def test_a_solid_tube_is_as_thick_as_wide_and_even_along_its_way():
    plane = Plane(0.0, -10.0, 0.5, (41, 201))
    thickness = plane.deposit(*tube(np.array([(-20.0, 0.0), (140.0, 0.0)]), 6.0, plane.step))
    middle = ndimage.gaussian_filter(thickness, 0.7)[20, 5:-5]  # the blur that every painter of tubes applies
    assert middle.mean() == pytest.approx(12.0, rel=0.05)
    assert middle.std() / middle.mean() < 0.05


def test_a_hollow_tube_is_denser_at_its_rims():
    plane = Plane(0.0, -10.0, 0.5, (41, 61))
    thickness = plane.deposit(*tube(np.array([(-20.0, 0.0), (60.0, 0.0)]), 6.0, plane.step, hollow=0.8))
    profile = thickness.mean(axis=1)
    assert profile[10:30].max() > 2 * profile[20]


def test_smooth_step_rises_from_0_to_1():
    values = smooth_step(np.linspace(-1, 2, 31))
    assert values[0] == 0
    assert values[-1] == 1
    assert (np.diff(values) >= 0).all()
