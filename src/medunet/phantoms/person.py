"""Person and pose: a subject's chest in numbers, and how it stood before the detector for one film.

All lengths are mm in the plane of the detector.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from medunet.images.image import View
from medunet.phantoms.plane import Floats

HEART_CORNERS = 12
"""How many corners of the heart's silhouette vary from person to person."""


@dataclass(frozen=True)
class Person:
    """What stays the same between two films of one subject.

    Attributes:
        sex: "F" or "M".
        age: years at the first film.
        half_width: half the widest inner width of the chest, mm.
        height: the lungs' height from apex to costophrenic angle at full inspiration, mm.
        wall: thickness of the chest wall at the side, mm.
        depth: depth of the trunk from front to back, mm.
        ctr: width of the heart over width of the chest that a PA film of full inspiration is meant to show.
        right_share: part of the heart's width that lies right of the midline.
        heart_aspect: height of the heart's silhouette over its width.
        heart_shape: (HEART_CORNERS, 2) small shifts of the silhouette's corners, no unit.
        knob: how far the aortic knob stands out from the mediastinum, mm.
        mediastinum: half width of the upper mediastinum, mm.
        dome_gap: how much higher the right dome stands than the left, mm.
        uneven: relative difference of the two halves of the chest.
        scoliosis: sideways bend of the spine, mm.
        breast: thickness of the breast shadow, mm; 0 for none.
        pacemaker, sternotomy: whether the person carries one.
    """

    sex: str
    age: int
    half_width: float
    height: float
    wall: float
    depth: float
    ctr: float
    right_share: float
    heart_aspect: float
    heart_shape: Floats
    knob: float
    mediastinum: float
    dome_gap: float
    uneven: float
    scoliosis: float
    breast: float
    pacemaker: bool
    sternotomy: bool


@dataclass(frozen=True)
class Pose:
    """How a person stood or lay for one film.

    Attributes:
        view: "PA" or "AP".
        inspiration: the lungs' height over its height at full inspiration.
        heart_scale: the heart's width on this film over its width on a PA film of full inspiration.
        tilt: turn of the picture, radians, positive towards the picture's right (clockwise).
        turn: sideways shift of what lies in front against the spine, mm, from a patient turned about the long axis.
        field: side of the square film, mm.
        shift: (x, y) of the patient's origin from the middle of the film's upper edge, mm.
        fluid: (right, left) height of fluid in the costophrenic angle, mm; 0 for none.
    """

    view: View
    inspiration: float
    heart_scale: float
    tilt: float
    turn: float
    field: float
    shift: tuple[float, float]
    fluid: tuple[float, float]


def draw_person(rng: np.random.Generator) -> Person:
    """A person of the imaginary clinic: adults, half of them women, hearts from slim to very wide."""
    sex = "F" if rng.random() < 0.5 else "M"
    age = int(rng.integers(19, 92))
    half_width = float(rng.normal(127 if sex == "F" else 142, 7.5))
    build = float(np.clip(rng.normal(1.0, 0.16), 0.72, 1.45))
    ctr = float(np.clip(rng.normal(0.430 + 0.0010 * age, 0.054), 0.385, 0.655))
    return Person(
        sex=sex,
        age=age,
        half_width=half_width,
        height=2 * half_width * float(rng.uniform(0.84, 1.04)),
        wall=22 * build**2,
        depth=float(rng.uniform(1.5, 1.68)) * half_width * (0.6 + 0.4 * build),
        ctr=ctr,
        right_share=float(rng.uniform(0.27, 0.38)),
        heart_aspect=float(rng.uniform(0.72, 0.94)),
        heart_shape=rng.normal(0.0, 0.022, (HEART_CORNERS, 2)),
        knob=float(rng.uniform(5, 12) + 0.12 * max(age - 40, 0) * rng.uniform(0.5, 2.0)),
        mediastinum=float(rng.uniform(20, 29)),
        dome_gap=float(rng.normal(11, 6)),
        uneven=float(rng.normal(0.0, 0.018)),
        scoliosis=float(rng.normal(0.0, 4.0)),
        breast=float(rng.uniform(12, 48)) * build if sex == "F" else max(0.0, 30 * (build - 1.15)),
        pacemaker=bool(rng.random() < 0.07),
        sternotomy=bool(rng.random() < 0.06),
    )


def draw_pose(rng: np.random.Generator, person: Person) -> Pose:
    """One film of a person. At the bedside (AP) the diaphragm stands high, the heart is magnified, turns are larger."""
    view: View = "AP" if rng.random() < 0.22 else "PA"
    bedside = view == "AP"
    inspiration = float(np.clip(rng.normal(0.86 if bedside else 0.97, 0.05), 0.72, 1.06))
    magnified = float(rng.uniform(1.05, 1.16)) if bedside else 1.0
    wish = magnified * (1 + 0.25 * (0.97 - inspiration)) * float(rng.normal(1.0, 0.015))
    tilt = float(np.clip(rng.normal(0, 0.035 if bedside else 0.018), -0.09, 0.09))
    width, height = 2 * person.half_width, person.height * inspiration
    field = max(width * float(rng.uniform(1.16, 1.38)), 1.13 * height)
    side, angle = int(rng.integers(2)), float(rng.uniform(18, 62))
    fluid = (0.0, 0.0) if rng.random() < 0.91 else ((angle, 0.0) if side == 0 else (0.0, angle))
    # The film shows both lungs whole: the ratio needs their full width.
    slack = max(0.0, field - 1.08 * width - abs(tilt) * height)
    lowest = 0.965 * field - height - abs(tilt) * person.half_width
    middle = 0.5 * tilt * height  # a turn about the apex carries the lungs sideways
    return Pose(
        view=view,
        inspiration=inspiration,
        heart_scale=float(np.clip(wish * person.ctr, 0.38, 0.68) / person.ctr),
        tilt=tilt,
        turn=float(rng.normal(0, 7.0 if bedside else 3.5)),
        field=field,
        shift=(middle + float(rng.uniform(-0.32, 0.32)) * slack, min(field * float(rng.uniform(0.07, 0.17)), lowest)),
        fluid=fluid,
    )
