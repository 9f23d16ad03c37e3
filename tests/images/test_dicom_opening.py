import io

import pytest

from medunet.errors import InputError
from medunet.images import limits_set
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
