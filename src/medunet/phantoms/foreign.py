"""Foreign pictures: what comes by mistake where a chest film is wanted, drawn so that a check can learn to refuse it.

`FOREIGN` lists the kinds. A picture is (side, side) in [0, 1] and depends on (seed, kind, number) alone.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import PIL.Image
import PIL.ImageDraw
import PIL.ImageFont
from scipy import ndimage

from medunet.phantoms.foreign_bodies import (
    axes,
    body_slice,
    hand,
    head_slice,
    limb,
    oval,
    pelvis,
    rod,
    side_view,
    texture,
)
from medunet.phantoms.keyed import draws
from medunet.phantoms.plane import Floats

Drawing = Callable[[np.random.Generator, int], Floats]


def foreign_picture(kind: str, seed: int, number: int, side: int) -> Floats:
    """One picture of a kind of `FOREIGN`, (side, side) in [0, 1]."""
    return FOREIGN[kind](draws(seed, f"foreign {kind}", number), side)


def _noise(rng: np.random.Generator, side: int) -> Floats:
    """Noise of any colour, from white to clouds."""
    rows, columns = np.fft.fftfreq(side)[:, None], np.fft.rfftfreq(side)[None, :]
    strength = np.maximum(np.hypot(rows, columns), 1 / side) ** -rng.uniform(0, 2.5)
    field = np.fft.irfft2(np.fft.rfft2(rng.normal(size=(side, side))) * strength, s=(side, side))
    return np.asarray(np.clip(0.5 + rng.uniform(0.1, 0.3) * (field - field.mean()) / field.std(), 0, 1))


def _plain(rng: np.random.Generator, side: int) -> Floats:
    """Black, one grey, a ramp, or one of these with a few specks."""
    x, y = axes(side)
    angle = rng.uniform(0, 2 * np.pi)
    ramp = 0.5 + 0.35 * (np.cos(angle) * x + np.sin(angle) * y)
    grey = ramp if rng.random() < 0.5 else np.full((side, side), rng.choice([0.0, 1.0, rng.random()]))
    if rng.random() < 0.5:
        for _ in range(rng.integers(1, 6)):
            place, size = rng.uniform(-0.9, 0.9, 2), rng.uniform(0.005, 0.03, 2)
            grey = grey + (rng.random() - grey) * oval(side, tuple(place), tuple(size))
    if rng.random() < 0.5:
        grey = grey + 0.01 * rng.normal(size=(side, side))
    return np.asarray(np.clip(grey, 0, 1))


def _page(rng: np.random.Generator, side: int) -> Floats:
    """Lines of words on paper, some with a frame or a table; now and then white on black or turned."""
    sheet = PIL.Image.new("L", (side, side), 255)
    pen = PIL.ImageDraw.Draw(sheet)
    letters = list("abcdefghijklmnopqrstuvwxyzABCDEFG0123456789.,:-")
    size = rng.uniform(0.025, 0.09) * side
    font = PIL.ImageFont.load_default(size)
    margin = rng.uniform(0.02, 0.15) * side
    top = margin
    while top < side - margin:
        words = " ".join("".join(rng.choice(letters, int(rng.integers(1, 10)))) for _ in range(30))
        share = rng.uniform(0.3, 1.0) if rng.random() < 0.4 else 1.0
        pen.text((margin, top), words[: int(share * 1.8 * (side - 2 * margin) / size)], int(rng.integers(0, 90)), font)
        top += size * (3.0 if rng.random() < 0.15 else 1.35)
    if rng.random() < 0.4:
        for place in np.linspace(margin, side - margin, int(rng.integers(2, 7))):
            pen.line((margin, place, side - margin, place), 60)
            pen.line((place, margin, place, side - margin), 60)
    grey = np.asarray(sheet, dtype=np.float64) / 255
    grey = 1 - grey if rng.random() < 0.3 else grey
    grey = np.rot90(grey, int(rng.integers(4))) if rng.random() < 0.3 else grey
    return np.asarray(np.clip(grey + 0.01 * rng.normal(size=grey.shape), 0, 1))


def _pattern(rng: np.random.Generator, side: int) -> Floats:
    """Stripes, checks, rings."""
    x, y = axes(side)
    angle, waves = rng.uniform(0, np.pi), rng.uniform(1, 24)
    u, v = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    kind = rng.integers(3)
    if kind == 0:
        grey = np.sin(np.pi * waves * u)
    elif kind == 1:
        grey = np.sin(np.pi * waves * u) * np.sin(np.pi * waves * v)
    else:
        grey = np.sin(np.pi * waves * np.hypot(u - rng.uniform(-0.5, 0.5), v - rng.uniform(-0.5, 0.5)))
    grey = np.sign(grey) if rng.random() < 0.5 else grey
    return np.asarray(np.clip(0.5 + rng.uniform(0.2, 0.5) * grey + 0.02 * rng.normal(size=(side, side)), 0, 1))


def _shapes(rng: np.random.Generator, side: int) -> Floats:
    """A few ovals and rods of any grey on a ground."""
    grey = np.full((side, side), rng.random())
    for _ in range(rng.integers(1, 9)):
        level = rng.random()
        if rng.random() < 0.6:
            shape = oval(side, tuple(rng.uniform(-0.9, 0.9, 2)), tuple(rng.uniform(0.05, 0.7, 2)), rng.uniform(0, 3.1))
        else:
            width = rng.uniform(0.03, 0.3)
            thick = rod(side, tuple(rng.uniform(-1, 1, 2)), tuple(rng.uniform(-1, 1, 2)), (width, width))
            shape = np.minimum(1, 1.5 * thick / width)
        grey = grey + (level - grey) * shape
    return np.asarray(
        np.clip(ndimage.gaussian_filter(grey, rng.uniform(0, 0.02) * side) + 0.01 * texture(side, rng, 0.01), 0, 1)
    )


def _scene(rng: np.random.Generator, side: int) -> Floats:
    """A photograph's statistics: things of all sizes that hide each other, with shading (Lee, Mumford, Huang 2001)."""
    x, y = axes(side)
    grey = np.clip(0.5 + 0.3 * rng.normal() + 0.3 * rng.normal() * y, 0, 1) * np.ones((side, side))
    for size in np.sort(0.9 * rng.random(rng.integers(20, 90)) ** 2 + 0.02)[::-1]:
        cx, cy, level = rng.uniform(-1.1, 1.1), rng.uniform(-1.1, 1.1), rng.random()
        if rng.random() < 0.5:
            inside = np.hypot(x - cx, (y - cy) * rng.uniform(0.6, 1.6)) < 0.6 * size
        else:
            angle = rng.choice([0.0, rng.uniform(0, np.pi)])
            u = (x - cx) * np.cos(angle) + (y - cy) * np.sin(angle)
            v = (y - cy) * np.cos(angle) - (x - cx) * np.sin(angle)
            inside = (np.abs(u) < 0.5 * size) & (np.abs(v) < rng.uniform(0.2, 1) * size)
        shade = level + rng.normal(0, 0.2) * (x - cx) + rng.normal(0, 0.2) * (y - cy)
        if rng.random() < 0.4:
            shade = shade + rng.uniform(0.02, 0.15) * texture(side, rng, rng.uniform(0.003, 0.05))
        grey = np.where(inside, shade, grey)
    return np.asarray(
        np.clip(ndimage.gaussian_filter(grey, rng.uniform(0.3, 1.5)) + 0.01 * rng.normal(size=grey.shape), 0, 1)
    )


FOREIGN: dict[str, Drawing] = {
    "limb": limb,
    "hand": hand,
    "pelvis": pelvis,
    "side view": side_view,
    "head slice": head_slice,
    "body slice": body_slice,
    "page": _page,
    "scene": _scene,
    "shapes": _shapes,
    "pattern": _pattern,
    "noise": _noise,
    "plain": _plain,
}
"""Kind → how it is drawn."""
