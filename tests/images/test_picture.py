import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow
from PIL import ImageOps

from medunet.errors import InputError
from medunet.images.picture import GREY_NOTE, Picture, orientation_note, upright, upright_shape

FILE = Path("film.png")


@pytest.mark.parametrize("orientation", range(1, 9))
def test_turning_upright_agrees_with_pillow(orientation, grey):
    exif = Pillow.Exif()
    exif[0x0112] = orientation
    buffer = io.BytesIO()
    Pillow.fromarray(grey).save(buffer, "PNG", exif=exif)
    expected = np.asarray(ImageOps.exif_transpose(Pillow.open(buffer)))
    np.testing.assert_array_equal(upright(grey, orientation), expected)
    assert upright_shape(*grey.shape, orientation) == expected.shape
    assert bool(orientation_note(orientation)) == (orientation > 1)


def test_equal_channels_are_one_channel_and_real_colours_three(grey):
    same = Picture(np.dstack([grey] * 3)).to_image(FILE)
    assert same.array.shape == (1, 13, 17)
    assert same.notes == (GREY_NOTE,)
    colours = np.dstack([grey, grey, 255 - grey])
    image = Picture(colours).to_image(FILE)
    np.testing.assert_array_equal(np.moveaxis(image.array, 0, 2), colours)
    assert Picture(colours).to_pixels(FILE).kind == "colour"
    assert Picture(np.dstack([grey] * 3)).to_pixels(FILE).kind == "grey"


def test_opaque_alpha_is_nothing_and_transparency_is_not_valid(grey):
    alpha = np.full(grey.shape, 255, np.uint8)
    assert Picture(grey, alpha=alpha).to_image(FILE).valid is None
    alpha[2, 3] = 0
    alpha[4, 5] = 128
    image = Picture(grey, alpha=alpha).to_image(FILE)
    assert (~image.valid).sum() == 1
    assert not image.valid[2, 3]
    with pytest.raises(InputError, match="no valid pixel"):
        Picture(grey, alpha=np.zeros_like(grey)).to_image(FILE)


def test_a_mask_may_be_transparent_only_where_it_is_black(grey):
    mask = (grey > 100).astype(np.uint8) * 255
    pixels = Picture(mask, alpha=mask).to_pixels(FILE)
    np.testing.assert_array_equal(pixels.array, mask)
    for alpha in (255 - mask, mask // 2):
        with pytest.raises(InputError, match="transparency varies"):
            Picture(mask, alpha=alpha).to_pixels(FILE)


def test_a_palette_is_colours_for_an_image_and_indices_for_a_mask():
    indices = np.array([[0, 1], [2, 1]], np.uint8)
    palette = np.array([[0, 0, 0], [255, 0, 0], [0, 0, 255]], np.uint8)
    picture = Picture(indices, palette)
    assert picture.to_image(FILE).array[:, 0, 1].tolist() == [255, 0, 0]
    pixels = picture.to_pixels(FILE)
    assert pixels.kind == "palette"
    np.testing.assert_array_equal(pixels.array, indices)
    np.testing.assert_array_equal(pixels.palette, palette)


def test_a_colour_mask_of_16_bits_is_refused():
    colours = np.zeros((2, 2, 3), np.uint16)
    colours[0, 0, 0] = 300
    with pytest.raises(InputError, match="uint16"):
        Picture(colours).to_pixels(FILE)
