from __future__ import annotations

import numpy as np

from medunet.phantoms.anatomy import chest_of
from medunet.phantoms.keyed import Keys
from medunet.phantoms.person import draw_person, draw_pose
from medunet.phantoms.plane import Plane
from medunet.phantoms.tissue import attenuation

PLANE = Plane(-190.0, -40.0, 1.5, (230, 254))


def through(number):
    keys = Keys(6, number, number)
    person = draw_person(keys.person("person"))
    chest = chest_of(person, draw_pose(keys.visit("pose"), person))
    lungs = PLANE.fill(chest.lung_outline(0)) | PLANE.fill(chest.lung_outline(1))
    heart = PLANE.fill(chest.heart)
    return attenuation(chest, PLANE, keys), lungs & ~heart, heart, chest


def test_the_beam_passes_lung_more_easily_than_heart_and_belly():
    for number in range(8):
        line, lungs, heart, chest = through(number)
        belly = (PLANE.y > 1.06 * chest.height) & (np.abs(PLANE.x) < 0.7 * chest.person.half_width)
        assert np.isfinite(line).all()
        assert line.min() >= 0
        assert line[lungs].mean() < 0.8 * line[heart].mean()
        assert line[lungs].mean() < 0.8 * line[belly].mean()
        assert line.max() < 12


def test_the_hearts_left_border_is_faint_in_places():
    """What a network must learn: on real films 6 % of the left border has under a quarter of the usual contrast."""
    contrasts = []
    for number in range(24):
        line, lungs, heart, _ = through(number)
        usual = np.median(line[heart]) - np.median(line[lungs])
        for row in np.flatnonzero(heart.any(axis=1)):
            edge = int(np.flatnonzero(heart[row])[-1])
            if lungs[row, edge + 5]:
                contrasts.append((line[row, edge - 4] - line[row, edge + 5]) / usual)
    assert 0.02 < np.mean(np.array(contrasts) < 0.25) < 0.25
    assert 0.35 < np.median(contrasts) < 0.80


def test_the_air_beside_the_body_stops_nothing():
    *_, chest = through(0)
    wide = Plane(-400.0, 0.0, 4.0, (60, 200))
    keys = Keys(6, 0, 0)
    assert attenuation(chest, wide, keys)[:, :10].max() == 0
