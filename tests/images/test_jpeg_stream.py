import io

import pytest
from PIL import Image as Pillow

from medunet.images.jpeg_stream import FrameHeader, frame_header, segments, sequential_scan_is_sound


def stream(grey, **options):
    made = io.BytesIO()
    Pillow.fromarray(grey).save(made, "JPEG", **options)
    return made.getvalue()


@pytest.mark.parametrize(("options", "process"), [({}, "baseline"), ({"progressive": True}, "progressive")])
def test_the_frame_header_of_a_real_stream(grey, options, process):
    assert frame_header(stream(grey, **options)) == FrameHeader(process, 8, 13, 17, 1, b"\x01")


def test_scans(grey):
    data = stream(grey)
    assert sequential_scan_is_sound(data)
    at = data.index(b"\xff\xda")
    assert not sequential_scan_is_sound(data[: at + 8] + b"\x00" + data[at + 9 :])
    assert not sequential_scan_is_sound(stream(grey, progressive=True))


@pytest.mark.parametrize(
    "data",
    [b"", b"\xff\xd8", b"\xff\xd8\xff", b"\xff\xd8\xff\xe0\x00\x00", b"\xff\xd8\xff\xff\xff\xff", b"\xff\xd8ab" * 9],
)
def test_what_is_no_stream_has_no_header_and_ends(data):
    assert frame_header(data) is None
    assert len(list(segments(data))) < 3
    assert not sequential_scan_is_sound(data)
