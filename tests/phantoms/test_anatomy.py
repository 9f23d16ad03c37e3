from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from medunet.phantoms.anatomy import chest_of
from medunet.phantoms.keyed import draws
from medunet.phantoms.person import draw_person, draw_pose

CHESTS = []
for number in range(60):
    person = draw_person(draws(2, "person", number))
    CHESTS.append(chest_of(person, draw_pose(draws(2, "pose", number), person)))


def test_the_heart_has_the_width_that_was_asked_for():
    for chest in CHESTS:
        shown = np.ptp(chest.heart[:, 0]) / sum(chest.half_widths)
        assert shown == pytest.approx(chest.person.ctr * chest.pose.heart_scale, rel=1e-9)


def test_the_heart_lies_between_the_lungs_and_reaches_further_left():
    for chest in CHESTS:
        right, left = chest.heart[:, 0].min(), chest.heart[:, 0].max()
        assert -chest.half_widths[0] < right < 0 < left < chest.half_widths[1]
    assert np.mean([c.heart[:, 0].max() + c.heart[:, 0].min() for c in CHESTS]) > 20


def test_the_lungs_border_runs_outside_its_inner_border():
    for chest in CHESTS:
        y = np.linspace(0.01, 1.0, 60) * chest.height
        for side in range(2):
            assert (chest.lateral(side, y) > chest.medial(side, y)).all()


def test_lungs_end_at_apex_dome_and_angle():
    for chest in CHESTS:
        for side, sign in enumerate((-1, 1)):
            outline = chest.lung_outline(side)
            assert (outline[:, 0] * sign > 0).all()
            assert outline[:, 1].min() == pytest.approx(0, abs=0.5)
            assert chest.domes[side] < outline[:, 1].max() < 1.08 * chest.height
            assert np.abs(outline[:, 0]).max() == pytest.approx(chest.half_widths[side], rel=0.08)


def test_the_right_dome_mostly_stands_higher():
    assert np.mean([chest.domes[0] < chest.domes[1] for chest in CHESTS]) > 0.8


def test_fluid_lifts_the_floor_only_where_it_lies():
    dry = replace(CHESTS[0], pose=replace(CHESTS[0].pose, fluid=(0.0, 0.0)))
    wet = replace(CHESTS[0], pose=replace(CHESTS[0].pose, fluid=(50.0, 0.0)))
    distance = np.linspace(0, dry.half_widths[0], 50)
    lift = dry.floor(0, distance) - wet.floor(0, distance)
    assert (lift >= 0).all()
    assert lift[-1] > 30
    assert lift[:20].max() == 0
    assert np.array_equal(dry.floor(1, distance), wet.floor(1, distance))
