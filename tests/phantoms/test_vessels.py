from __future__ import annotations

import numpy as np
import pytest

from medunet.phantoms.anatomy import chest_of
from medunet.phantoms.keyed import draws
from medunet.phantoms.person import draw_person, draw_pose
from medunet.phantoms.plane import Plane
from medunet.phantoms.vessels import cloud, vessel_thickness

PERSON = draw_person(draws(4, "person", 1))
CHEST = chest_of(PERSON, draw_pose(draws(4, "pose", 1), PERSON))
PLANE = Plane(-170.0, -40.0, 1.0, (340, 340))


def test_vessels_thin_out_from_the_hilum():
    vessels = vessel_thickness(CHEST, PLANE, draws(4, "vessels", 1))
    assert vessels.min() >= 0
    distance = np.abs(PLANE.x) + 0 * PLANE.y
    near, far = vessels[(distance > 20) & (distance < 60)], vessels[(distance > 90) & (distance < 120)]
    assert near.mean() > 2 * far.mean() > 0


def test_clouds_have_mean_0_and_spread_1_at_any_size():
    for size in (100, 400):
        clouds = cloud(Plane(0.0, 0.0, 1.0, (size, size)), draws(4, "cloud", 1), 1.4)
        assert clouds.mean() == pytest.approx(0, abs=0.05)
        assert clouds.std() == pytest.approx(1, abs=0.1)


def test_clouds_are_the_same_at_every_size():
    small = cloud(Plane(0.0, 0.0, 1.0, (100, 100)), draws(4, "cloud", 1), 2.0)
    large = cloud(Plane(0.0, 0.0, 1.0, (200, 200)), draws(4, "cloud", 1), 2.0)
    assert np.corrcoef(small.ravel(), large[::2, ::2].ravel())[0, 1] > 0.99


def test_a_higher_power_is_smoother():
    rough, smooth = (cloud(PLANE, draws(4, "cloud", 1), power) for power in (0.8, 2.0))
    assert np.abs(np.diff(smooth)).mean() < 0.5 * np.abs(np.diff(rough)).mean()
