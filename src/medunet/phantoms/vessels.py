"""Lung vessels: trees that branch from the hila, and the cloudy texture of what is too small to be drawn."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from medunet.phantoms.anatomy import SIDES, Chest
from medunet.phantoms.plane import Floats, Plane


def vessel_thickness(chest: Chest, plane: Plane, rng: np.random.Generator) -> Floats:
    """(rows, columns) mm of blood in branching vessels along the beam (the patient's frame), hila included."""
    total = np.zeros(plane.shape)
    trees = [_tree(chest, side, plane.step, rng) for side in range(2)]
    calibre = np.concatenate([radius for _, _, radius in trees])
    points = np.concatenate([points for points, _, _ in trees])
    volume = np.concatenate([volume for _, volume, _ in trees])
    for low, high in ((0.0, 0.6), (0.6, 1.0), (1.0, 1.7), (1.7, 2.7), (2.7, 99.0)):
        chosen = (calibre >= low) & (calibre < high)
        if chosen.any():
            blur = float(calibre[chosen].mean()) * 0.45 / plane.step
            total += ndimage.gaussian_filter(plane.deposit(points[chosen], volume[chosen]), blur, truncate=3.0)
    return total


def _tree(chest: Chest, side: int, step: float, rng: np.random.Generator) -> tuple[Floats, Floats, Floats]:
    """Points (n, 2) in mm, volumes (n,) in mm³ and radii (n,) in mm of one lung's vessels."""
    sign = SIDES[side]
    hilum = np.array([chest.person.mediastinum + 9, chest.height * (0.47 if side == 0 else 0.43)])
    trunks = 14
    heading = np.linspace(-1.45, 1.50, trunks) + rng.normal(0, 0.12, trunks)  # radians from straight outwards
    place = hilum + rng.normal(0, 1, (trunks, 2)) * np.array([4.0, 17.0])
    radius = rng.uniform(2.6, 5.4, trunks) * chest.person.half_width / 135
    length = chest.height * rng.uniform(0.09, 0.20, trunks)
    points, volumes, radii = [], [], []
    for count in (40, 32, 26, 20, 15, 12):  # points on a branch, fewer on the twigs
        along = np.linspace(0, 1, count)
        curl = rng.normal(0, 0.35, len(place))
        angle = heading[:, None] + curl[:, None] * along
        stride = (length / len(along))[:, None]
        path = place[:, None, :] + np.cumsum(stride[..., None] * np.stack([np.cos(angle), np.sin(angle)], -1), axis=1)
        taper = radius[:, None] * (1 - 0.22 * along)
        points.append(path.reshape(-1, 2))
        volumes.append((np.pi * taper**2 * stride).reshape(-1))
        radii.append(taper.reshape(-1))
        place, heading = np.repeat(path[:, -1], 2, axis=0), np.repeat(angle[:, -1], 2)
        heading = heading + np.tile([-1.0, 1.0], len(radius)) * rng.uniform(0.12, 0.55, len(heading))
        radius = np.repeat(taper[:, -1], 2) * rng.uniform(0.60, 0.90, len(heading))
        length = np.repeat(length, 2) * rng.uniform(0.65, 1.0, len(heading))
    return np.concatenate(points) * np.array([sign, 1.0]), np.concatenate(volumes), np.concatenate(radii)


def cloud(plane: Plane, rng: np.random.Generator, power: float, detail: int = 96) -> Floats:
    """(rows, columns) smooth noise of mean 0 and standard deviation near 1 whose amplitude falls as 1/f^power.

    Drawn on a fixed grid of `detail` points and stretched, so that a film has the same clouds at every size.
    """
    along, across = np.fft.fftfreq(detail)[:, None], np.fft.rfftfreq(detail)[None, :]
    frequency = np.sqrt(along**2 + across**2)
    frequency[0, 0] = np.inf
    noise = np.fft.irfft2(np.fft.rfft2(rng.standard_normal((detail, detail))) / frequency**power, s=(detail, detail))
    noise /= noise.std()
    stretch = (detail - 1) / np.array(plane.shape)
    return np.asarray(ndimage.affine_transform(noise, stretch, output_shape=plane.shape, order=1, mode="nearest"))
