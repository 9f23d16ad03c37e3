"""Drawn films and slices of other parts of the body than the chest: limb, hand, pelvis, side view, slices.

Rough on purpose: they stand for a kind of picture, with the arrangement and the grey of one, and are no anatomy. Each
is drawn from a generator and a side; places are in halves of the side, (0, 0) the middle, y down.
"""

from __future__ import annotations

import itertools

import numpy as np
from scipy import ndimage

from medunet.phantoms.curves import smooth_step
from medunet.phantoms.plane import Floats

Point = tuple[float, float]


def axes(side: int) -> tuple[Floats, Floats]:
    """Places (1, side) and (side, 1) along x and y, both from −1 to 1."""
    line = (np.arange(side) + 0.5) / side * 2 - 1
    return line[None, :], line[:, None]


def rod(side: int, start: Point, end: Point, radii: tuple[float, float]) -> Floats:
    """Thickness (side, side) of a round rod that tapers from one radius to the other, 0 outside, in halves of the side.

    Args:
        side: pixels.
        start: (x, y) of one end.
        end: (x, y) of the other.
        radii: at the ends.
    """
    x, y = axes(side)
    along_x, along_y = end[0] - start[0], end[1] - start[1]
    length = max(along_x**2 + along_y**2, 1e-9)
    t = np.clip(((x - start[0]) * along_x + (y - start[1]) * along_y) / length, 0, 1)
    distance = np.hypot(x - start[0] - t * along_x, y - start[1] - t * along_y)
    radius = radii[0] + (radii[1] - radii[0]) * t
    return np.asarray(np.sqrt(np.clip(radius**2 - distance**2, 0, None)))


def oval(side: int, centre: Point, half: Point, angle: float = 0.0) -> Floats:
    """1 inside an ellipse and 0 outside, with an edge one pixel soft; half axes in halves of the side, radians."""
    x, y = axes(side)
    u = (x - centre[0]) * np.cos(angle) + (y - centre[1]) * np.sin(angle)
    v = (y - centre[1]) * np.cos(angle) - (x - centre[0]) * np.sin(angle)
    distance = (1 - np.hypot(u / half[0], v / half[1])) * min(half)
    return smooth_step(distance * side / 4 + 0.5)


def texture(side: int, rng: np.random.Generator, grain: float) -> Floats:
    """Smooth noise (side, side) of mean 0 and deviation 1; `grain` is its deviation in space, a share of the side."""
    field = ndimage.gaussian_filter(rng.normal(size=(side, side)), grain * side, mode="wrap")
    return np.asarray((field - field.mean()) / max(float(field.std()), 1e-9))


def exposed(thickness: Floats, rng: np.random.Generator) -> Floats:
    """A film of what the beam meets: in [0, 1], dense is bright, sometimes inverted, with the detector's noise."""
    grey = 1 - np.exp(-rng.uniform(1.5, 3.5) * thickness / max(float(thickness.max()), 1e-9))
    grey = grey / max(float(grey.max()), 1e-9) + rng.uniform(0.005, 0.03) * rng.normal(size=grey.shape)
    grey = 1 - grey if rng.random() < 0.15 else grey
    return np.clip(grey, 0, 1)


def _bone(side: int, start: Point, end: Point, radius: float) -> Floats:
    """A long bone: dense rim, two thickened ends."""
    shaft = rod(side, start, end, (radius, radius)) - 0.7 * rod(side, start, end, (0.6 * radius, 0.6 * radius))
    ends = sum(rod(side, one, one, (1.5 * radius, 1.5 * radius)) for one in (start, end))
    return np.asarray(np.maximum(shaft, 0.8 * ends))


