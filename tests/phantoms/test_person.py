from __future__ import annotations

import numpy as np
import pytest

from medunet.phantoms.keyed import draws
from medunet.phantoms.person import draw_person, draw_pose

PEOPLE = [draw_person(draws(1, "person", number)) for number in range(300)]
POSES = [draw_pose(draws(1, "pose", number), person) for number, person in enumerate(PEOPLE)]


def test_people_are_adults_of_plausible_size():
    assert all(19 <= person.age <= 91 for person in PEOPLE)
    widths = [2 * person.half_width for person in PEOPLE]
    assert min(widths) > 180
    assert max(widths) < 350
    assert 0.4 < np.mean([person.sex == "F" for person in PEOPLE]) < 0.6
    assert all(0.38 < person.ctr < 0.66 for person in PEOPLE)


def test_bedside_films_show_a_larger_heart_and_a_higher_diaphragm():
    bedside = [pose for pose in POSES if pose.view == "AP"]
    upright = [pose for pose in POSES if pose.view == "PA"]
    assert 0.15 < len(bedside) / len(POSES) < 0.30
    assert np.mean([p.heart_scale for p in bedside]) > np.mean([p.heart_scale for p in upright]) + 0.05
    assert np.mean([p.inspiration for p in bedside]) < np.mean([p.inspiration for p in upright]) - 0.05


def test_the_heart_on_the_film_stays_within_the_promised_range():
    shown = [pose.heart_scale * person.ctr for pose, person in zip(POSES, PEOPLE, strict=True)]
    assert min(shown) == pytest.approx(0.38, abs=0.02)
    assert max(shown) <= 0.68 + 1e-9


def test_fluid_is_rare_and_on_one_side():
    wet = [pose.fluid for pose in POSES if max(pose.fluid) > 0]
    assert 0 < len(wet) < 0.2 * len(POSES)
    assert all(min(fluid) == 0 for fluid in wet)
