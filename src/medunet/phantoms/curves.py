"""Curves in mm: closed outlines through a few points, evenly spaced samples, and tubes swept along a line."""

from __future__ import annotations

import numpy as np
from scipy.interpolate import CubicSpline

from medunet.phantoms.plane import Floats

Drops = tuple[Floats, Floats]
"""Points (n, 2) in mm and volumes (n,) in mm³, for `Plane.deposit`."""


def closed_outline(corners: Floats, count: int) -> Floats:
    """A smooth closed outline through the corners.

    Args:
        corners: (n, 2) points (x, y) in mm, in order, the first not repeated.
        count: number of points of the outline.

    Returns:
        (count, 2) points in mm.
    """
    ring = np.concatenate([corners, corners[:1]])
    lengths = np.sqrt(np.sqrt(((ring[1:] - ring[:-1]) ** 2).sum(axis=1)))  # centripetal: no loops, little overshoot
    at = np.concatenate([[0.0], np.cumsum(lengths)])
    spline = CubicSpline(at, ring, bc_type="periodic")
    return np.asarray(spline(np.linspace(0.0, at[-1], count, endpoint=False)))


def open_curve(corners: Floats, count: int) -> Floats:
    """A smooth open curve, (count, 2) in mm, through the corners, (n, 2) in mm with n of at least 2."""
    lengths = np.sqrt(np.sqrt(((corners[1:] - corners[:-1]) ** 2).sum(axis=1)))
    at = np.concatenate([[0.0], np.cumsum(lengths)])
    kind = "natural" if len(corners) > 2 else "not-a-knot"
    return np.asarray(CubicSpline(at, corners, bc_type=kind)(np.linspace(0.0, at[-1], count)))


def resampled(curve: Floats, spacing: float) -> Floats:
    """The same line with points at most `spacing` mm apart: (n, 2) to (m, 2), m at least 2."""
    lengths = np.sqrt(((curve[1:] - curve[:-1]) ** 2).sum(axis=1))
    at = np.concatenate([[0.0], np.cumsum(lengths)])
    where = np.linspace(0.0, at[-1], max(2, int(np.ceil(at[-1] / spacing)) + 1))
    return np.stack([np.interp(where, at, curve[:, 0]), np.interp(where, at, curve[:, 1])], axis=1)


def tube(curve: Floats, half_width: float, step: float, *, hollow: float = 0.0) -> Drops:
    """A round tube along a curve, as drops for `Plane.deposit`.

    Args:
        curve: (n, 2) points (x, y) of its middle line, mm.
        half_width: radius, mm.
        step: mm between the elements of the plane it will be painted on; drops lie closer than that.
        hollow: radius of the hollow inside, as a share of `half_width`, 0 to 1: a rib's cortex is denser at its rims.

    Returns:
        Points (m, 2) in mm and volumes (m,) in mm³.
    """
    line = resampled(curve, 0.7 * step)
    ahead = np.gradient(line, axis=0)
    length = np.sqrt((ahead**2).sum(axis=1))
    length[length == 0] = 1.0
    normal = np.stack([-ahead[:, 1], ahead[:, 0]], axis=1) / length[:, None]
    lanes = max(3, int(np.ceil(2.6 * half_width / step)))
    across = (np.arange(lanes) + 0.5) / lanes * 2 - 1
    chord = np.sqrt(1 - across**2) - hollow * np.sqrt(np.clip(1 - (across / max(hollow, 1e-9)) ** 2, 0, None))
    points = line[:, None, :] + normal[:, None, :] * (across * half_width)[None, :, None]
    lane_area = 2 * half_width * chord * (2 * half_width / lanes)
    return points.reshape(-1, 2), (length[:, None] * lane_area[None, :]).reshape(-1)


def smooth_step(value: Floats) -> Floats:
    """0 below 0, 1 above 1, and a smooth rise between; any shape, no unit."""
    t = np.clip(value, 0.0, 1.0)
    return np.asarray(t * t * (3 - 2 * t))
