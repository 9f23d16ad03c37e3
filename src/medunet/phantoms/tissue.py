"""Tissue: what the beam meets on its way, summed up as attenuation (no unit) in the patient's frame."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from medunet.phantoms.anatomy import SIDES, Chest
from medunet.phantoms.bones import bone_thickness
from medunet.phantoms.curves import open_curve, smooth_step, tube
from medunet.phantoms.keyed import Keys
from medunet.phantoms.plane import Floats, Plane
from medunet.phantoms.vessels import cloud, vessel_thickness

SOFT = 0.0165
"""Effective attenuation of soft tissue at a chest film's tube voltage, per mm."""

BONE = 0.045
"""What bone attenuates more than the soft tissue it stands in for, per mm."""

METAL = 0.35
"""Effective attenuation of a device's metal, per mm (the beam's hard part goes through)."""


def attenuation(chest: Chest, plane: Plane, keys: Keys) -> Floats:
    """(rows, columns) line integral of the attenuation through the body, 0 in free air."""
    lungs = _lung_air(chest, plane, keys.visit("lungs")) * (1 - 0.97 * _heart(chest, plane, keys.person("heart")))
    texture = np.clip(1 - 0.16 * cloud(plane, keys.person("texture"), 1.6), 0.3, 1.8)
    density = float(keys.visit("density").uniform(0.28, 0.48))  # of the lung, against soft tissue
    trunk = _trunk(chest, plane, keys.person("trunk"))
    soft = trunk + _breasts(chest, plane, keys.person("breasts")) - lungs * (1 - density * texture)
    soft -= _windpipe(chest, plane) + _bowel_gas(chest, plane, keys.visit("gas"))
    inside = vessel_thickness(chest, plane, keys.person("vessels")) + _haze(chest, plane, keys.visit("haze"))
    soft += np.minimum(lungs / 45.0, 1.0) * inside
    soft += 7.0 * cloud(plane, keys.person("muscle"), 2.0) * np.minimum(trunk / 60.0, 1.0)
    bone = ndimage.gaussian_filter(bone_thickness(chest, plane, keys.person("bones")), 0.7)
    bone *= np.minimum(trunk / 40.0, 1.0)
    return np.asarray(SOFT * np.maximum(soft, 0.0) + BONE * bone)


def _trunk(chest: Chest, plane: Plane, rng: np.random.Generator) -> Floats:
    """Millimetres of body along the beam: neck, sloping shoulders, chest with its wall, belly, arms."""
    half, height, depth = chest.person.half_width, chest.height, chest.person.depth
    side = half + chest.person.wall
    slope = float(rng.uniform(0.9, 1.2))
    y = plane.y / height
    raised = chest.pose.view == "PA"  # shoulders rolled forward: the armpits open early
    armpit = 1.10 * side if raised else 1.35 * side
    table = [(-0.60, 0.44 * half), (-0.24, 0.42 * half), (-0.16, 0.50 * half), (-0.09, 0.86 * half * slope),
             (0.02, 1.32 * half * slope), (0.12, 1.60 * half), (0.26, 1.58 * half), (0.40, armpit),
             (0.54, side), (1.0, side), (1.5, side + 8)]  # fmt: skip
    widths = np.interp(y, *np.array(table).T)
    depths = depth * np.interp(y, [-0.6, -0.2, 0.0, 0.25, 0.6, 1.0, 1.5], [0.46, 0.48, 0.62, 0.86, 0.98, 1.00, 1.02])
    ratio = np.abs(plane.x) / widths
    outside = np.clip(1 - ratio**2.4, 0, None)
    body = depths * outside**0.55
    arm = 0.30 * depth * np.sqrt(np.clip(1 - ((np.abs(plane.x) - 1.58 * half - 26 * y) / 44) ** 2, 0, None))
    return np.asarray(np.maximum(body, arm * (y > 0.1)))


