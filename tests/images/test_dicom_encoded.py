"""The one encoded frame: joined fragments, several streams, and run-length streams that hold more than they should."""

import struct
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.encaps import encapsulate
from pydicom.uid import RLELossless

from medunet.errors import InputError
from medunet.images import read_image
from medunet.images.dicom_encoded import encoded_frame, refuse_further_runs, refuse_further_streams
from medunet.images.dicom_frame import Frame

FILE = Path("film.dcm")
FRAME = Frame(2, 4, 8, 8, 7, False, "MONOCHROME2")


def runs(*segments):
    """A run-length stream of these segments."""
    starts = [64 + sum(map(len, segments[:number])) for number in range(len(segments))]
    return struct.pack("<16I", len(segments), *starts, *[0] * (15 - len(segments))) + b"".join(segments)


@pytest.mark.parametrize("between", [b"", b"\0"])
@pytest.mark.parametrize("start", [b"\xff\xd8\xff\xe0", b"\xff\x4f\xff\x51"])
def test_a_second_stream_is_refused_and_a_second_fragment_joined(start, between):
    first, second = start + b"abc\xff\xd9" + between, start + b"de\xff\xd9"
    assert encoded_frame(encapsulate([first[:4], first[4:]]), FILE).startswith(start + b"abc")
    for data in (encapsulate([first, second], has_bot=False), encapsulate([first + second])):
        with pytest.raises(InputError, match="several compressed pictures"):
            refuse_further_streams(encoded_frame(data, FILE), FILE)


def test_no_stream_is_no_pixel_data():
    with pytest.raises(InputError, match="holds no pixel data"):
        encoded_frame(b"\xfe\xff\x00\xe0\0\0\0\0", FILE)


@pytest.mark.parametrize(
    "last",
    [
        b"\x07abcdefgh",
        b"\xf9a",  # a run of eight
        b"\x80\xfda\x03bcde\0\0",  # no operation, a run of four, four others, filled up
        b"\xf9a\x02xyz",  # three pixels more are less than a row
        b"\x03abcd",  # too few: what decodes it says so
        b"\xf9a" + b"\0" * 40,  # filled up with more than a row
        b"\xf9a" + b"\x80" * 3_000_000,  # operations that do nothing take no time
    ],
)
def test_a_run_length_stream_of_one_frame_passes(last):
    refuse_further_runs(runs(b"\xf9a\x07abcdefgh", last), FRAME, FILE)


@pytest.mark.parametrize("last", [b"\x07abcdefgh\x03ijkl", b"\xf5a", b"\xf9a\xfdb", b"\xf9a" + runs(b"\xf9b")])
def test_a_row_more_is_refused(last):
    with pytest.raises(InputError, match="more pixels than its header describes"):
        refuse_further_runs(runs(b"\xf9a", last), FRAME, FILE)


@pytest.mark.parametrize("stream", [b"", b"abc", bytes(64), struct.pack("<I", 99) + bytes(70), runs(b"")])
def test_what_is_no_run_length_stream_is_left_to_its_decoder(stream):
    refuse_further_runs(stream, FRAME, FILE)


def test_run_lengths_may_hold_what_ends_and_begins_a_jpeg_stream(make_dicom):
    grey = np.zeros((4, 6), np.uint8)
    grey[1] = 0xFF, 0xD9, 0xFF, 0xD8, 0xFF, 0x00
    path = make_dicom(grey)
    dataset = dcmread(path)
    dataset.compress(RLELossless, encoding_plugin="pydicom")
    dataset.save_as(path)
    assert b"\xff\xd9\xff\xd8\xff" in Path(path).read_bytes()
    np.testing.assert_array_equal(read_image(path).array[0], grey)
