from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from medunet.measuring.outline import Outline, middle


@settings(deadline=None, max_examples=60)
@given(arrays(bool, st.tuples(st.integers(1, 12), st.integers(1, 12))))
def test_the_outline_holds_the_first_and_last_pixel_of_every_row(mask):
    if not mask.any():
        with pytest.raises(ValueError, match="empty"):
            Outline.of(mask)
        return
    outline = Outline.of(mask)
    for row, first, last in zip(outline.rows, outline.first, outline.last, strict=True):
        columns = np.flatnonzero(mask[row])
        assert (first, last) == (columns[0], columns[-1])
    assert set(outline.rows) == set(np.flatnonzero(mask.any(axis=1)))
    widths = outline.last - outline.first
    assert widths[outline.widest] == widths.max()


def test_the_widest_of_equal_rows_is_the_middle_one():
    mask = np.zeros((9, 9), dtype=bool)
    mask[2:7, 1:5] = True
    outline = Outline.of(mask)
    assert outline.rows[outline.widest] == 4
    assert outline.points.shape == (10, 2)
    assert middle(np.array([3, 8, 9])) == 8