def limb(rng: np.random.Generator, side: int) -> Floats:
    """An arm or a leg: one or two bones, a joint, soft tissue, at any angle."""
    angle = rng.normal(0, 0.35) + (np.pi / 2 if rng.random() < 0.25 else 0)
    down = np.array([np.sin(angle), np.cos(angle)])
    across = np.array([np.cos(angle), -np.sin(angle)])
    joint = rng.uniform(-0.9, 0.9) * down + rng.uniform(-0.2, 0.2) * across
    width = rng.uniform(0.18, 0.5)
    flesh = rod(side, tuple(joint - 2.2 * down), tuple(joint + 2.2 * down), (width * rng.uniform(0.9, 1.4), width))
    dense = np.zeros((side, side))
    for sign in (-1.0, 1.0):
        for place in (-0.4, 0.4) if rng.random() < 0.5 else (0.0,):
            shift = place * width * across
            near = joint + shift + sign * 0.05 * down
            dense += _bone(side, tuple(near), tuple(near + sign * 2.2 * down), width * rng.uniform(0.14, 0.3))
    return exposed(flesh + rng.uniform(2, 5) * dense + 0.01 * texture(side, rng, 0.02), rng)


def hand(rng: np.random.Generator, side: int) -> Floats:
    """A hand or a foot: five rays of short bones that spread from a root."""
    turn = rng.normal(0, 0.3) + rng.choice([0.0, 0.0, np.pi / 2, np.pi])
    spread, reach = rng.uniform(0.12, 0.3), rng.uniform(0.5, 0.75)
    root = np.array([np.sin(turn), np.cos(turn)]) * rng.uniform(0.5, 0.8)
    flesh = rod(side, tuple(root), tuple(root * -0.1), (0.3, 0.4))
    dense = np.zeros((side, side))
    for finger in range(-2, 3):
        angle = turn + np.pi + spread * finger + rng.normal(0, 0.03)
        way = np.array([np.sin(angle), np.cos(angle)])
        length = reach * (1.9 - 0.12 * abs(finger) ** 1.5)
        flesh = np.maximum(flesh, rod(side, tuple(root), tuple(root + length * way), (0.12, 0.07)))
        knots = np.array([0.25, 0.58, 0.78, 0.9, 0.99]) * length
        for low, high in itertools.pairwise(knots):
            dense += _bone(side, tuple(root + (low + 0.02) * way), tuple(root + (high - 0.02) * way), 0.035)
    return exposed(flesh + rng.uniform(2, 5) * dense, rng)


def pelvis(rng: np.random.Generator, side: int) -> Floats:
    """An abdomen or pelvis: spine, wings of the hip, gas here and there, no lungs."""
    body = rod(side, (0, -1.5), (0, 1.5), (rng.uniform(0.75, 1.0), rng.uniform(0.75, 1.0)))
    dense = np.zeros((side, side))
    low = rng.uniform(0.0, 0.5)
    for level in np.arange(-1.1, low, 0.21):
        dense += 0.5 * oval(side, (rng.normal(0, 0.01), level), (0.13, 0.085))
    if rng.random() < 0.7:
        for sign in (-1, 1):
            wing = oval(side, (sign * 0.42, low + 0.05), (0.3, 0.36), sign * 0.5)
            dense += 0.5 * wing - 0.25 * oval(side, (sign * 0.42, low + 0.08), (0.22, 0.26), sign * 0.5)
            dense += 0.7 * rod(side, (sign * 0.5, low + 0.5), (sign * 0.6, low + 1.2), (0.13, 0.1))
    gas = np.zeros((side, side))
    for _ in range(rng.integers(3, 14)):
        place = (rng.uniform(-0.6, 0.6), rng.uniform(-0.8, 0.6))
        half = (rng.uniform(0.03, 0.16), rng.uniform(0.03, 0.12))
        gas += rng.uniform(0.1, 0.4) * oval(side, place, half, rng.uniform(0, np.pi))
    return exposed(np.clip(body + dense - gas + 0.03 * texture(side, rng, 0.03), 0, None), rng)


