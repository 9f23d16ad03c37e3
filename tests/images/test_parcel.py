import io
import json
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from medunet.images.parcel import DTYPES, Parcel, ParcelError, receive, send


@settings(deadline=None, max_examples=50)
@given(st.sampled_from(sorted(DTYPES)).flatmap(lambda kind: arrays(kind, array_shapes(min_dims=1, min_side=0))))
def test_what_is_sent_arrives(array):
    stream = io.BytesIO()
    send(Parcel({"a": [1, "ü"]}, {"x": array, "y": array.T}), stream)
    stream.seek(0)
    found = receive(stream, 2 * array.nbytes)
    assert found.words == {"a": [1, "ü"]}
    np.testing.assert_array_equal(found.arrays["x"], array)
    np.testing.assert_array_equal(found.arrays["y"], array.T)


def test_big_endian_arrays_arrive_in_little_endian():
    stream = io.BytesIO()
    send(Parcel(arrays={"x": np.array([1, 258], ">u2")}), stream)
    stream.seek(0)
    assert receive(stream, 4).arrays["x"].tolist() == [1, 258]


def forged(text, data=b""):
    words = json.dumps(text).encode()
    return io.BytesIO(struct.pack("<I", len(words)) + words + data)


@pytest.mark.parametrize(
    "stream",
    [
        io.BytesIO(b""),
        io.BytesIO(b"\xff\xff\xff\xff"),
        io.BytesIO(struct.pack("<I", 2) + b"{}"),
        io.BytesIO(struct.pack("<I", 3) + b"\xff{}"),
        forged({"words": {}, "arrays": [["x", "|O", [1]]]}, b"12345678"),
        forged({"words": {}, "arrays": [["x", "<u2", [1 << 40]]]}),
        forged({"words": {}, "arrays": [["x", "<u2", [-1]]]}),
        forged({"words": {}, "arrays": [["x", "<u2", [3]]]}, b"12345"),
        forged({"words": {}, "arrays": 5}),
    ],
)
def test_what_is_no_parcel_is_refused(stream):
    with pytest.raises(ParcelError):
        receive(stream, 1000)
