import warnings

import numpy as np
import pydicom
import pytest

from medunet.errors import InputError
from medunet.images.dicom import read_image


def test_values_at_the_upper_end_of_their_words_are_brought_down(make_dicom):
    array = np.array([[0, 1, 4095]], np.uint16)
    assert read_image(make_dicom(array * 16, BitsStored=12, HighBit=15)).array.tolist() == [array.tolist()]
    signed = np.array([[-2048, -1, 2047]], np.int16)
    assert read_image(make_dicom(signed * 16, BitsStored=12, HighBit=15)).array.tolist() == [signed.tolist()]


def test_pixels_under_a_sequence_are_none(make_dicom, grey):
    with pytest.raises(InputError, match=r"cut off: pixel data 0 bytes|no pixel data"):
        read_image(make_dicom(grey, PixelData=b""))


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (b"", None),
        (b"\0" * 500, "bytes behind the pixels not used"),
        (b"\1\2\3\4", "4 bytes behind the pixels not used"),
        (b"\7" * 40, "holds 1960 bytes of pixels where its header describes 1920"),
        (b"\7" * 1920, "holds 3840 bytes of pixels where its header describes 1920"),
    ],
)
def test_a_little_padding_is_passed_over_and_rows_too_many_are_not(make_dicom, more, words):
    """Half a frame more says that the header belongs to another picture; its first part alone would be a wrong one."""
    array = (np.arange(48 * 40) % 251).astype(np.uint8).reshape(48, 40)
    path = make_dicom(array, PixelData=array.tobytes() + more)
    if words is not None and words.startswith("holds"):
        with pytest.raises(InputError, match=words):
            read_image(path)
        return
    image = read_image(path)
    np.testing.assert_array_equal(image.array[0], array)
    assert words is None or any(words in note for note in image.notes)


@pytest.mark.parametrize("photometric", ["RGB", "YBR_FULL"])
@pytest.mark.parametrize("planar", [None, 2])
def test_colours_of_an_unknown_order_are_refused(make_dicom, photometric, planar):
    elements = {"SamplesPerPixel": 3, "PhotometricInterpretation": photometric}
    elements |= {} if planar is None else {"PlanarConfiguration": planar}
    with pytest.raises(InputError, match="PlanarConfiguration how its colours lie"):
        read_image(make_dicom(np.zeros((4, 6, 3), np.uint8), **elements))


def test_full_colours_that_call_themselves_halved_are_refused(make_dicom):
    array = np.random.default_rng(0).integers(0, 255, (8, 8, 3)).astype(np.uint8)
    with pytest.raises(InputError, match="holds 192 bytes of pixels where its header describes 128"):
        read_image(make_dicom(array, SamplesPerPixel=3, PhotometricInterpretation="YBR_FULL_422"))


@pytest.mark.parametrize("kind", [np.uint16, np.int16])
@pytest.mark.parametrize(("used", "said", "read"), [(15, 15, True), (14, 15, False), (15, 0, False)])
def test_only_bits_in_which_an_overlay_lies_are_cleared(make_dicom, kind, used, said, read):
    """A plane that is stored apart says bit 0, and explains nothing that stands above the stored bits."""
    array = np.arange(20).reshape(4, 5).astype(np.uint16) * 7
    path = make_dicom((array | (array % 2 << used)).view(kind), BitsStored=12)
    dataset = pydicom.dcmread(path)
    dataset.add_new(0x60000102, "US", said)
    dataset.save_as(path)
    if read:
        assert read_image(path).array[0].tolist() == array.tolist()
    else:
        with pytest.raises(InputError, match="more than its 12 stored bits"):
            read_image(path)


def test_a_photometric_interpretation_in_small_letters_is_understood(make_dicom, grey):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        path = make_dicom(grey, PhotometricInterpretation="monochrome1")
    np.testing.assert_array_equal(read_image(path).array[0], 255 - grey)


def test_pixels_of_two_types_are_refused(make_dicom, grey):
    path = make_dicom(grey, FloatPixelData=grey.astype("<f4").tobytes())
    with pytest.raises(InputError, match="both as integers and as floats"):
        read_image(path)


def test_ybr_of_sixteen_bits_does_not_exist(make_dicom, grey):
    colours = np.stack([grey.astype(np.uint16)] * 3, axis=2)
    elements = {"SamplesPerPixel": 3, "PhotometricInterpretation": "YBR_FULL", "PlanarConfiguration": 0}
    with pytest.raises(InputError, match="YBR_FULL of 16 bits"):
        read_image(make_dicom(colours, **elements))
