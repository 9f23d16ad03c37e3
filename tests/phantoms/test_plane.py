from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medunet.phantoms.plane import Plane

PLANE = Plane(left=-10.0, top=5.0, step=0.5, shape=(60, 80))


def test_positions_start_at_the_corner_and_broadcast():
    assert PLANE.x.shape == (1, 80)
    assert PLANE.y.shape == (60, 1)
    assert PLANE.x[0, 0] == -10.0
    assert PLANE.y[-1, 0] == 5.0 + 59 * 0.5


@given(x=st.floats(-9.9, 28.9), y=st.floats(5.1, 33.9), volume=st.floats(0.01, 100))
@settings(deadline=None, max_examples=60)
def test_a_drop_keeps_its_volume_and_its_place(x, y, volume):
    thickness = PLANE.deposit(np.array([[x, y]]), np.array([volume]))
    assert thickness.sum() * PLANE.step**2 == pytest.approx(volume)
    assert (thickness * PLANE.x).sum() / thickness.sum() == pytest.approx(x, abs=1e-6)
    assert (thickness * PLANE.y).sum() / thickness.sum() == pytest.approx(y, abs=1e-6)


def test_drops_beside_the_plane_are_lost():
    points = np.array([[-10.1, 6.0], [1000.0, 6.0], [0.0, 4.0], [0.0, 99.0]])
    assert PLANE.deposit(points, np.ones(4)).sum() == 0


@given(
    angles=st.lists(st.floats(0, 6.28), min_size=3, max_size=12, unique=True),
    radius=st.floats(0.5, 14),
    x=st.floats(-8, 28),
    y=st.floats(6, 30),
)
@settings(deadline=None, max_examples=60)
def test_fill_agrees_with_matplotlib(angles, radius, x, y):
    path = pytest.importorskip("matplotlib.path")
    turn = np.sort(np.array(angles))
    outline = np.stack([x + radius * np.cos(turn), y + radius * np.sin(turn)], axis=1)
    columns, rows = np.broadcast_arrays(PLANE.x, PLANE.y)
    centres = np.stack([columns.ravel(), rows.ravel()], axis=1)
    expected = path.Path(np.concatenate([outline, outline[:1]]), closed=True).contains_points(centres)
    assert (PLANE.fill(outline).ravel() != expected).sum() <= 2  # centres on the line itself may go either way


def test_fill_of_a_ring_knows_even_from_odd():
    square = np.array([(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)])
    plane = Plane(-10.0, -10.0, 0.25, (81, 81))
    inside = plane.fill(np.concatenate([8 * square, 8 * square[:1], 4 * square, 4 * square[:1]]))
    assert not inside[40, 40]
    assert inside[40, 40 + 24]
    assert not inside[40, 40 + 36]
