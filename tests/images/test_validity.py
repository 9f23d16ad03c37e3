from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from medunet.errors import InputError
from medunet.images.validity import without_invalid

FLOATS = st.floats(-1e6, 1e6, width=32) | st.sampled_from([np.nan, np.inf, -np.inf])


@settings(deadline=None, max_examples=60)
@given(arrays(np.float32, (2, 3, 4), elements=FLOATS))
def test_values_stay_where_valid_and_the_range_is_that_of_the_valid(array):
    real = np.isfinite(array).all(axis=0)
    if not real.any():
        with pytest.raises(InputError, match="no valid pixel"):
            without_invalid(array, None, Path("a.tif"))
        return
    values, valid = without_invalid(array, None, Path("a.tif"))
    assert np.isfinite(values).all()
    np.testing.assert_array_equal(values[:, real], array[:, real])
    assert values.min() == array[:, real].min()
    assert values.max() == array[:, real].max()
    assert (valid is None) == real.all()
    if valid is not None:
        np.testing.assert_array_equal(valid, real)


def test_integers_keep_their_type_and_lose_foreign_byte_order():
    array = np.arange(6, dtype=">u2").reshape(1, 2, 3)
    kept = np.array([[True, False, True], [True, True, True]])
    values, valid = without_invalid(array, kept, Path("a.tif"))
    assert values.dtype == np.uint16
    assert values.dtype.isnative
    assert values.flags.c_contiguous
    assert values[0, 0].tolist() == [0, 0, 2]
    assert valid is not kept


def test_float64_becomes_float32_and_what_does_not_fit_is_not_valid():
    values, valid = without_invalid(np.array([[[1.0, 1e300]]]), None, Path("a.nii"))
    assert values.dtype == np.float32
    assert valid.tolist() == [[True, False]]
