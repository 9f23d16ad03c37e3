import io

import numpy as np
import pytest
from PIL import Image as Pillow

from medunet.images.jpeg_stream import (
    FrameHeader,
    filled_up,
    frame_header,
    further_pictures,
    has_all_scans,
    is_lossy,
    restarts_are_sound,
    scans,
    segments,
    sequential_scan_is_sound,
    shortened,
)


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


def test_restart_markers_are_counted_by_the_blocks_of_the_frame(grey):
    colour = np.dstack([grey] * 3)
    for array, options in ((grey, {"restart_marker_blocks": 1}), (colour, {"restart_marker_blocks": 1}), (grey, {})):
        assert restarts_are_sound(stream(array, **options))
    data = stream(grey, restart_marker_blocks=1)
    first = data.index(b"\xff\xd0")
    assert not restarts_are_sound(data[:first] + data[data.index(b"\xff\xd1") :])
    assert not restarts_are_sound(data[:first] + b"\xff\xd1" + data[first + 2 :])


def test_a_shortened_stream_keeps_its_head_and_end_marker(grey):
    data = stream(grey)
    cuts = list(shortened(data))
    assert [len(data) - len(cut) for cut in cuts] == [8, 7, 6, 5, 4, 3, 2, 0, 0]
    assert all(cut[-2:] == data[-2:] and cut[:-10] == data[: len(cut) - 10] and cut != data for cut in cuts)
    assert list(shortened(data[:-2] + b"\xff" * 9 + data[-2:])) == cuts
    assert not list(shortened(data[:-2]))
    assert not list(shortened(stream(grey[:1, :1])))


def test_the_scans_of_a_progressive_stream_are_found_and_all_are_needed(grey):
    data = stream(np.dstack([grey] * 3), progressive=True)
    header, found = frame_header(data), list(scans(data))
    assert len(found) == data.count(b"\xff\xda") == 10
    assert [data[end] for _, end in found] == [0xFF] * 10
    assert found[-1][1] == len(data) - 2
    assert has_all_scans(data, header)
    for _, end in found[:-1]:
        assert not has_all_scans(data[:end] + b"\xff\xd9", header)
    assert len(list(scans(data[:-2]))) == 10
    assert not list(scans(b"")) + list(scans(data[:4]))


def test_pictures_behind_the_first_are_found(grey):
    one, other = stream(grey), stream(grey[:5, :7], progressive=True)
    sizes = [(header.rows, header.columns) for header in further_pictures(one + b"\0\0" + other + b"junk" + one)]
    assert sizes == [(5, 7), grey.shape]
    assert not list(further_pictures(one)) + list(further_pictures(one[:-2])) + list(further_pictures(b""))
    assert not list(further_pictures(one + b"\xff\xd8\xff\xd9" * 1000))


def test_loss_is_told_by_the_process_and_by_the_error_that_is_allowed(grey):
    data = stream(grey)
    assert is_lossy(data, frame_header(data))
    for near in (0, 3):
        frame, head = bytes.fromhex("fff7 000b 08 0001 0001 01 01 11 00"), bytes.fromhex("ffda 0008 01 01 00")
        scan = b"\xff\xd8" + frame + head + bytes([near, 0, 0])
        assert is_lossy(scan, frame_header(scan)) is bool(near)
        lossless = scan.replace(b"\xf7", b"\xc3")
        assert not is_lossy(lossless, frame_header(lossless))


def test_every_scan_is_filled_up(grey):
    data = stream(grey, progressive=True)
    assert filled_up(data).count(bytes(range(1, 255))) == len(list(scans(data))) > 1
    assert filled_up(b"\xff\xd8") == b"\xff\xd8"
