"""Recipes on disk, tiny data sets and drawn films for the tests of the layer."""

from __future__ import annotations

import numpy as np
import PIL.Image
import pytest
import torch
import yaml

from medunet.cases import read_cases
from medunet.images import Grid, Image, LabelMap, Scheme, write_labels, write_png
from medunet.phantoms import chest_film
from medunet.planning import Fingerprint, Preprocessing
from medunet.planning.recipe import IntensityRecipe


@pytest.fixture(scope="session", autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def write_recipe(tmp_path):
    """write_recipe(values or text) writes a recipe file and returns its path."""

    def write(content, name="mine.yaml"):
        path = tmp_path / name
        path.write_text(content if isinstance(content, str) else yaml.safe_dump(content), encoding="utf-8")
        return str(path)

    return write


@pytest.fixture(scope="session")
def portrait():
    """portrait(**changed) is the fingerprint of 100 grey films."""

    def make(**changed):
        told = {
            "cases": 100,
            "sampled": 24,
            "shapes": (((3000, 2500), 20), ((2048, 2048), 4)),
            "channels": 1,
            "colour": False,
            "types": (("uint8", 24),),
            "spacing_known": 1.0,
            "aspect": (1.0, 1.2),
            "intensity": (3.0, 120.0, 250.0),
            "frequency": {"lung": 0.3, "heart": 0.1},
            "presence": {"lung": 1.0, "heart": 1.0},
        }
        return Fingerprint(**(told | changed))

    return make


@pytest.fixture(scope="session")
def how():
    """how(size, **changed) is a preprocessing, by default padded to 64 × 64 by percentiles."""

    def make(size=(64, 64), fit="pad", channels=1, **intensity):
        return Preprocessing(size=size, fit=fit, channels=channels, intensity=IntensityRecipe(**intensity))

    return make


@pytest.fixture(scope="session")
def film():
    """film(array, spacing, **fields) is an image of one channel, or of the channels of a 3D array."""

    def make(array, spacing=None, **fields):
        array = np.asarray(array)
        array = array[None] if array.ndim == 2 else array
        return Image(array, Grid(array.shape[1:], spacing), source="film.png", **fields)

    return make


@pytest.fixture(scope="session")
def disc():
    """disc(shape, spacing, share) is a label map of an ellipse and a smaller one in it, centred."""

    def make(shape, spacing=None, share=0.8, names=("lung", "heart"), values=(1, 2), at=(0.0, 0.0)):
        y, x = (np.linspace(-1, 1, 2 * n + 1)[1::2] for n in shape)
        distance = np.hypot(y[:, None] - at[0], x[None] - at[1])
        array = np.zeros(shape, np.uint16 if max(values) > 255 else np.uint8)
        array[distance < share] = values[0]
        array[distance < share / 2] = values[1]
        scheme = Scheme(tuple(zip(names, values, strict=True)))
        return LabelMap(array, Grid(shape, spacing), scheme)

    return make


@pytest.fixture
def data(tmp_path):
    """data(**films) writes pairs of films (arrays) and a square mask each, and reads them as cases."""

    def make(**films):
        for name, array in films.items():
            array = np.asarray(array)
            for folder, picture in (("images", array), ("masks", square(array.shape[:2]))):
                path = tmp_path / "data" / folder / f"{name}.png"
                path.parent.mkdir(parents=True, exist_ok=True)
                PIL.Image.fromarray(picture).save(path)
        return read_cases(tmp_path / "data")

    def square(shape):
        mask = np.zeros(shape, np.uint8)
        mask[shape[0] // 4 : shape[0] // 2, shape[1] // 4 : shape[1] // 2] = 255
        return mask

    return make


@pytest.fixture(scope="session")
def phantoms(tmp_path_factory):
    """Six synthetic chest films with masks, as cases."""
    folder = tmp_path_factory.mktemp("phantoms")
    for index in range(6):
        made = chest_film(3, index, size=64)
        write_png(folder / "images" / f"{made.id}.png", made.image)
        write_labels(folder / "masks" / f"{made.id}.png", made.labels)
    (folder / "masks" / "labels.json").write_text('{"right lung": 1, "left lung": 2, "heart": 3}', encoding="utf-8")
    return read_cases(folder)
