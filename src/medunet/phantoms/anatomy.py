"""Anatomy: the outlines of lungs, heart, mediastinum and diaphragm of a person in a pose.

All lengths are mm in the plane of the detector. The frame is the patient's: x = 0 at the spine's midline and rising
to the patient's left (the picture's right), y = 0 at the lungs' apex and rising towards the feet. Side 0 is the
patient's right, side 1 the left.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from medunet.phantoms.curves import closed_outline
from medunet.phantoms.person import Person, Pose
from medunet.phantoms.plane import Floats

SIDES = (-1.0, 1.0)
"""Sign of x on the patient's right and left."""

# Where the heart's silhouette runs, anticlockwise from its top: share of the reach to the side (right is negative),
# share of the height. Read off the masks of real films.
_HEART = np.array(
    [
        (0.10, 0.00),
        (0.40, 0.19),
        (0.66, 0.45),
        (0.90, 0.70),
        (1.00, 0.86),
        (0.82, 0.98),
        (0.25, 1.00),
        (-0.40, 0.96),
        (-0.88, 0.82),
        (-1.00, 0.58),
        (-0.84, 0.30),
        (-0.36, 0.07),
    ]
)


@dataclass(frozen=True)
class Chest:
    """A person in a pose: the lines between lung, heart, mediastinum and diaphragm, as functions of place.

    Attributes:
        person, pose: whom and how.
        height: y of the costophrenic angles, mm.
        half_widths: (right, left) widest half of the inner chest, mm.
        domes: (right, left) y of the top of the diaphragm, mm.
        heart: (n, 2) closed outline (x, y) of the heart's silhouette, mm.
    """

    person: Person
    pose: Pose
    height: float
    half_widths: tuple[float, float]
    domes: tuple[float, float]
    heart: Floats

    def lateral(self, side: int, y: Floats) -> Floats:
        """Distance (mm, shape of y) of the lung's outer border from the midline at heights y (mm); apex at y = 0."""
        t = np.clip(y / (0.86 * self.height), 0.0, 1.0)
        rise = np.sqrt(1 - (1 - t) ** 2)
        taper = 1 - 0.05 * np.clip(y / self.height - 0.8, -0.3, 0.3)
        return np.asarray(self.half_widths[side] * (0.37 + 0.63 * rise) * taper)

    def medial(self, side: int, y: Floats) -> Floats:
        """Distance (mm, shape of y) of the lung's inner border from the midline at heights y (mm), heart left aside."""
        base, knob = self.person.mediastinum, self.person.knob
        t = y / self.height
        if side == 0:  # the superior vena cava, then the hilum
            edge = base + 1.5 * np.sin(9 * t) + 7 * np.exp(-(((t - 0.46) / 0.11) ** 2))
        else:  # the knob of the aorta, the window below it, the pulmonary trunk
            arch = np.exp(-(np.abs((t - 0.265) / 0.074) ** 2.8))
            edge = base + knob * arch + 8 * np.exp(-(((t - 0.47) / 0.085) ** 2)) + 2 * np.sin(7 * t)
        edge = edge + SIDES[side] * 0.5 * self.pose.turn
        cap = np.sqrt(1 - (1 - np.clip(t / 0.17, 0.0, 1.0)) ** 2)
        apex = 0.37 * self.half_widths[side]
        return np.asarray(apex - (apex - edge) * cap)

    def floor(self, side: int, distance: Floats) -> Floats:
        """Height y (mm) of the lung's lower border at a distance (mm, any shape) from the midline: dome or fluid."""
        share = np.clip(distance / self.half_widths[side], 0.0, 1.05)
        top, peak = self.domes[side], 0.50
        inward = 15.0 * ((np.clip(peak - share, 0, None)) / peak) ** 2
        outward = (self.height - top) * (np.clip(share - peak, 0, None) / (1 - peak)) ** 2.3
        dome = top + inward + outward
        if self.pose.fluid[side] == 0:
            return np.asarray(dome)
        level = self.height - self.pose.fluid[side] * (0.05 + 0.95 * share**5)
        return np.asarray(np.minimum(dome, level))

    def lung_outline(self, side: int) -> Floats:
        """(n, 2) closed outline (x, y) in mm of one lung, with the part that the heart will hide."""
        ease = np.sin(np.linspace(0, np.pi / 2, 220)) ** 2  # dense at the round apex
        y = 1.05 * self.height * np.concatenate([0.5 * ease**2, np.linspace(0.5, 1.0, 160)[1:]])
        outer, inner = self.lateral(side, y), self.medial(side, y)
        down = np.stack([outer, y], axis=1)[y < self.floor(side, outer)]
        up = np.stack([inner, y], axis=1)[y < self.floor(side, inner)][::-1]
        across = np.linspace(float(down[-1, 0]), float(up[0, 0]), 200)
        bottom = np.stack([across, self.floor(side, across)], axis=1)
        outline = np.concatenate([down, bottom, up])
        return np.asarray(outline * np.array([SIDES[side], 1.0]))


def chest_of(person: Person, pose: Pose) -> Chest:
    """The outlines of a person's chest in a pose."""
    height = person.height * pose.inspiration
    halves = (person.half_width * (1 + person.uneven), person.half_width * (1 - person.uneven))
    left_dome = height * (0.80 if pose.view == "PA" else 0.77)
    domes = (left_dome - float(np.clip(person.dome_gap, -4, 24)), left_dome)
    width = person.ctr * pose.heart_scale * sum(halves)
    left = min(width * (1 - person.right_share), 0.90 * halves[1])
    tall = float(np.clip(person.heart_aspect * width, 0.36 * height, 0.60 * height))
    corners = _HEART + person.heart_shape
    outline = closed_outline(corners, 240)
    x, y = outline.T
    x = np.where(x < 0, x / -x.min() * (width - left), x / x.max() * left)
    bottom = max(domes) + 0.05 * height
    y = bottom - tall * (y.max() - y) / (y.max() - y.min())
    shift = float(np.clip(pose.turn, left - 0.93 * halves[1], 0.93 * halves[1] - left))
    return Chest(person, pose, height, halves, domes, np.stack([x + shift, y], axis=1))
