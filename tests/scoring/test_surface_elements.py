import hypothesis.extra.numpy as hnp
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from medunet.scoring import surface_elements
from medunet.scoring.surface_elements import boundary_elements, refinement

SPACINGS = [(1, 1), (1, 2), (1, 1, 1), (1, 1, 5), (5, 1, 1), (1, 5, 1)]
small = hnp.arrays(bool, hnp.array_shapes(min_dims=2, max_dims=3, min_side=1, max_side=6))


def sorted_rows(*columns):
    """Elements in an order of their own, for comparing two sets of them."""
    rows = np.column_stack(columns).round(6) + 0.0
    return rows[np.lexsort(rows.T)]


@pytest.mark.parametrize(
    ("spacing", "percent"), [*((one, 1.5) for one in SPACINGS[:3]), *((s, 4) for s in SPACINGS[3:])]
)
def test_the_areas_add_up_to_the_surface_of_a_circle_or_sphere(balls, placements, spacing, percent):
    """Steps add nothing: faces of voxels would make it 27 % (outline) or 50 % (surface) too large."""
    ball = balls(spacing, (25, 25), (0,) * len(spacing))
    for seed in placements:
        areas = boundary_elements(ball.masks(seed)[0], spacing).areas
        assert areas.sum() == pytest.approx(ball.area(), rel=percent / 100)


@pytest.mark.parametrize("degrees", [0, 5, 11, 22.5, 37, 45])
def test_the_outline_of_a_turned_square_is_as_long_as_that_of_a_straight_one(degrees):
    across, down = np.meshgrid(np.arange(200.0) - 100.3, np.arange(200.0) - 99.8)
    angle = np.radians(degrees)
    square = (np.abs(across * np.cos(angle) + down * np.sin(angle)) <= 60) & (
        np.abs(down * np.cos(angle) - across * np.sin(angle)) <= 60
    )
    assert boundary_elements(square, (1, 1)).areas.sum() == pytest.approx(480, rel=0.015)


@pytest.mark.parametrize("spacing", SPACINGS)
def test_points_lie_on_the_sphere_and_normals_point_away_from_its_middle(balls, spacing):
    ball = balls(spacing, (25, 25), (0,) * len(spacing))
    mask = ball.masks(1)[0]
    elements = boundary_elements(mask, spacing)
    centre = 25 + 1.5 * np.array(spacing)
    away = elements.points - centre
    radius = np.linalg.norm(away, axis=1)
    assert np.average(radius, weights=elements.areas) == pytest.approx(25, abs=0.5)
    assert np.abs(radius - 25).max() < max(spacing) / 2
    assert np.allclose(np.linalg.norm(elements.normals, axis=1), 1)
    assert ((elements.normals * away).sum(axis=1) / radius).min() > 0.5


def test_lines_across_thick_slices_are_as_close_as_within():
    assert refinement((0.8, 0.8, 5.0)) == (1, 1, 6)
    assert refinement((1.0, 1.5)) == (1, 1)
    assert boundary_elements(np.ones((3, 3), bool), (1.0, 5.0)).steps == (1.0, 1.0)


def test_absurdly_thick_slices_are_no_more_work():
    assert refinement((0.1, 0.1, 500.0)) == (1, 1, 16)
    mask = np.zeros((30, 30, 4), bool)
    mask[5:25, 5:25, 1:3] = True
    elements = boundary_elements(mask, (0.1, 0.1, 500.0))
    assert np.isfinite(elements.points).all()
    assert 4 * 2 * 500 < elements.areas.sum() < 4 * 2 * 1500 + 2 * 4 + 1  # its ends lie within a slice of its last


@pytest.mark.parametrize("spacing", SPACINGS)
def test_blocks_make_no_difference(balls, monkeypatch, spacing):
    mask = balls(spacing, (13, 13), (0,) * len(spacing)).masks(3)[0]
    whole = boundary_elements(mask, spacing)
    monkeypatch.setattr(surface_elements, "_BLOCK", 1)
    parts = boundary_elements(mask, spacing)
    assert len(whole.points) == len(parts.points)
    rows = [sorted_rows(one.points, one.normals, one.areas) for one in (whole, parts)]
    assert np.allclose(*rows, atol=1e-5)


def test_the_place_of_a_part_in_a_larger_array_is_kept():
    mask = np.zeros((40, 50), bool)
    mask[11:20, 30:37] = True
    whole = boundary_elements(mask, (1, 3))
    part = boundary_elements(mask[10:25, 28:40], (1, 3), (10, 28))
    assert np.allclose(sorted_rows(whole.points, whole.areas), sorted_rows(part.points, part.areas))


def test_what_lies_beyond_the_array_is_outside():
    """A structure cut off by the image's edge has a surface there, at the edge of its last elements."""
    elements = boundary_elements(np.ones((30, 20), bool), (1, 1))
    assert elements.areas.sum() == pytest.approx(100, rel=0.04)
    assert elements.points.min(axis=0).tolist() == [-0.5, -0.5]
    assert elements.points.max(axis=0).tolist() == [29.5, 19.5]


def test_an_empty_mask_has_no_elements():
    elements = boundary_elements(np.zeros((5, 6, 7), bool), (1, 1, 2))
    assert (elements.points.shape, elements.normals.shape, elements.areas.shape) == ((0, 3), (0, 3), (0,))


@pytest.mark.parametrize(("spacing", "share"), [((1, 1), 0.85), ((1, 1, 1), 0.85), ((1, 1, 5), 0.5)])
def test_one_element_has_a_surface_around_it(spacing, share):
    mask = np.zeros((5,) * len(spacing), bool)
    mask[(2,) * len(spacing)] = True
    points = boundary_elements(mask, spacing).points
    half = np.array(spacing) / 2
    assert (np.abs(points - 2 * np.array(spacing)) <= half + 1e-9).all()
    assert (np.abs(points - 2 * np.array(spacing)).max(axis=0) > share * half).all()


@given(small, st.data())
@settings(deadline=None, max_examples=60)
def test_points_lie_within_half_an_element_of_the_mask(mask, data):
    """Whatever the mask, no element is further from an element of the mask than the smoothing may move it."""
    assume(mask.any())
    spacing = np.array(data.draw(st.sampled_from([(1, 1, 1), (1, 1, 4), (3, 1, 1)])))[: mask.ndim]
    elements = boundary_elements(mask, spacing)
    centres = np.argwhere(mask) * spacing
    apart = np.abs(elements.points[:, None] - centres) / spacing
    assert len(elements.points)
    assert apart.max(axis=2).min(axis=1).max() <= 1 + 1e-6
    assert (elements.areas >= 0).all()
    assert elements.areas.sum() > 0
