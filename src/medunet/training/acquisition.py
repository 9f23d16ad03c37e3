"""Acquisition: what a film goes through besides its body, drawn apart from how it is applied.

Other makers' films come inverted, blurred, in few pixels, with grey beyond their edges, collimated, and with letters
and devices in the beam. `drawn` makes an `Acquisition` from a key; `overlaid` and `softened` apply it to one picture.
Masks are untouched: what lies over a lung does not take the lung away.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import ndimage
from torch import Tensor
from torch.nn import functional

from medunet.phantoms.clutter import cover_edge, write_word
from medunet.phantoms.curves import closed_outline, open_curve, tube
from medunet.phantoms.plane import Floats, Plane
from medunet.planning import Changes
from medunet.training.keys import generator, key_of

WORDS = ("R", "L", "PORTABLE", "PA", "AP", "A", "ABLE")
"""What is written on films, in the letters that there are strokes for."""


@dataclass(frozen=True, slots=True)
class Acquisition:
    """The parameters of one film in one epoch.

    Attributes:
        outside: grey beyond the picture, in [0, 1]; None repeats its edge.
        collimated: whether edges are covered.
        words: how many words are written.
        devices: how many lie in the beam.
        side: pixels of the shorter side through which the film went; 0 leaves it.
        blur: standard deviation of a Gaussian, as a share of the shorter side.
        invert: whether black and white are exchanged.
        key: seed of places and shapes.
    """

    outside: float | None = None
    collimated: bool = False
    words: int = 0
    devices: int = 0
    side: int = 0
    blur: float = 0.0
    invert: bool = False
    key: int = 0


PLAIN = Acquisition()


def drawn(changes: Changes, seed: int, epoch: int, case: str, turn: int, side: int) -> Acquisition:
    """The acquisition of `case` in `epoch`.

    Args:
        changes: of the recipe.
        seed: of the training.
        epoch: from 0.
        case: its id.
        turn: counts its uses within the epoch.
        side: pixels of the picture's shorter side.
    """
    rng = generator(seed, "acquisition", epoch, turn, case)
    chance = rng.uniform(size=6)
    amount = rng.uniform(size=4)
    grey = float(np.clip(1.5 * amount[0] - 0.25, 0, 1))  # a third black or white, as most borders are
    lowest = changes.low_resolution
    coarse = chance[3] < 0.5 and 0 < lowest < side
    return Acquisition(
        outside=grey if chance[0] < changes.fill else None,
        collimated=bool(chance[1] < changes.collimation),
        words=1 + int(3 * amount[1]) if chance[2] < changes.lettering else 0,
        devices=1 + int(4 * amount[2]) if chance[4] < changes.devices else 0,
        side=round(lowest * (side / lowest) ** float(amount[3])) if coarse else 0,
        blur=float(changes.blur * rng.uniform()),
        invert=bool(chance[5] < changes.invert),
        key=key_of(seed, "acquisition places", epoch, turn, case),
    )


def overlaid(image: Tensor, target: Tensor, one: Acquisition) -> Tensor:
    """The picture with covered edges, letters and devices.

    Args:
        image: float32 (C, rows, columns) in [0, 1]; every channel is drawn over alike.
        target: whole numbers (rows, columns); covered edges keep clear of what is not 0.
        one: of this picture.

    Returns:
        A new tensor of the same shape, or `image` where nothing is drawn.
    """
    if not (one.collimated or one.words or one.devices):
        return image
    rng = np.random.Generator(np.random.Philox(one.key))
    box = _box(target.cpu().numpy())
    rows, columns = image.shape[1:]
    metal = _metal((rows, columns), box, one.devices, rng) if one.devices else None
    bright = rng.uniform(0.4, 1.0)
    layers: list[Floats] = []
    for channel in image.cpu().numpy().astype(np.float64):
        grey = channel if metal is None else channel + (bright - channel) * metal
        own = np.random.Generator(np.random.Philox(key_of(one.key, "edges and words")))
        if one.collimated:
            grey = _collimated(grey, box, own)
        for _ in range(one.words):
            grey = _lettered(grey, own)
        layers.append(grey)
    return torch.from_numpy(np.stack(layers)).to(image)


def softened(image: Tensor, one: Acquisition) -> Tensor:
    """The picture (C, rows, columns) as fewer pixels and a blur leave it; same shape and type."""
    shorter = min(image.shape[1:])
    if 0 < one.side < shorter:
        small = [max(1, round(length * one.side / shorter)) for length in image.shape[1:]]
        through = functional.interpolate(image[None], size=small, mode="bilinear", antialias=True, align_corners=False)
        image = functional.interpolate(through, size=image.shape[1:], mode="bilinear", align_corners=False)[0]
    deviation = one.blur * shorter
    return image if deviation < 0.2 else _blurred(image, deviation)


def _blurred(image: Tensor, deviation: float) -> Tensor:
    """Gaussian blur with repeated edges; the deviation in pixels."""
    reach = min(math.ceil(3 * deviation), min(image.shape[1:]) - 1)
    places = torch.arange(-reach, reach + 1, dtype=image.dtype, device=image.device)
    weights = torch.exp(-0.5 * (places / deviation) ** 2)
    weights = weights / weights.sum()
    padded = functional.pad(image[:, None], (reach, reach, reach, reach), mode="replicate")
    across = functional.conv2d(padded, weights[None, None, None, :])
    return functional.conv2d(across, weights[None, None, :, None])[:, 0]


Box = tuple[int, int, int, int]
"""First row, last row, first column, last column of what the mask holds."""


def _box(target: NDArray[np.integer]) -> Box:
    rows, columns = np.nonzero(target.any(axis=1))[0], np.nonzero(target.any(axis=0))[0]
    if not rows.size:  # nothing to keep clear of but the picture's middle
        height, width = target.shape
        return height // 4, 3 * height // 4, width // 4, 3 * width // 4
    return int(rows[0]), int(rows[-1]), int(columns[0]), int(columns[-1])


def _collimated(grey: Floats, box: Box, rng: np.random.Generator) -> Floats:
    """One to four edges covered, clear of the box."""
    height, width = grey.shape
    room = {"top": box[0], "bottom": height - 1 - box[1], "left": box[2], "right": width - 1 - box[3]}
    shade = float(rng.choice([0.0, 0.0, 1.0, rng.uniform(0, 1)]))
    opacity = 1.0 if rng.random() < 0.7 else rng.uniform(0.5, 1.0)
    blur, lean = min(height, width) * rng.uniform(0.001, 0.01), rng.uniform(-0.05, 0.05)
    for edge in rng.choice(list(room), int(rng.integers(1, 5)), replace=False):
        depth = room[edge] * rng.uniform(0.2, 1.0) - abs(lean) * max(height, width) / 2
        if depth > 0:
            cover = opacity * cover_edge((height, width), edge, depth, lean, blur)
            grey = grey + (shade - grey) * cover
    return grey


def _lettered(grey: Floats, rng: np.random.Generator) -> Floats:
    """A word somewhere, mostly near the picture's edges."""
    height, width = grey.shape
    grey = grey.copy()
    tall = rng.uniform(0.02, 0.07) * min(height, width)
    along, near = rng.uniform(0, 0.95, 2), rng.uniform(0.02, 0.15)
    if rng.random() < 0.75:
        across = near if rng.random() < 0.5 else 0.93 - near
        place = (across, along[0]) if rng.random() < 0.5 else (along[1], across)
    else:
        place = (along[0], along[1])
    write_word(grey, str(rng.choice(WORDS)), (place[0] * width, place[1] * height), tall, rng)
    return grey


