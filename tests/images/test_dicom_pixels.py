import numpy as np
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
