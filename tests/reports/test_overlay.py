from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from medunet.images.grid import Grid
from medunet.images.image import Image
from medunet.images.labelmap import LabelMap, Scheme
from medunet.measuring.measurement import Caliper
from medunet.reports.overlay import draw_overlay, png_bytes
from medunet.reports.palette import CALIPER, COLOURS

WINGSPAN = Path(__file__).parents[2].parent / "shared" / "data" / "chest-wingspan"


def near(picture, colour, reach=40):
    """Bool (row, column): pixels that have about this colour."""
    wanted = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    return np.abs(np.asarray(picture).astype(int) - wanted).max(axis=2) < reach


def test_a_film_without_labels_is_plain_grey(film):
    pixels = np.asarray(draw_overlay(film(), None, largest=128))
    assert pixels.shape == (128, 128, 3)
    assert (np.ptp(pixels, axis=2) == 0).all()


def test_the_outline_lies_on_the_border_of_the_mask(film):
    image = film(100, 100)
    mask = np.zeros((100, 100), dtype=np.uint8)
    mask[30:70, 20:60] = 1
    picture = draw_overlay(image, LabelMap(mask, image.grid, Scheme.of(["heart"])), largest=500)
    rows, columns = np.nonzero(near(picture, COLOURS["heart"].film))
    assert abs(rows.min() - 150) <= 2
    assert abs(rows.max() - 349) <= 2
    assert abs(columns.min() - 100) <= 2
    assert abs(columns.max() - 299) <= 2
    inside = np.asarray(picture)[200:300, 150:250]
    assert (np.ptp(inside, axis=2) == 0).all()


def test_pixels_that_are_not_square_move_the_outline_with_the_film(film, labels):
    image = film(100, 100, spacing=(2.0, 1.0))
    picture = draw_overlay(image, labels(image, "heart"), largest=400)
    assert picture.size == (200, 400)
    rows, _ = np.nonzero(near(picture, COLOURS["heart"].film))
    assert abs(rows.min() - 100) <= 2
    assert abs(rows.max() - 199) <= 2


def test_the_reference_is_white_and_broken_where_the_outline_is_whole(labels):
    image = Image(np.zeros((1, 100, 100), dtype=np.uint8), Grid((100, 100)), valid=np.zeros((100, 100), dtype=bool))
    found, reference = labels(image, "heart"), labels(image, "heart", shift=8)
    picture = draw_overlay(image, found, reference=reference, largest=400)
    alone = draw_overlay(image, None, reference=reference, largest=400)
    whole = draw_overlay(image, labels(image, "heart", shift=8), largest=400)
    assert near(picture, "#ffffff").any()
    assert 0.35 < near(alone, "#ffffff", 80).sum() / near(whole, COLOURS["heart"].film, 80).sum() < 0.75


def test_a_caliper_is_drawn_from_end_to_end_with_its_label():
    image = Image(np.zeros((1, 100, 100), dtype=np.uint8), Grid((100, 100)))
    bare = draw_overlay(image, None, largest=500)
    picture = draw_overlay(image, None, calipers=[Caliper((60, 20), (60, 80), "heart 142 mm")], largest=500)
    yellow = near(picture, CALIPER, 60)
    assert abs(np.nonzero(yellow[302])[0].min() - 102) <= 2
    assert abs(np.nonzero(yellow[302])[0].max() - 402) <= 2
    assert yellow[270:295, 200:300].any()
    assert not near(bare, CALIPER, 60).any()


def test_the_label_of_a_caliper_is_readable_on_white():
    image = Image(np.full((1, 100, 100), 9, dtype=np.uint8), Grid((100, 100)))
    image.array[0, :40, :40] = 0
    picture = draw_overlay(image, None, calipers=[Caliper((60, 20), (60, 80), "heart 142 mm")], largest=500)
    label = np.asarray(picture.convert("L"))[270:298, 200:300]
    assert label.min() < 40
    assert label.max() > 200


def test_a_midline_is_dashed():
    image = Image(np.zeros((1, 100, 100), dtype=np.uint8), Grid((100, 100)))
    one = draw_overlay(image, None, calipers=[Caliper((5, 50), (95, 50), "midline")], largest=500)
    other = draw_overlay(image, None, calipers=[Caliper((5, 50), (95, 50), "width")], largest=500)
    assert near(one, CALIPER)[60:, 250:255].sum() < 0.7 * near(other, CALIPER)[60:, 250:255].sum()


def test_the_caption_comes_with_a_key_to_the_colours(film, labels):
    image = film()
    picture = draw_overlay(image, labels(image, "heart", "lung"), caption="case 7", largest=400)
    strip = picture.crop((0, 400, picture.width, picture.height))
    assert near(strip, COLOURS["heart"].film).any()
    assert near(strip, COLOURS["lung"].film).any()


def test_an_empty_label_map_draws_nothing(film):
    image = film()
    empty = LabelMap(np.zeros((64, 64), dtype=np.uint8), image.grid, Scheme.of(["heart"]))
    assert png_bytes(draw_overlay(image, empty)) == png_bytes(draw_overlay(image, None))


def test_labels_of_another_shape_are_refused_but_a_spacing_may_be_unknown(film, labels):
    image = film(64, 64, spacing=(0.2, 0.2))
    draw_overlay(image, labels(film(64, 64), "heart"))
    with pytest.raises(ValueError, match=r"labels of shape \(64, 63\)"):
        draw_overlay(image, labels(film(64, 63), "heart"))


def test_the_same_picture_gives_the_same_png(film, labels):
    image = film()
    first, second = (png_bytes(draw_overlay(image, labels(image, "heart"), caption="x")) for _ in range(2))
    assert first == second
    assert PIL.Image.open(io.BytesIO(first)).mode == "RGB"


@pytest.mark.skipif(not WINGSPAN.is_dir(), reason="the films of ../shared/data/chest-wingspan are not here")
def test_real_films_show_all_their_structures():
    scheme = Scheme.from_mapping(json.loads((WINGSPAN / "labels.json").read_text()))
    for number in (40, 185, 200):
        array = np.asarray(PIL.Image.open(WINGSPAN / "images" / f"wingspan-{number:03d}.png").convert("L"))
        image = Image(array[None], Grid(array.shape))
        mask = np.asarray(PIL.Image.open(WINGSPAN / "masks" / f"wingspan-{number:03d}.png"))
        picture = draw_overlay(image, LabelMap(mask, image.grid, scheme), largest=512)
        for name in scheme.names:
            assert near(picture, COLOURS[name].film).sum() > 300