def _metal(shape: tuple[int, int], box: Box, count: int, rng: np.random.Generator) -> Floats:
    """(rows, columns) opacity in 0 to 1 of `count` devices in and around the box."""
    plane = Plane(0.0, 0.0, 1.0, shape)
    low, high = np.array([box[2], box[0]], dtype=np.float64), np.array([box[3], box[1]], dtype=np.float64)
    size = min(shape)
    total = np.zeros(shape)
    for _ in range(count):
        kind = rng.choice(["line", "line", "electrode", "can", "loops"])
        place = low + (high - low) * rng.uniform(-0.1, 1.1, 2)
        total += {"line": _line, "electrode": _electrode, "can": _can, "loops": _loops}[kind](plane, place, size, rng)
    opacity: Floats = 1 - np.exp(-ndimage.gaussian_filter(total, 0.35))
    return opacity


def _line(plane: Plane, place: Floats, size: int, rng: np.random.Generator) -> Floats:
    """A lead or a tube that comes in from outside and ends at the place."""
    begin = place + size * rng.uniform(0.4, 1.0) * _direction(rng)
    bends = [begin + (place - begin) * t + rng.normal(0, 0.07 * size, 2) for t in (0.3, 0.7)]
    points = open_curve(np.array([begin, *bends, place]), 120)
    return plane.deposit(*tube(points, size * rng.uniform(0.0012, 0.006), 1.0, hollow=rng.choice([0.0, 0.5])))


def _electrode(plane: Plane, place: Floats, size: int, rng: np.random.Generator) -> Floats:
    """A round electrode with its lead."""
    radius = size * rng.uniform(0.008, 0.02)
    ring = closed_outline(place + radius * np.array([(-1, 0), (0, -1), (1, 0), (0, 1)]), 40)
    disc = np.where(plane.fill(ring), rng.uniform(0.1, 1.5), 0.0)
    return np.asarray(disc + _line(plane, place, size, rng))


def _can(plane: Plane, place: Floats, size: int, rng: np.random.Generator) -> Floats:
    """A pacemaker's can with a lead."""
    half = size * rng.uniform(0.03, 0.06, 2)
    ring = np.array([(-1, -0.5), (-0.6, -1), (0.6, -1), (1, -0.4), (0.95, 0.5), (0.4, 1), (-0.5, 1), (-1, 0.4)])
    plate = np.where(plane.fill(closed_outline(ring * half + place, 80)), rng.uniform(0.8, 3.0), 0.0)
    return np.asarray(plate + _line(plane, place, size, rng))


def _loops(plane: Plane, place: Floats, size: int, rng: np.random.Generator) -> Floats:
    """Wires of a sternotomy, one below the other."""
    total = np.zeros(plane.shape)
    for step in range(int(rng.integers(3, 7))):
        ring = np.array([(-1, 0), (-0.3, -0.5), (0.7, -0.35), (0.9, 0.2), (0, 0.45)]) * size * rng.uniform(0.012, 0.022)
        loop = closed_outline(ring + place + (rng.normal(0, 0.004 * size), 0.07 * size * step), 40)
        total += plane.deposit(*tube(np.concatenate([loop, loop[:1]]), size * 0.0015, 1.0))
    return total


def _direction(rng: np.random.Generator) -> Floats:
    angle = rng.uniform(0, 2 * math.pi)
    return np.array([math.cos(angle), math.sin(angle)])
