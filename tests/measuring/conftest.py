from __future__ import annotations

import numpy as np
import pytest

from medunet.images.grid import Grid
from medunet.images.labelmap import LabelMap, Scheme

SIDES = ("right lung", "left lung", "heart")


def boxes(shape, spacing=None, names=SIDES, **drawn):
    """A label map of rectangles (first row, last row, first column, last column, both ends in); later ones win."""
    array = np.zeros(shape, dtype=np.uint8)
    scheme = Scheme.of(names)
    for name, places in drawn.items():
        for top, bottom, left, right in places if isinstance(places, list) else [places]:
            array[top : bottom + 1, left : right + 1] = scheme.value(name.replace("_", " "))
    return LabelMap(array, Grid(shape, spacing), scheme)


def chest(shape=(100, 120), spacing=None, names=SIDES, **changed):
    """A symmetrical chest of rectangles: lungs in columns 20-49 and 70-99 (extent 80), heart in 50-85 (36)."""
    drawn = {"right_lung": (20, 79, 20, 49), "left_lung": (20, 79, 70, 99), "heart": (50, 79, 46, 77)}
    drawn |= changed
    return boxes(shape, spacing, names, **{name: place for name, place in drawn.items() if place is not None})


def tilted(degrees=0.0, shape=(240, 260), spacing=None, offset=8.0, names=SIDES):
    """A chest of ellipses, mirror-symmetrical but for the heart, turned by `degrees` (lower end to the right)."""
    scale = spacing or (1.0, 1.0)
    y, x = np.meshgrid(np.arange(shape[0]) * scale[0], np.arange(shape[1]) * scale[1], indexing="ij")
    y, x = y - y.mean(), x - x.mean()
    angle = np.radians(degrees)
    along, across = y * np.cos(angle) + x * np.sin(angle), x * np.cos(angle) - y * np.sin(angle)
    unit = min(shape[0] * scale[0], shape[1] * scale[1]) / 240

    def ellipse(centre, radii):
        return ((along / unit - centre[0]) / radii[0]) ** 2 + ((across / unit - centre[1]) / radii[1]) ** 2 <= 1

    array = np.zeros(shape, dtype=np.uint8)
    array[ellipse((0, -52), (80, 34))] = 1
    array[ellipse((0, 52), (80, 34))] = 2
    array[ellipse((40, offset), (26, 30))] = 3
    return LabelMap(array, Grid(shape, spacing), Scheme.of(names))


@pytest.fixture(scope="session")
def draw():
    """`draw.boxes`, `draw.chest`, `draw.tilted`: label maps with known answers."""

    class Draw:
        pass

    Draw.boxes, Draw.chest, Draw.tilted = staticmethod(boxes), staticmethod(chest), staticmethod(tilted)
    return Draw


@pytest.fixture(scope="session")
def by_name():
    """Measurements as a dictionary; areas as "area heart" and so on."""

    def index(measurements):
        return {f"area {m.structure}" if m.name == "area" else m.name: m for m in measurements}

    return index
