"""Tiny folders of films and masks for the tests of the layer."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import PIL.Image
import pytest

SHARED = Path(__file__).parents[2].parent / "shared" / "data"


def draw(path, array, **options):
    """Write an array as a picture, making its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    PIL.Image.fromarray(np.asarray(array, dtype=np.uint8)).save(path, **options)
    return path


def film(seed=0, shape=(16, 20)):
    """A grey film with many values."""
    return np.random.default_rng(seed).integers(0, 256, shape).astype(np.uint8)


def blob(value=255, shape=(16, 20), at=(4, 4), size=6):
    """A mask with one square of a value."""
    mask = np.zeros(shape, np.uint8)
    mask[at[0] : at[0] + size, at[1] : at[1] + size] = value
    return mask


def palette_picture(path, indices, colours):
    """Write a palette PNG."""
    picture = PIL.Image.fromarray(np.asarray(indices, dtype=np.uint8), mode="P")
    picture.putpalette([part for colour in colours for part in colour])
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path)
    return path


class Draw:
    """The writers above, handed to tests as one fixture."""

    draw = staticmethod(draw)
    film = staticmethod(film)
    blob = staticmethod(blob)
    palette = staticmethod(palette_picture)

    @staticmethod
    def pairs(root, names, images="images", masks="masks", mask_name="{}.png", value=255):
        """Films and masks of these names in two folders."""
        for number, name in enumerate(names):
            draw(root / images / f"{name}.png", film(number))
            draw(root / masks / mask_name.format(name), blob(value))
        return root


@pytest.fixture
def pen():
    return Draw


@pytest.fixture
def shared():
    if not SHARED.is_dir():
        pytest.skip("the shared data are not here")
    return SHARED


def chexmask_text(ids, shape=(8, 8), column="ImageID", rca=None):
    """A CheXmask table: the right lung in columns 1-2, the left in 5-6, the heart in 3-4 with one pixel more."""
    width = shape[1]

    def runs(first, rows, length):
        return " ".join(f"{row * width + first + 1} {length}" for row in rows)

    heading = [column, "Dice RCA (Mean)", "Landmarks", "Left Lung", "Right Lung", "Heart", "Height", "Width"]
    lines = [",".join(heading)]
    for number, name in enumerate(ids):
        cells = [name, str((rca or {}).get(name, 0.9)), "", runs(5, (2, 3, 4), 2), runs(1, (2, 3, 4), 2)]
        cells += [runs(3, (3, 4), 2) + (f" {6 * width + 1 + number % 4} 1"), str(shape[0]), str(shape[1])]
        lines.append(",".join(cells))
    return "\n".join(lines) + "\n"


@pytest.fixture
def chexmask():
    return chexmask_text
