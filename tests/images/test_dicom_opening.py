import io
import struct

import numpy as np
import pytest

from medunet.errors import InputError
from medunet.images import limits_set
from medunet.images.dicom import read_grid, read_image
from medunet.images.dicom_opening import Meter, is_dicom, read_elements
from medunet.images.opening import warnings_kept


def test_what_is_taken_for_dicom(make_dicom, grey):
    data = make_dicom(grey).read_bytes()
    assert is_dicom(data[:200])
    assert is_dicom(data[132:400])
    assert is_dicom(b"\x08\x00\x05\x00\x0a\x00\x00\x00ISO_IR 100" + b"\x08\x00" * 40)
    assert not is_dicom(b"\x08\x00\x05\x00\xff\xff\xff\x7f" + b"\0" * 80)
    assert not is_dicom(b"\0" * 132)
    assert not is_dicom(b"")


def test_the_meter_counts_and_never_asks_for_more_than_there_is(tmp_path):
    meter = Meter(io.BytesIO(b"x" * 20), 20, tmp_path)
    assert len(meter.read(1 << 40)) == 20
    assert meter.fell_short
    meter.seek(0)
    with limits_set(max_elements=2):
        meter.read(8), meter.read(8)
        with pytest.raises(InputError, match="max_elements of 2"):
            meter.read(8)
    with limits_set(max_header_bytes=10), pytest.raises(InputError, match="max_header_bytes"):
        Meter(io.BytesIO(b"x" * 20), 20, tmp_path).read(11)


@pytest.mark.parametrize(("wanted", "there"), [("none", False), ("native", True), ("any", True)])
def test_pixels_are_read_where_they_are_wanted(make_dicom, grey, wanted, there):
    with warnings_kept() as caught:
        elements = read_elements(make_dicom(grey), wanted, caught)
    assert ("PixelData" in elements.dataset) is there
    assert (elements.syntax.name, elements.notes) == ("Explicit VR Little Endian", ())


def test_elements_behind_the_pixels_do_not_change_what_the_header_says(make_dicom, grey):
    path = make_dicom(grey)
    path.write_bytes(path.read_bytes() + struct.pack("<HH2sHH", 0x0028, 0x0010, b"US", 2, 5))
    np.testing.assert_array_equal(read_image(path).array[0], grey)
    assert read_grid(path).shape == grey.shape


def test_a_header_that_calls_its_own_encoding_another_is_no_second_picture(make_dicom, grey):
    path = make_dicom(grey)
    path.write_bytes(
        path.read_bytes().replace(b"UI\x14\x001.2.840.10008.1.2.1\0", b"UI\x14\x001.2.840.10008.1.2\0\0\0")
    )
    np.testing.assert_array_equal(read_image(path).array[0], grey)


def test_elements_that_take_long_to_understand_are_left_out(make_dicom, grey):
    path = make_dicom(grey, implicit=True)
    data, spacing = path.read_bytes(), b"0.2\\" * 70_000
    at = data.index(struct.pack("<HH", 0x7FE0, 0x0010))
    path.write_bytes(data[:at] + struct.pack("<HHI", 0x0018, 0x1164, len(spacing)) + spacing + data[at:])
    with warnings_kept() as caught:
        assert "ImagerPixelSpacing" not in read_elements(path, "native", caught).dataset
    assert read_image(path).notes == ("the file says no pixel size",)
    path.write_bytes(data[:at] + struct.pack("<HHI", 0x0028, 0x3000, len(spacing)) + spacing + data[at:])
    with pytest.raises(InputError, match=r"280,000 bytes in the element \(0028,3000\), which is never so long"):
        read_image(path)


def test_elements_that_change_values_are_there_once_and_before_the_pixels(make_dicom, grey):
    """Some programs take the first of two, others the last."""
    path = make_dicom(grey, RescaleSlope="2", RescaleIntercept="0")
    data, slope = path.read_bytes(), struct.pack("<HH2sH", 0x0028, 0x1053, b"DS", 2)
    at = data.index(slope)
    path.write_bytes(data[:at] + slope + b"3 " + data[at:])
    with pytest.raises(InputError, match=r"holds the element \(0028,1053\) twice"):
        read_grid(path)
    path.write_bytes(data[:at] + data[at + len(slope) + 2 :] + slope + b"2 ")
    with pytest.raises(InputError, match=r"holds the element \(0028,1053\) behind its pixels"):
        read_image(path)


def test_a_delimiter_without_a_sequence_is_passed_over(make_dicom, grey):
    path = make_dicom(grey)
    data = path.read_bytes()
    at = data.index(struct.pack("<HH", 0x7FE0, 0x0010))
    path.write_bytes(data[:at] + struct.pack("<HHI", 0xFFFE, 0xE0DD, 0) + data[at:])
    np.testing.assert_array_equal(read_image(path).array[0], grey)