def side_view(rng: np.random.Generator, side: int) -> Floats:
    """A chest from the side: one dark field before the spine, heart in front, diaphragm below."""
    sign = float(rng.choice([-1, 1]))
    tilt = rng.normal(0, 0.08)
    body = rod(side, (tilt, -1.6), (-tilt, 1.6), (rng.uniform(0.7, 0.9), rng.uniform(0.75, 0.95)))
    lung = oval(side, (0.05 * sign, rng.uniform(-0.25, -0.05)), (rng.uniform(0.4, 0.55), rng.uniform(0.6, 0.8)), tilt)
    dome = oval(side, (rng.normal(0, 0.05), rng.uniform(0.75, 0.95)), (0.7, rng.uniform(0.3, 0.5)), 0.3 * sign)
    heart = oval(side, (-0.22 * sign, rng.uniform(0.1, 0.3)), (rng.uniform(0.18, 0.3), rng.uniform(0.2, 0.32)), 0.5)
    dense = np.zeros((side, side))
    for level in np.arange(-1.1, 1.1, 0.19):
        dense += 0.3 * oval(side, ((0.52 + 0.08 * np.cos(2 * level)) * sign, level), (0.1, 0.075))
    for _ in range(rng.integers(6, 10)):
        level = rng.uniform(-0.8, 0.7)
        dense += 0.6 * rod(side, (0.5 * sign, level - 0.1), (-0.4 * sign, level + 0.35), (0.022, 0.022))
    air = 0.75 * lung * (1 - 0.85 * dome) * (1 - rng.uniform(0.3, 0.8) * heart)
    arms = rng.random() * 0.5 * rod(side, (0.2 * sign, -1.4), (0.3 * sign, -0.7), (0.3, 0.2))
    return exposed(np.clip(body - air + dense + arms + 0.02 * texture(side, rng, 0.01), 0.02, None), rng)


def head_slice(rng: np.random.Generator, side: int) -> Floats:
    """A slice of a head: ring of bone or scalp, brain with folds, ventricles."""
    half = (rng.uniform(0.5, 0.85), rng.uniform(0.6, 0.95))
    turn = rng.normal(0, 0.15)
    head = oval(side, (0, 0), half, turn)
    inner = oval(side, (0, 0), (0.9 * half[0], 0.9 * half[1]), turn)
    folds = np.abs(texture(side, rng, rng.uniform(0.012, 0.03)))
    grey = rng.uniform(0.5, 1.0) * (head - inner) + inner * (rng.uniform(0.25, 0.5) + 0.08 * folds)
    hole = rng.uniform(-0.3, 0.4)
    for sign in (-1, 1):
        grey += hole * oval(side, (sign * 0.12, rng.uniform(-0.1, 0.1)), (0.07, 0.25), turn - 0.35 * sign)
    if rng.random() < 0.3:
        grey += 0.5 * oval(side, (rng.uniform(-0.3, 0.3), rng.uniform(-0.4, 0.4)), (0.1, 0.12))
    return np.clip(grey + rng.uniform(0, 0.04) * rng.normal(size=grey.shape), 0, 1)


def body_slice(rng: np.random.Generator, side: int) -> Floats:
    """An axial slice of a trunk: oval body, vertebra behind, organs, gas; with lungs and heart in some."""
    half = (rng.uniform(0.75, 0.97), rng.uniform(0.5, 0.75))
    grey = 0.35 * oval(side, (0, 0), half) + 0.2 * oval(side, (0, 0), (0.92 * half[0], 0.9 * half[1]))
    grey += 0.4 * oval(side, (0, 0.6 * half[1]), (0.11, 0.1)) + 0.3 * oval(side, (0, 0.82 * half[1]), (0.03, 0.12))
    if rng.random() < 0.4:
        for sign in (-1, 1):
            grey -= 0.5 * oval(side, (sign * 0.45 * half[0], -0.05), (0.36 * half[0], 0.7 * half[1]), 0.2 * sign)
        heart = oval(side, (rng.uniform(0.0, 0.15), -0.15 * half[1]), (0.25, 0.2), 0.4)
        grey = grey + 0.45 * heart * (grey < 0.3)
    else:
        for _ in range(rng.integers(5, 12)):
            place = (rng.uniform(-0.6, 0.6) * half[0], rng.uniform(-0.6, 0.4) * half[1])
            size = (rng.uniform(0.05, 0.3), rng.uniform(0.05, 0.2))
            grey += rng.choice([-0.35, 0.1, 0.15, 0.2]) * oval(side, place, size, rng.uniform(0, np.pi))
    grey += 0.02 * texture(side, rng, 0.008)
    turned = np.rot90(grey, int(rng.choice([0, 0, 0, 1, 2])))
    return np.clip(turned + rng.uniform(0, 0.05) * rng.normal(size=grey.shape), 0, 1)
