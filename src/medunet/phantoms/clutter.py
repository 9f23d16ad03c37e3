"""Clutter: what lies on a film besides the body: devices in the beam, letters, and the collimator's borders."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from medunet.phantoms.anatomy import Chest
from medunet.phantoms.curves import Drops, closed_outline, open_curve, tube
from medunet.phantoms.keyed import Keys
from medunet.phantoms.lettering import word_points
from medunet.phantoms.plane import Floats, Plane


def device_thickness(chest: Chest, plane: Plane, keys: Keys) -> Floats:
    """(rows, columns) mm of metal in the beam (the patient's frame): pacemaker, wires, leads, tubes; often none."""
    rng = keys.visit("devices")
    drops: list[Drops] = []
    if chest.person.pacemaker:
        drops += _pacemaker(chest, plane, keys.person("pacemaker"))
    if chest.person.sternotomy:
        drops += _sternal_wires(chest, plane.step, keys.person("sternotomy"))
    bedside = chest.pose.view == "AP"
    if rng.random() < (0.65 if bedside else 0.03):
        drops += _electrodes(chest, plane.step, rng)
    if rng.random() < (0.50 if bedside else 0.02):
        drops.append(_central_line(chest, plane.step, rng))
    if rng.random() < (0.35 if bedside else 0.01):
        drops.append(_stomach_tube(chest, plane.step, rng))
    if not drops:
        return np.zeros((1, 1))
    metal = plane.deposit(np.concatenate([p for p, _ in drops]), np.concatenate([v for _, v in drops]))
    return np.asarray(ndimage.gaussian_filter(metal, 0.5 / plane.step))


def _pacemaker(chest: Chest, plane: Plane, rng: np.random.Generator) -> list[Drops]:
    """A rounded can below the left clavicle, with a battery inside and one or two leads into the right heart."""
    half, height = chest.half_widths[1], chest.height
    centre = np.array([half * rng.uniform(0.66, 0.84), height * rng.uniform(0.20, 0.30)])
    wide, tall = rng.uniform(19, 24), rng.uniform(17, 22)
    ring = np.array([(-1, -0.5), (-0.6, -1), (0.6, -1), (1, -0.4), (0.95, 0.5), (0.4, 1), (-0.5, 1), (-1, 0.4)])
    case = closed_outline(ring * (wide, tall) + centre, 80)
    battery = closed_outline(ring * (0.72 * wide, 0.38 * tall) + centre + (0, 0.35 * tall), 60)
    drops = [_plate(case, 2.2, plane), _plate(battery, 3.6, plane), tube(case, 1.0, plane.step)]
    heart, right = chest.heart[:, 1], chest.heart[:, 0].min()
    tips = [(0.30 * chest.heart[:, 0].max(), heart.max() - 0.14 * np.ptp(heart))]
    if rng.random() < 0.6:
        tips.append((0.55 * right, heart.min() + 0.38 * np.ptp(heart)))
    for tip in tips:
        path = [
            (centre[0] - wide, centre[1]),
            (0.38 * half, 0.13 * height),
            (0.05 * half, 0.19 * height),
            (-19.0, 0.30 * height),
            (0.66 * right, heart.min() + 0.55 * np.ptp(heart)),
            tip,
        ]
        drops.append(tube(open_curve(np.array(path), 120), 1.0, plane.step))
        drops.append(tube(np.array(path[-1:]) + np.array([[-6.0, -1.0], [2.0, 1.0]]), 1.6, plane.step))
    return drops


def _plate(outline: Floats, thickness: float, plane: Plane) -> Drops:
    """A flat plate inside a closed outline (n, 2) in mm, as one drop for each element of the plane it covers."""
    rows, columns = np.nonzero(plane.fill(outline))
    points = np.stack([plane.left + plane.step * columns, plane.top + plane.step * rows], axis=1)
    return points, np.full(len(points), thickness * plane.step**2)


def _sternal_wires(chest: Chest, step: float, rng: np.random.Generator) -> list[Drops]:
    """Five to seven small loops of wire down the breastbone."""
    drops = []
    for level in np.linspace(0.22, 0.72, int(rng.integers(5, 8))):
        ring = np.array([(-7, 0), (-2, -3.4), (5, -2.4), (6.5, 1.2), (0, 3.2)]) * rng.uniform(0.8, 1.2)
        place = (1.2 * chest.pose.turn + rng.normal(0, 1.5), level * chest.height)
        loop = closed_outline(ring + place, 40)
        drops.append(tube(np.concatenate([loop, loop[:1]]), 0.55, step))
    return drops


def _electrodes(chest: Chest, step: float, rng: np.random.Generator) -> list[Drops]:
    """Three or four ECG electrodes on the skin and their leads, which leave the film at the lower or side edge."""
    drops = []
    half, height = chest.person.half_width, chest.height
    exit_x, exit_y = rng.uniform(-0.8, 0.8) * half, 1.5 * height
    for x, y in ((-0.72, 0.16), (0.74, 0.15), (0.80, 0.80), (-0.78, 0.82))[: int(rng.integers(2, 5))]:
        place = np.array([x * half + rng.normal(0, 12), y * height + rng.normal(0, 12)])
        ring = closed_outline(place + 4.2 * np.array([(-1, 0), (0, -1), (1, 0), (0, 1)]), 40)
        drops.append(tube(np.concatenate([ring, ring[:1]]), 1.0, step))
        drops.append(tube(place + np.array([[-1.5, 0.0], [1.5, 0.0]]), 2.0, step))
        bend = place + rng.normal(0, 30, 2) + (0, 0.30 * height)
        path = np.array([place, bend, (0.5 * (bend[0] + exit_x), 1.15 * height), (exit_x, exit_y)])
        drops.append(tube(open_curve(path, 100), 0.65, step))
    return drops


def _central_line(chest: Chest, step: float, rng: np.random.Generator) -> Drops:
    """A catheter from the right side of the neck into the superior vena cava."""
    height = chest.height
    neck = (-rng.uniform(32, 55), -0.22 * height)
    path = np.array([neck, (-34, 0.02 * height), (-17, 0.16 * height), (-21, height * rng.uniform(0.33, 0.46))])
    return tube(open_curve(path, 80), 0.9, step, hollow=0.5)


def _stomach_tube(chest: Chest, step: float, rng: np.random.Generator) -> Drops:
    """A feeding tube down the gullet and into the stomach."""
    height = chest.height
    end = (rng.uniform(0.25, 0.55) * chest.half_widths[1], chest.domes[1] + rng.uniform(35, 60))
    path = np.array([(2, -0.5 * height), (4, 0.2 * height), (9, 0.55 * height), (16, chest.domes[1] + 6), end])
    return tube(open_curve(path, 80), 1.1, step, hollow=0.4)


def mark(grey: Floats, lungs: NDArray[np.bool_], view: str, rng: np.random.Generator) -> Floats:
    """A copy of the picture with its letters and borders.

    Args:
        grey: (rows, columns), 0 to 1.
        lungs: (rows, columns) True in both lungs and the heart; borders keep clear of them.
        view: "PA" or "AP"; bedside films may say PORTABLE.
        rng: of this film.

    Returns:
        (rows, columns), 0 to 1.
    """
    size = grey.shape[0]
    grey = grey.copy()
    if rng.random() < 0.22:
        _collimate(grey, lungs, rng)
    letter, right = ("R", True) if rng.random() < 0.6 else ("L", False)
    if rng.random() < 0.88:
        side = rng.uniform(0.04, 0.15) if right else rng.uniform(0.84, 0.93)
        write_word(grey, letter, (side * size, rng.uniform(0.03, 0.17) * size), rng.uniform(0.030, 0.055) * size, rng)
    if view == "AP" and rng.random() < 0.6:
        corner = (rng.uniform(0.03, 0.10) if not right else rng.uniform(0.66, 0.76)) * size
        write_word(grey, "PORTABLE", (corner, rng.uniform(0.02, 0.07) * size), rng.uniform(0.018, 0.026) * size, rng)
    return grey


def write_word(grey: Floats, word: str, place: tuple[float, float], height: float, rng: np.random.Generator) -> None:
    """Draw a word into the picture (rows, columns; 0 to 1); place (x, y) and height in pixels."""
    points = word_points(word, height, 0.25)
    lean = rng.normal(0, 0.06)
    turned = points @ np.array([[1.0, lean], [-lean, 1.0]]) + place
    plane = Plane(0.0, 0.0, 1.0, (grey.shape[0], grey.shape[1]))
    ink = ndimage.gaussian_filter(plane.deposit(turned, np.full(len(turned), 0.25)), 0.055 * height + 0.35)
    if rng.random() < 0.35:  # digital letters stand on a black card
        low, high = turned.min(axis=0) - 0.35 * height, turned.max(axis=0) + 0.35 * height
        columns, rows = (slice(max(0, int(a)), max(0, int(b) + 1)) for a, b in zip(low, high, strict=True))
        grey[rows, columns] = 0.0
    strength = np.clip(ink * height * 0.28, 0.0, 1.0)
    grey += (rng.uniform(0.86, 1.0) - grey) * strength


def _collimate(grey: Floats, lungs: NDArray[np.bool_], rng: np.random.Generator) -> None:
    """Cover one to three edges of the picture (rows, columns; 0 to 1) with black or white, clear of the lungs."""
    size = grey.shape[0]
    rows, columns = np.nonzero(lungs.any(axis=1))[0], np.nonzero(lungs.any(axis=0))[0]
    room = {"top": rows[0], "bottom": size - 1 - rows[-1], "left": columns[0], "right": size - 1 - columns[-1]}
    shade, blur = (0.0, 0.004 * size) if rng.random() < 0.7 else (1.0, 0.008 * size)
    lean = float(np.clip(rng.normal(0, 0.025), -0.05, 0.05))
    for edge in rng.choice(list(room), int(rng.integers(1, 4)), replace=False):
        depth = min(rng.uniform(0.02, 0.12) * size, room[edge] - 0.03 * size - abs(lean) * size / 2)
        if depth > 0:
            grey += (shade - grey) * cover_edge((size, size), edge, depth, lean, blur)


def cover_edge(shape: tuple[int, int], edge: str, depth: float, lean: float, blur: float) -> Floats:
    """How far each pixel is covered by a plate that lies over one edge of the picture.

    Args:
        shape: (rows, columns).
        edge: "top", "bottom", "left" or "right".
        depth: pixels that it reaches into the picture, at the edge's middle.
        lean: slope of its rim.
        blur: softness of its rim, pixels.

    Returns:
        (rows, columns), 0 to 1.
    """
    rows, columns = shape
    across, along = np.arange(columns)[None, :] - columns / 2, np.arange(rows)[:, None] - rows / 2
    sideways = edge in ("left", "right")
    distance = {"top": along, "bottom": -along, "left": across, "right": -across}[edge]
    distance = distance + (columns if sideways else rows) / 2 + lean * (along if sideways else across)
    return np.asarray(1 / (1 + np.exp(np.clip((distance - depth) / blur, -40, 40))))
