from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medunet.auditing import grey
from medunet.auditing.look import QUANTILES, THUMB


def picture(rows=90, columns=120, seed=0):
    return np.random.default_rng(seed).integers(30, 220, (rows, columns)).astype(np.uint8)


@pytest.mark.parametrize("kind", ["uint8", "uint16", "int32", "float32"])
def test_the_digest_is_of_values_not_of_types(kind):
    assert grey.digest_of(picture()[None].astype(kind)) == grey.digest_of(picture()[None])


def test_the_digest_tells_shapes_and_fractions_apart():
    flat = np.zeros((1, 4, 6), np.uint8)
    assert grey.digest_of(flat) != grey.digest_of(flat.reshape(1, 6, 4))
    assert grey.digest_of(np.full((1, 2, 2), 0.5, np.float32)) != grey.digest_of(np.zeros((1, 2, 2), np.float32))


@settings(deadline=None, max_examples=25)
@given(st.floats(0.5, 40), st.floats(-100, 100))
def test_a_thumbnail_forgets_gain_and_offset(gain, offset):
    plane = picture().astype(np.float32)
    one, other = grey.thumbnail(plane), grey.thumbnail(plane * np.float32(gain) + np.float32(offset))
    assert one.shape == (THUMB, THUMB)
    assert np.abs(one.astype(int) - other.astype(int)).max() <= 1


def test_percentiles_rise_and_skip_what_is_not_valid():
    array = picture()[None]
    valid = np.ones(array.shape[1:], bool)
    array[0, :10] = 255
    valid[:10] = False
    found = grey.quantiles_of(array, valid)
    assert len(found) == len(QUANTILES)
    assert list(found) == sorted(found)
    assert found[-1] == array[0, 10:].max()


def test_of_a_volume_the_middle_slice_is_taken():
    volume = np.zeros((1, 5, 6, 7), np.int16)
    volume[..., 3] = 9
    assert (grey.plane_of(volume) == 9).all()


def test_numbers_beyond_whole_ones_have_digests_of_their_own():
    large = np.full((1, 4, 4), 3e9, dtype=np.float32)
    assert grey.digest_of(large) != grey.digest_of(2 * large)


def test_a_picture_between_the_extremes_of_its_type():
    plane = np.where(np.arange(64) < 32, np.float32(-3e38), np.float32(3e38)) * np.ones((64, 1), np.float32)
    assert [int(grey.thumbnail(plane)[0, column]) for column in (0, 63)] == [0, 255]
