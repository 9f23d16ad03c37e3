import numpy as np
import pytest
from openjpeg.utils import encode_array

from medunet.images.j2k_stream import Codestream, codestream

DEEP = np.add.outer(np.arange(40) * 60, np.arange(48)).astype(np.uint16)
COLOUR = np.stack([DEEP // 16] * 3, axis=2).astype(np.uint8)


def test_the_main_header_of_real_streams():
    stream = encode_array(DEEP, bits_stored=12, photometric_interpretation=2)
    assert codestream(stream) == Codestream(40, 48, 1, 12, signed=False, transformed=False, irreversible=False)
    stream = encode_array(DEEP.astype(np.int16) - 1000, bits_stored=12, photometric_interpretation=2)
    assert codestream(b"a JP2 box before it" + stream) == Codestream(
        40, 48, 1, 12, signed=True, transformed=False, irreversible=False
    )


@pytest.mark.parametrize("transformed", [True, False])
def test_a_transform_of_colours_is_seen(transformed):
    stream = encode_array(COLOUR, photometric_interpretation=1, use_mct=transformed)
    assert codestream(stream) == Codestream(40, 48, 3, 8, signed=False, transformed=transformed, irreversible=False)


@pytest.mark.parametrize("ratios", [[], [5]])
def test_waves_that_lose_something_are_seen(ratios):
    stream = encode_array(DEEP, bits_stored=12, photometric_interpretation=2, compression_ratios=ratios)
    assert codestream(stream).irreversible is bool(ratios)


@pytest.mark.parametrize("data", [b"", b"\xff\x4f", b"\xff\x4f\xff\x51" + bytes(20), b"\xff\xd8\xff" + bytes(99)])
def test_what_is_no_codestream_has_no_header(data):
    assert codestream(data) is None
    assert codestream(b"\xff\x4f\xff\x51" + b"\0\x29" + bytes(60)).transformed is False
