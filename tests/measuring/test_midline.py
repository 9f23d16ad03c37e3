from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medunet.measuring.midline import Midline, body_midline, reach
from medunet.measuring.outline import Outline


def test_a_vertical_line_splits_a_box_edge_to_edge():
    mask = np.zeros((20, 30), dtype=bool)
    mask[5:15, 10:20] = True
    found = reach(Outline.of(mask), Midline(12.0), (1.0, 0.5))
    assert (found.low, found.high) == (-1.25, 3.75)
    assert found.width == 5.0
    assert (found.low_at, found.high_at) == ((10, 10), (10, 19))


@settings(deadline=None, max_examples=50)
@given(
    st.floats(-0.4, 0.4), st.floats(0.2, 3), st.floats(0.2, 3), st.floats(0, 40), st.floats(0, 40), st.floats(-30, 30)
)
def test_a_point_moved_to_a_distance_lies_at_that_distance_square_to_the_line(slope, sr, sc, row, column, distance):
    line = Midline(20.0, slope)
    end = line.at_distance((row, column), distance, (sr, sc))
    foot = line.at_distance((row, column), 0.0, (sr, sc))
    assert foot[1] == pytest.approx(line.column_at(foot[0]), abs=1e-9)
    step = ((end[0] - foot[0]) * sr, (end[1] - foot[1]) * sc)
    assert math.hypot(*step) == pytest.approx(abs(distance), abs=1e-9)
    along = (sr, slope * sc)
    assert step[0] * along[0] + step[1] * along[1] == pytest.approx(0, abs=1e-6)


@settings(deadline=None, max_examples=40)
@given(st.floats(-0.3, 0.3), st.sampled_from([(1.0, 1.0), (0.5, 0.2), (0.3, 0.7)]), st.integers(0, 2**32 - 1))
def test_reach_is_the_extreme_over_all_corners_of_all_pixels(slope, spacing, seed):
    mask = np.random.default_rng(seed).random((9, 11)) > 0.7
    mask[4, 5] = True
    line = Midline(4.2, slope)
    rows, columns = np.nonzero(mask)
    corners = [
        (r + a, c + b) for r, c in zip(rows, columns, strict=True) for a in (-0.5, 0.5) for b in (-0.5, 0.5)
    ]  # fmt: skip
    tangent = slope * spacing[1] / spacing[0]
    signed = [(c - line.column_at(r)) * spacing[1] / math.hypot(1, tangent) for r, c in corners]
    found = reach(Outline.of(mask), line, spacing)
    assert found.low == pytest.approx(min(signed), abs=1e-9)
    assert found.high == pytest.approx(max(signed), abs=1e-9)


@pytest.mark.parametrize("degrees", [-12, -5, 0, 3, 8, 15])
@pytest.mark.parametrize("spacing", [(1.0, 1.0), (0.4, 0.8)])
def test_a_turned_chest_has_a_turned_midline_through_its_middle(draw, degrees, spacing):
    labels = draw.tilted(degrees, shape=(int(240 / spacing[0]), int(260 / spacing[1])), spacing=spacing, offset=0)
    line = body_midline(labels.array == 1, labels.array == 2, spacing)
    assert line.degrees(spacing) == pytest.approx(degrees, abs=0.7)
    middle = ((labels.grid.shape[0] - 1) / 2, (labels.grid.shape[1] - 1) / 2)
    assert line.column_at(middle[0]) * spacing[1] == pytest.approx(middle[1] * spacing[1], abs=2)


def test_one_wrong_sign_does_not_turn_the_midline(draw):
    labels = draw.tilted(0, offset=0)
    left, right = labels.array == 1, labels.array == 2
    right[:90] = False  # a white upper lobe: the line on both apices now leans by more than 20 degrees
    assert abs(body_midline(left, right, (1.0, 1.0)).degrees((1.0, 1.0))) < 5


def test_lungs_that_share_no_row_still_have_a_midline():
    left, right = np.zeros((60, 60), dtype=bool), np.zeros((60, 60), dtype=bool)
    left[5:20, 10:16] = True
    right[30:45, 40:46] = True
    line = body_midline(left, right, (1.0, 1.0))
    assert math.isfinite(line.column)
    assert math.isfinite(line.slope)


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 30), st.integers(0, 30))
def test_the_midline_moves_with_the_chest(down, across):
    left, right = np.zeros((100, 100), dtype=bool), np.zeros((100, 100), dtype=bool)
    left[5:55, 8:24], right[10:60, 40:60] = True, True
    before = body_midline(left, right, (1.0, 1.0))
    moved = [np.roll(mask, (down, across), (0, 1)) for mask in (left, right)]
    after = body_midline(moved[0], moved[1], (1.0, 1.0))
    assert after.slope == pytest.approx(before.slope, abs=1e-9)
    assert after.column_at(30 + down) == pytest.approx(before.column_at(30) + across, abs=1e-6)
