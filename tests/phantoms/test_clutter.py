from __future__ import annotations

from dataclasses import replace

import numpy as np

from medunet.phantoms.anatomy import chest_of
from medunet.phantoms.clutter import device_thickness, mark
from medunet.phantoms.keyed import Keys, draws
from medunet.phantoms.person import draw_person, draw_pose
from medunet.phantoms.plane import Plane

PLANE = Plane(-190.0, -40.0, 1.0, (380, 380))


def chest(number, **changes):
    keys = Keys(8, number, number)
    person = replace(draw_person(keys.person("person")), **changes)
    return chest_of(person, draw_pose(keys.visit("pose"), person)), keys


def test_a_pacemaker_lies_in_the_left_upper_chest_with_a_lead_to_the_heart():
    for number in range(6):
        body, keys = chest(number, pacemaker=True, sternotomy=False)
        metal = device_thickness(body, PLANE, keys)
        without = device_thickness(chest(number, pacemaker=False, sternotomy=False)[0], PLANE, keys)
        added = metal - without
        rows, columns = np.nonzero(added > 0.8)
        assert PLANE.x[0, columns].mean() > 0.3 * body.person.half_width
        assert PLANE.y[rows, 0].mean() < 0.5 * body.height
        assert added[PLANE.fill(body.heart)].max() > 0.3


def test_bedside_films_carry_more_lines_than_others():
    amounts = {"PA": [], "AP": []}
    for number in range(60):
        body, keys = chest(number, pacemaker=False, sternotomy=False)
        amounts[body.pose.view].append(float(device_thickness(body, PLANE, keys).sum()) > 0)
    assert np.mean(amounts["AP"]) > 0.6
    assert np.mean(amounts["PA"]) < 0.2


def test_marks_and_borders_leave_the_lungs_free():
    grey = np.full((256, 256), 0.4)
    lungs = np.zeros((256, 256), dtype=bool)
    lungs[40:200, 40:216] = True
    changed = bordered = 0
    for film in range(120):
        marked = mark(grey, lungs, "AP" if film % 3 == 0 else "PA", draws(8, "marks", film))
        assert (grey == 0.4).all(), "the input is never modified"
        assert marked.min() >= 0
        assert marked.max() <= 1
        assert np.abs(marked - grey)[60:200, 40:216].max() < 0.06
        changed += not np.array_equal(marked, grey)
        bordered += np.abs(marked[-3:] - 0.4).mean() > 0.2 or np.abs(marked[:, :3] - 0.4).mean() > 0.2
    assert changed > 90
    assert 5 < bordered < 60
