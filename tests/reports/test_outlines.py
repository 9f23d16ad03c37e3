from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from medunet.reports.outlines import dashes, outlines, simplified


def area(line):
    """The signed area inside a closed line (the shoelace formula)."""
    y, x = line.T
    return 0.5 * float(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1]))


def disc(size, centre, radius):
    rows, columns = np.ogrid[:size, :size]
    return (rows - centre[0]) ** 2 + (columns - centre[1]) ** 2 < radius**2


def test_an_empty_mask_has_no_outline():
    assert outlines(np.zeros((9, 9), dtype=bool)) == []


@settings(deadline=None)
@given(arrays(bool, st.tuples(st.integers(1, 24), st.integers(1, 24))))
def test_every_line_is_closed_and_stays_within_half_a_pixel_of_the_film(mask):
    for line in outlines(mask):
        assert np.array_equal(line[0], line[-1])
        assert (line >= -0.5).all()
        assert (line <= np.array(mask.shape) - 0.5).all()


def test_the_outline_of_a_disc_is_a_circle_of_the_same_size_and_place():
    (line,) = outlines(disc(100, (40, 55), 30.0))
    distance = np.hypot(*(line - [40, 55]).T)
    assert distance.mean() == pytest.approx(29.9, abs=0.3)
    assert distance.std() < 0.25
    assert abs(area(line)) == pytest.approx(np.pi * 30**2, rel=0.02)


def test_a_hole_has_its_own_line():
    mask = disc(60, (30, 30), 25) & ~disc(60, (30, 30), 8)
    outer, hole = sorted(outlines(mask), key=lambda line: -abs(area(line)))
    assert area(outer) * area(hole) < 0


def test_a_single_pixel_is_not_smoothed_out_of_sight():
    mask = np.zeros((20, 20), dtype=bool)
    mask[7, 3] = True
    (line,) = outlines(mask)
    assert np.allclose(line.mean(axis=0), [7, 3], atol=0.2)
    assert np.ptp(line, axis=0).min() == 1


def test_a_structure_at_the_edge_of_the_film_is_closed_there():
    mask = np.zeros((30, 30), dtype=bool)
    mask[10:20, :15] = True
    (line,) = outlines(mask)
    assert line[:, 1].min() == pytest.approx(-0.5, abs=0.05)


@settings(deadline=None)
@given(st.floats(0.05, 3), st.integers(3, 60))
def test_no_dropped_point_is_further_away_than_said(tolerance, count):
    turn = np.linspace(0, 2 * np.pi, count)
    line = np.stack([20 * np.cos(turn), 35 * np.sin(turn)], axis=1)
    short = simplified(line, tolerance)
    assert np.array_equal(short[[0, -1]], line[[0, -1]])
    dense = np.concatenate([np.linspace(a, b, 400) for a, b in pairwise(short)])
    assert max(np.hypot(*(dense - point).T).min() for point in line) <= tolerance + 0.5


def test_a_straight_line_needs_two_points():
    line = np.stack([np.linspace(0, 9, 50), np.linspace(0, 3, 50)], axis=1)
    assert len(simplified(line, 1e-6)) == 2


@settings(deadline=None)
@given(st.floats(0.5, 9), st.floats(0.1, 9))
def test_dashes_have_their_length_and_lie_on_the_line(on, off):
    corner = np.array([[0.0, 0.0], [0.0, 40.0], [25.0, 40.0]])
    pieces = dashes(corner, on, off)
    lengths = [np.hypot(*np.diff(piece, axis=0).T).sum() for piece in pieces]
    assert np.allclose(lengths[:-1], on)
    assert lengths[-1] <= on + 1e-9
    assert all(np.all((piece[:, 0] == 0) | (piece[:, 1] == 40)) for piece in pieces)
