from __future__ import annotations

import numpy as np

from medunet.phantoms.anatomy import chest_of
from medunet.phantoms.bones import bone_thickness
from medunet.phantoms.keyed import draws
from medunet.phantoms.person import draw_person, draw_pose
from medunet.phantoms.plane import Plane

PERSON = draw_person(draws(4, "person", 0))
CHEST = chest_of(PERSON, draw_pose(draws(4, "pose", 0), PERSON))
PLANE = Plane(-170.0, -40.0, 1.0, (340, 340))
BONE = bone_thickness(CHEST, PLANE, draws(4, "bones", 0))


def test_bone_is_finite_and_never_negative():
    assert np.isfinite(BONE).all()
    assert BONE.min() >= 0
    assert BONE.max() < 80


def test_the_spine_stands_in_the_middle():
    profile = BONE[60:260].mean(axis=0)
    middle = np.abs(PLANE.x[0]) < 10
    flank = (np.abs(PLANE.x[0]) > 40) & (np.abs(PLANE.x[0]) < 60)
    assert profile[middle].mean() > 2 * profile[flank].mean()


def test_ribs_alternate_with_gaps_down_the_lung():
    column = BONE[40:240, np.abs(PLANE.x[0] - 70).argmin()]
    changes = np.count_nonzero(np.diff((column > 0.5 * column.mean()).astype(int)))
    assert changes >= 12


def test_the_same_bones_at_twice_the_resolution():
    fine = bone_thickness(CHEST, Plane(-170.0, -40.0, 0.5, (679, 679)), draws(4, "bones", 0))
    blocks = fine[:678, :678].reshape(339, 2, 339, 2).mean(axis=(1, 3))
    assert abs(blocks.mean() / BONE.mean() - 1) < 0.02
