from __future__ import annotations

import io
import re

import numpy as np
import PIL.Image
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medunet.images.labelmap import LabelMap, Scheme
from medunet.measuring.measurement import Caliper
from medunet.reports import Page, Section, render
from medunet.reports.palette import COLOURS, REFERENCE
from medunet.reports.pictures import FINER, Pictures, film_picture, path, plain_picture


def points(text):
    """The lines of a relative SVG path, back as points."""
    lines = []
    for part in text.split("M")[1:]:
        numbers = [int(number) for number in re.findall(r"-?\d+", part)]
        lines.append(np.cumsum(np.array(numbers).reshape(-1, 2), axis=0))
    return lines


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(0, 300), st.floats(0, 300)), min_size=3, max_size=30))
def test_a_path_says_where_its_points_are(corners):
    line = np.array(corners)
    (back,) = points(path([line], closed=False))
    assert np.array_equal(back, np.rint(line * FINER))


def test_a_film_comes_small_and_grey_with_its_outlines_beside_it(film, labels):
    image = film(400, 300)
    picture = film_picture("case-7", image, labels(image, "heart", "lung"), reference=labels(image, "heart", shift=4))
    jpeg = PIL.Image.open(io.BytesIO(picture.jpeg))
    assert (jpeg.format, jpeg.mode, jpeg.size) == ("JPEG", "L", (240, 320))
    assert [(stroke.name, stroke.colour) for stroke in picture.found] == [
        ("heart", COLOURS["heart"].film),
        ("lung", COLOURS["lung"].film),
    ]
    assert [stroke.colour for stroke in picture.reference] == [REFERENCE]
    assert picture.alt == "Film of case-7 with outlines of heart, lung, and the reference's"


def test_the_vectors_lie_where_the_mask_is(film):
    image = film(100, 100)
    mask = np.zeros((100, 100), dtype=np.uint8)
    mask[30:70, 20:60] = 1
    picture = film_picture("x", image, LabelMap(mask, image.grid, Scheme.of(["heart"])), largest=300)
    (line,) = points(picture.found[0].path)
    assert np.allclose(line.min(axis=0), [600, 900], atol=8)
    assert np.allclose(line.max(axis=0), [1800, 2100], atol=8)


def test_a_structure_that_is_not_there_has_no_line(film):
    image = film()
    empty = LabelMap(np.zeros((64, 64), dtype=np.uint8), image.grid, Scheme.of(["heart"]))
    assert film_picture("x", image, empty).found == ()


def test_calipers_come_with_ticks_and_words(film):
    image = film(100, 100)
    calipers = [Caliper((60, 20), (60, 80), "heart 142 mm"), Caliper((5, 50), (95, 50), "midline")]
    picture = film_picture("x", image, None, calipers=calipers, largest=768)
    assert [len(points(stroke.path)) for stroke in picture.calipers] == [3, 1]
    assert [word.text for word in picture.words] == ["heart 142 mm", "midline"]
    assert all(0 < word.x < 7680 and 0 < word.y < 7680 for word in picture.words)


def test_a_grid_of_pictures_has_one_key(film, labels):
    image = film()
    items = tuple(film_picture(name, image, labels(image, name)) for name in ("heart", "lung", "heart"))
    assert Pictures(items).colours == {"heart": COLOURS["heart"].film, "lung": COLOURS["lung"].film}


def test_any_picture_can_stand_among_them():
    picture = plain_picture("sheet", PIL.Image.new("RGBA", (40, 30)), alt="Samples after epoch 7")
    assert PIL.Image.open(io.BytesIO(picture.jpeg)).size == (40, 30)
    assert picture.caption == "sheet"


def test_labels_of_another_shape_are_refused(film, labels):
    with pytest.raises(ValueError, match="cannot be drawn"):
        film_picture("x", film(10, 10), labels(film(20, 20), "heart"))


def test_a_picture_knows_what_it_takes_on_a_page(film, labels):
    image = film(400, 300)
    calipers = [Caliper((60, 20), (60, 80), "heart 142 mm")]
    picture = film_picture("case-7", image, labels(image, "heart", "lung"), reference=labels(image, "heart", shift=4),
                           calipers=calipers, facts=[("Dice", "0.9")])  # fmt: skip
    pages = [render(Page("t", "", ("s",), (Section("x", (Pictures((picture,) * n),)),))) for n in (1, 11)]
    weight = (len(pages[1]) - len(pages[0])) / 10
    assert weight == pytest.approx(picture.weight, rel=0.1)
