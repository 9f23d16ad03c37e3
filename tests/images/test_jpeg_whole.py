import io

import numpy as np
import pytest
from PIL import Image as Pillow

from medunet.images.jpeg_whole import decode, is_whole

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
    assert is_whole(data, decode(data))


@pytest.mark.parametrize("kept", [0.3, 0.6, 0.9])
@pytest.mark.parametrize("array", [NOISE, np.dstack([NOISE, 255 - NOISE, NOISE.T.reshape(64, 56)])])
def test_a_stream_that_was_cut_and_closed_is_not(array, kept):
    data = stream(array)
    cut = data[: int(len(data) * kept)] + b"\xff\xd9"
    assert not is_whole(cut, decode(cut))
    with pytest.raises(OSError, match="truncated"):
        decode(cut[:-2])
