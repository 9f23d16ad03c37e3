import io

import numpy as np
import pytest
from PIL import Image as Pillow

from medunet.images.jpeg_whole import CUT_OFF, DISORDER, LEFT_OVER, decode, fault_of

NOISE = np.random.default_rng(2).integers(0, 256, (64, 56)).astype(np.uint8)


def stream(array, **options):
    made = io.BytesIO()
    Pillow.fromarray(array).save(made, "JPEG", quality=95, **options)
    return made.getvalue()


@pytest.mark.parametrize(
    "array", [NOISE, np.zeros_like(NOISE), np.where(np.arange(64) < 40, 200, 7)[:, None] + NOISE * 0]
)
def test_a_whole_stream_is_whole_whatever_its_end_looks_like(array):
    data = stream(array.astype(np.uint8))
    assert fault_of(data, decode(data)) == ""


@pytest.mark.parametrize("kept", [0.3, 0.6, 0.9])
@pytest.mark.parametrize("array", [NOISE, np.dstack([NOISE, 255 - NOISE, NOISE.T.reshape(64, 56)])])
def test_a_stream_that_was_cut_and_closed_is_not(array, kept):
    data = stream(array)
    cut = data[: int(len(data) * kept)] + b"\xff\xd9"
    assert fault_of(cut, decode(cut)) == CUT_OFF
    with pytest.raises(OSError, match="truncated"):
        decode(cut[:-2])


@pytest.mark.parametrize("options", [{}, {"optimize": True}, {"restart_marker_rows": 1}, {"subsampling": 2}])
@pytest.mark.parametrize("value", [0, 1, 127, 128, 129, 255])
@pytest.mark.parametrize("shape", [(64, 56), (9, 17), (8, 8), (1, 1), (64, 56, 3)])
def test_one_grey_is_whole(value, shape, options):
    array = np.full(shape, value, dtype=np.uint8)
    for picture in (array, np.concatenate([NOISE[: shape[0], : shape[1]].reshape((*shape[:2], *(1,) * (len(shape) - 2)))
                                           + np.zeros_like(array), array])):  # fmt: skip
        data = stream(picture, **options)
        assert fault_of(data, decode(data)) == ""


@pytest.mark.parametrize("options", [{}, {"optimize": True}])
def test_a_decoder_that_got_lost_is_noticed_by_what_it_leaves_over(options):
    data = stream(NOISE, **options)
    end = data.index(b"\xff\xd9")
    doubled = data[: end - 60] + data[end - 90 : end - 60] + data[end - 60 :]
    assert fault_of(doubled, decode(doubled)) == LEFT_OVER
    padded = data[:end] + b"\xff" * 40 + data[end:]
    assert fault_of(padded, decode(padded)) == ""


def test_a_restart_interval_that_is_lost_or_moved_is_noticed():
    data = stream(NOISE, restart_marker_rows=1)
    marks = [data.index(bytes([0xFF, number])) for number in range(0xD0, 0xD7)]
    lost = data[: marks[2]] + data[marks[3] :]
    moved = data[: marks[1]] + data[marks[2] : marks[3]] + data[marks[1] : marks[2]] + data[marks[3] :]
    last = data[: marks[6]] + data[data.index(b"\xff\xd9") :]
    for wrong in (lost, moved, last):
        assert fault_of(wrong, decode(wrong)) in (DISORDER, CUT_OFF)
    assert fault_of(data, decode(data)) == ""


@pytest.mark.parametrize("array", [NOISE, np.zeros_like(NOISE), np.dstack([NOISE, 255 - NOISE, NOISE])])
@pytest.mark.parametrize("options", [{}, {"restart_marker_blocks": 3}])
def test_a_progressive_stream_needs_all_of_its_scans(array, options):
    data = stream(array, progressive=True, **options)
    assert fault_of(data, decode(data)) == ""
    last = data.rindex(b"\xff\xda")
    ends = [last, (last + len(data)) // 2] if array.any() else [last]  # the last scan of black is a byte or two
    for end in ends:
        cut = data[:end] + b"\xff\xd9"
        assert fault_of(cut, decode(cut)) == CUT_OFF
