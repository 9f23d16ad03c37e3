import numpy as np
import pytest

from medunet.errors import InputError
from medunet.images.dicom import read_image, read_pixels

RGB = {"SamplesPerPixel": 3, "PhotometricInterpretation": "RGB", "PlanarConfiguration": 0}


def test_colour_masks_keep_their_colours_and_equal_ones_are_grey(make_dicom, grey):
    colours = np.stack([grey, grey, 255 - grey], axis=2)
    found = read_pixels(make_dicom(colours, **RGB))
    assert found.kind == "colour"
    np.testing.assert_array_equal(found.array, colours)
    image = read_image(make_dicom(np.stack([grey] * 3, axis=2), **RGB))
    assert image.channels == 1
    assert any("equal colour channels" in note for note in image.notes)


def test_a_palette_that_is_missing_is_a_refusal(make_dicom, grey):
    with pytest.raises(InputError, match="palette"):
        read_image(make_dicom(grey, PhotometricInterpretation="PALETTE COLOR"))
