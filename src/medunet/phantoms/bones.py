"""Bones of the chest as millimetres of bone along the beam: ribs, clavicles, spine, shoulder blades, upper arms."""

from __future__ import annotations

import numpy as np

from medunet.phantoms.anatomy import SIDES, Chest
from medunet.phantoms.curves import Drops, closed_outline, open_curve, tube
from medunet.phantoms.plane import Floats, Plane

_RIBS = 10

# Corners of a shoulder blade: share of the chest's half width, share of its height.
_BLADE = np.array(
    [(0.80, 0.10), (0.98, 0.03), (1.22, 0.06), (1.28, 0.14), (1.12, 0.32), (1.0, 0.54), (0.92, 0.58), (0.86, 0.36)]
)


def bone_thickness(chest: Chest, plane: Plane, rng: np.random.Generator) -> Floats:
    """(rows, columns) mm of bone along the beam through each element of the plane (the patient's frame)."""
    drops = [*_ribs(chest, plane.step, rng), *_clavicles(chest, plane.step, rng), *_shoulders(chest, plane.step, rng)]
    points = np.concatenate([points for points, _ in drops])
    volume = np.concatenate([volume for _, volume in drops])
    return plane.deposit(points, volume) + _spine(chest, plane, rng)


def _ribs(chest: Chest, step: float, rng: np.random.Generator) -> list[Drops]:
    """Hoops from the spine round the side to the front; the front part lies lower and ends before the sternum."""
    scale = chest.person.half_width / 135
    pitch = chest.height / 9.1
    drop, front_end = rng.uniform(0.33, 0.46), rng.uniform(0.74, 0.80)
    width = float(rng.uniform(4.6, 6.2)) * scale
    wander = rng.normal(0, 1.6, (2, _RIBS))
    drops = []
    for side, sign in enumerate(SIDES):
        for rib in range(_RIBS):
            start = pitch * (rib + 0.05) + 0.9 * wander[side, rib] + 0.1 * wander[0, rib]
            angle = np.linspace(0.06, np.pi * (front_end if rib < 9 else 0.56), 90)
            fall = (0.18 + drop * min(1.0, (rib + 2) / 6)) * chest.height * (0.75 if rib < 2 else 1.0)
            middle = np.array([max(0.12 * chest.height, start + 0.4 * fall)])
            reach = float(chest.lateral(side, middle)[0]) + 3.0
            reach *= (0.64, 0.88)[rib] if rib < 2 else 1.0
            x = 8 + (reach - 8) * np.sin(angle) ** 0.92
            x = x + np.where(angle > np.pi / 2, sign * chest.pose.turn * np.sin(angle - np.pi / 2), 0.0)
            y = start + fall * (1 - np.cos(angle)) / 2 - 0.035 * chest.height * np.sin(2 * np.minimum(angle, np.pi / 2))
            curve = np.stack([sign * x, y], axis=1)
            back = angle <= np.pi / 2
            drops.append(tube(curve[back], 0.92 * width, step, hollow=0.62))
            drops.append(tube(curve[~back], 1.12 * width, step, hollow=0.74))
    return drops


def _clavicles(chest: Chest, step: float, rng: np.random.Generator) -> list[Drops]:
    """Two slender S-shaped bones from the sternum's upper end to the shoulders, higher and flatter at the bedside."""
    scale = chest.person.half_width / 135
    level = chest.height * float(rng.uniform(0.10, 0.19)) - (12 if chest.pose.view == "AP" else 0)
    rise = float(rng.uniform(8, 40)) * scale
    drops = []
    for sign in SIDES:
        tip = rise + rng.normal(0, 5)
        shares = np.array([(0.14, 1.0), (0.24, 0.96), (0.55, 0.45), (0.85, 0.05), (1.12, 0.10), (1.28, 0.0)])
        x = sign * chest.person.half_width * shares[:, 0] + 1.4 * chest.pose.turn
        y = level - tip + tip * shares[:, 1] + rng.normal(0, 1.2, len(shares))
        curve = open_curve(np.stack([x, y], axis=1), 80)
        drops.append(tube(curve, 6.2 * scale, step, hollow=0.45))
    return drops


def _shoulders(chest: Chest, step: float, rng: np.random.Generator) -> list[Drops]:
    """Shoulder blades as thin plates with a denser rim, and the upper arms with their round heads."""
    half = chest.person.half_width
    inward = -0.07 if chest.pose.view == "AP" else float(rng.uniform(-0.02, 0.12))
    down = float(rng.uniform(-0.05, 0.05)) * chest.height
    drops = []
    for sign in SIDES:
        shares = _BLADE + rng.normal(0, 0.012, _BLADE.shape) + np.array([inward, 0.0])
        corners = shares * np.array([sign * half, chest.height]) + np.array([0.0, down])
        rim = closed_outline(corners, 160)
        drops.append(tube(np.concatenate([rim, rim[:1]]), 3.2, step, hollow=0.70))
        spine = open_curve(corners[[0, 3]] + np.array([[0.0, 10.0], [sign * 14.0, -6.0]]), 30)
        drops.append(tube(spine, 4.0, step, hollow=0.6))
        shoulder = np.array([sign * half * (1.40 + inward), 0.15 * chest.height + down])
        drop = np.array([sign * rng.uniform(8, 45), 0.95 * chest.height])
        elbow = shoulder + drop
        drops.append(tube(np.stack([shoulder, elbow]), 11.5, step, hollow=0.72))
        ring = closed_outline(shoulder + 20.0 * np.array([(-1, 0), (0, -1), (1, 0), (0, 1)]), 60)
        drops.append(tube(np.concatenate([ring, ring[:1]]), 3.5, step, hollow=0.3))
    return drops


def _spine(chest: Chest, plane: Plane, rng: np.random.Generator) -> Floats:
    """Vertebral bodies with discs between them, their two pedicles and the spinous process."""
    scale = chest.person.half_width / 135
    pitch, phase = 0.105 * chest.height, rng.uniform(0, 1)
    y = plane.y
    bend = chest.person.scoliosis * np.sin(y / chest.height * 4.2)
    x = plane.x - bend
    beat = (y / pitch + phase) % 1.0
    half = (17.5 + 4.0 * np.clip(y / chest.height, -0.5, 1.3)) * scale
    waist = half * (1 - 0.10 * np.sin(np.pi * beat) ** 2)
    body = np.sqrt(np.clip(1 - (x / waist) ** 2, 0, None))
    disc = (
        1 - 0.42 * np.exp(-(((beat - 0.5) / 0.075) ** 2)) + 0.22 * np.exp(-(((np.abs(beat - 0.5) - 0.13) / 0.04) ** 2))
    )
    process = np.exp(-((x / (3.4 * scale)) ** 2)) * np.exp(-(((beat - 0.72) / 0.16) ** 2))
    pedicles = np.exp(-(((np.abs(x) - 11.5 * scale) / 3.0) ** 2)) * np.exp(-(((beat - 0.20) / 0.11) ** 2))
    return np.asarray(9.0 * body * disc + 5.0 * process + 4.0 * pedicles)
