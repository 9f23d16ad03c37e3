from __future__ import annotations

import base64
import io
import re

import numpy as np
import PIL.Image
import pytest

from medunet.images import Grid, LabelMap, Scheme
from medunet.prediction import Prediction
from medunet.prediction.showing import LONGEST


def prediction(shape=(40, 30), names=("heart", "lung")):
    array = np.zeros(shape, dtype=np.uint8)
    array[tuple(slice(10, 20) for _ in shape)] = 1
    return Prediction(LabelMap(array, Grid(shape), Scheme.of(names)))


def picture(html):
    data = re.search(r'src="data:image/png;base64,([^"]+)"', html)[1]
    return np.asarray(PIL.Image.open(io.BytesIO(base64.b64decode(data))))


def test_the_picture_is_the_label_map_in_the_colours_of_the_table():
    html = prediction()._repr_html_()
    shown = picture(html)
    colour = tuple(map(int, re.search(r"rgb\((\d+), (\d+), (\d+)\)", html).groups()))
    assert np.array_equal((shown == colour).all(axis=2), prediction().labels.array == 1)
    assert (shown[0, 0] == 0).all()


def test_each_structure_has_its_pixels_and_its_share():
    html = prediction()._repr_html_()
    assert 'heart</td><td style="text-align:right">100</td><td style="text-align:right">8.3 %' in html
    assert "not found" in html
    assert "40 × 30 pixels" in html


def test_structures_differ_in_colour():
    colours = re.findall(r"rgb\([^)]*\)", prediction(names=tuple("abcdefgh"))._repr_html_())
    assert len(set(colours)) == 8


def test_a_large_film_becomes_a_small_picture():
    assert max(picture(prediction((2000, 1500))._repr_html_()).shape) == LONGEST


def test_a_hostile_name_is_text_and_nothing_is_loaded():
    html = prediction(names=("<img src=x onerror=alert(1)>", 'a" onload="x'))._repr_html_()
    assert "<img src=x" not in html
    assert 'onload="x' not in html
    assert not re.search(r"(?i)<script|http|url\(", html)


@pytest.mark.parametrize("shape", [(1, 5000), (3, 3)])
def test_odd_shapes_have_a_picture(shape):
    array = np.ones(shape, dtype=np.uint8)
    html = Prediction(LabelMap(array, Grid(shape), Scheme.of(["heart"])))._repr_html_()
    assert "100.0 %" in html
    assert picture(html).size