def _lung_air(chest: Chest, plane: Plane, rng: np.random.Generator) -> Floats:
    """Millimetres of lung along the beam, the part behind the diaphragm included, heart not taken out."""
    depth = 0.74 * chest.person.depth
    y = plane.y
    apex = smooth_step(y / (0.36 * chest.height)) * 0.66 + 0.34
    soft_edge = float(rng.uniform(3.0, 11.0)) + 26.0 * smooth_step((y / chest.height - 0.42) / 0.3)
    recess = float(rng.uniform(0.10, 0.28))
    total = np.zeros(plane.shape)
    for side, sign in enumerate(SIDES):
        q = sign * plane.x
        lateral, medial = chest.lateral(side, y), chest.medial(side, y)
        chord = np.sqrt(np.clip(1 - (q / lateral) ** 2, 0, None)) * apex
        chord *= smooth_step((q - medial) / soft_edge + 0.3)
        below = y - chest.floor(side, np.maximum(q, 0.0))
        behind = recess * np.exp(-np.maximum(below, 0) / 18.0) * smooth_step((chest.height - y) / 8.0)
        sharp = smooth_step(below / 2.5 + 0.5)
        total += chord * ((1 - sharp) + sharp * behind) * (y > 0)
    return depth * total


def _heart(chest: Chest, plane: Plane, rng: np.random.Generator) -> Floats:
    """Share (0 to 1) of the lung's depth that the heart takes at each element: full in its middle, none at its rim."""
    outline = chest.heart
    centre = outline.mean(axis=0)
    arms = outline - centre
    angles = np.arctan2(arms[:, 1], arms[:, 0])
    order = np.argsort(angles)
    radii = np.sqrt((arms**2).sum(axis=1))[order]
    x, y = plane.x - centre[0], plane.y - centre[1]
    reach = np.interp(np.arctan2(y, x), angles[order], radii, period=2 * np.pi)
    inside = np.clip(1 - (x**2 + y**2) / reach**2, 0, None)
    return np.asarray(inside ** float(rng.uniform(0.24, 0.62)))


def _windpipe(chest: Chest, plane: Plane) -> Floats:
    """Millimetres of air in the trachea and the two main bronchi."""
    end = 0.33 * chest.height
    lean = 4.0 + 0.4 * chest.pose.turn
    pipe = np.array([(0.0, -0.5 * chest.height), (0.3 * lean - 2, 0.0), (-0.4 * lean, 0.6 * end), (-0.3 * lean, end)])
    carina = pipe[-1]
    right = carina + np.array([(0.0, 0.0), (-16.0, 20.0), (-34.0, 34.0)])
    left = carina + np.array([(0.0, 0.0), (18.0, 16.0), (42.0, 30.0)])
    parts = [tube(open_curve(pipe, 60), 9.0, plane.step)]
    parts += [tube(open_curve(branch, 30), 6.0, plane.step) for branch in (right, left)]
    air = plane.deposit(np.concatenate([p for p, _ in parts]), np.concatenate([v for _, v in parts]))
    return np.asarray(ndimage.gaussian_filter(1.15 * np.minimum(air, 18.0), 1.0 / plane.step))


def _bowel_gas(chest: Chest, plane: Plane, rng: np.random.Generator) -> Floats:
    """Millimetres of gas under the diaphragm: the stomach's bubble, often with a level, and loops of bowel."""
    total = np.zeros(plane.shape)
    if rng.random() < 0.65:
        top = chest.domes[1] + rng.uniform(9, 18)
        centre = (chest.half_widths[1] * rng.uniform(0.42, 0.62), top + 18)
        bubble = _ellipsoid(plane, centre, (rng.uniform(20, 42), rng.uniform(15, 24)))
        if rng.random() < 0.5:  # upright, with a level of fluid
            bubble *= smooth_step((centre[1] + 6 - plane.y) / 3)
        total += rng.uniform(15, 45) * bubble
    for _ in range(int(rng.integers(0, 9))):
        side = 1 if rng.random() < 0.75 else 0
        x = SIDES[side] * chest.half_widths[side] * rng.uniform(0.05, 0.95)
        y = chest.height * rng.uniform(1.02, 1.35)
        total = np.maximum(total, rng.uniform(8, 34) * _ellipsoid(plane, (x, y), rng.uniform(9, 26, 2)) ** 1.6)
    return total


def _breasts(chest: Chest, plane: Plane, rng: np.random.Generator) -> Floats:
    """Millimetres of breast: a rounded lower rim, fading upwards."""
    thick = chest.person.breast
    if thick == 0:
        return np.zeros((1, 1))
    level, width = rng.uniform(0.54, 0.80) * chest.height, chest.person.half_width * rng.uniform(0.46, 0.58)
    total = np.zeros(plane.shape)
    for side, sign in enumerate(SIDES):
        centre = (sign * chest.half_widths[side] * rng.uniform(0.62, 0.74), level + rng.normal(0, 4))
        tall = width * rng.uniform(0.75, 1.0) * (0.7 + thick / 150)
        fade = smooth_step((plane.y - centre[1]) / (0.9 * tall) + 1.0)
        total += thick * fade * _ellipsoid(plane, centre, (width, tall))
    return total


def _haze(chest: Chest, plane: Plane, rng: np.random.Generator) -> Floats:
    """Millimetres of soft tissue that blurs borders: fat beside the apex, haze at hila and bases, pneumonia."""
    apex = chest.heart[np.argmax(chest.heart[:, 0])]
    right = chest.heart[np.argmin(chest.heart[:, 0])]
    spots = [  # x, y, half width, half height, thickness; all mm
        (apex[0] + rng.uniform(-6, 8), apex[1] + rng.uniform(2, 14), 18.0, 14.0, rng.uniform(5, 34)),
        (right[0] + rng.uniform(-4, 6), right[1] + rng.uniform(8, 22), 15.0, 14.0, rng.uniform(0, 26)),
        (chest.person.mediastinum + 12, 0.43 * chest.height, 17.0, 30.0, rng.uniform(12, 40)),
        (-chest.person.mediastinum - 12, 0.47 * chest.height, 17.0, 30.0, rng.uniform(12, 40)),
    ]
    border = chest.heart[(chest.heart[:, 0] > 0.4 * apex[0]) & (chest.heart[:, 1] < apex[1])]
    x, y = border[int(rng.integers(len(border)))]
    spots.append((x + 6, y, rng.uniform(9, 22), rng.uniform(9, 22), rng.uniform(8, 36)))
    for _ in range(int(rng.integers(0, 4)) if rng.random() < 0.35 else 0):
        side = int(rng.integers(2))
        x, y = SIDES[side] * chest.half_widths[side] * rng.uniform(0.25, 0.8), chest.height * rng.uniform(0.2, 0.8)
        spots.append((x, y, rng.uniform(12, 40), rng.uniform(12, 40), rng.uniform(8, 34)))
    total = np.zeros(plane.shape)
    for x, y, wide, tall, thick in spots:
        total += thick * np.exp(-(((plane.x - x) / wide) ** 2)) * np.exp(-(((plane.y - y) / tall) ** 2))
    return total * np.clip(1 + 0.35 * cloud(plane, rng, 1.2), 0, None)


def _ellipsoid(plane: Plane, centre: tuple[float, float], radii: tuple[float, float] | Floats) -> Floats:
    """(rows, columns) chord of an ellipsoid over its longest chord, 0 to 1; centre (x, y) and radii (x, y) in mm."""
    inside = 1 - ((plane.x - centre[0]) / radii[0]) ** 2 - ((plane.y - centre[1]) / radii[1]) ** 2
    return np.asarray(np.sqrt(np.clip(inside, 0, None)))
