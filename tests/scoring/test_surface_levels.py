from itertools import product

import hypothesis.extra.numpy as hnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from medunet.scoring.surface_levels import REACH, level, margins, thick_axes

SPACINGS = [(1.0, 1.0), (1.0, 3.0), (1.0, 1.0, 1.0), (1.0, 1.0, 5.0), (4.0, 1.0, 1.3)]
EVEN_OR_SLICED = st.sampled_from([(1.0, 1.0), (1.0, 3.0)])
small = hnp.arrays(bool, st.tuples(st.integers(1, 7), st.integers(1, 7)))


def padded(mask, spacing, more=1):
    """The mask with what `level` takes away at its ends and `more` around it."""
    return np.pad(mask, [(n + more, n + more) for n in margins(spacing)])


def test_slices_are_axes_much_coarser_than_the_finest():
    assert thick_axes((0.7, 0.7, 5.0)) == (False, False, True)
    assert thick_axes((1.0, 1.5)) == (False, False)
    assert thick_axes((3.0, 1.0, 3.0)) == (True, False, True)


@pytest.mark.parametrize("spacing", SPACINGS)
def test_the_level_is_smaller_by_the_margins(spacing):
    mask = np.zeros((40,) * len(spacing), bool)
    assert level(mask, spacing).shape == tuple(40 - 2 * n for n in margins(spacing))


@pytest.mark.parametrize("spacing", SPACINGS)
def test_an_edge_along_an_axis_lies_midway_between_the_elements(spacing):
    for axis in range(len(spacing)):
        half = np.zeros((50,) * len(spacing), bool)
        half[(slice(None),) * axis + (slice(25, None),)] = True
        values = level(half, spacing).astype(float)
        line = values[tuple(slice(None) if other == axis else n // 2 for other, n in enumerate(values.shape))]
        edge = 25 - margins(spacing)[axis]
        assert line[edge] > 0 > line[edge - 1]
        assert line[edge] == pytest.approx(-line[edge - 1])


@pytest.mark.parametrize("spacing", [(1.0, 1.0), (1.0, 1.0, 1.0), (1.0, 1.0, 5.0)])
def test_exchanging_inside_and_outside_changes_the_sign_alone(spacing):
    mask = np.random.default_rng(3).random((40,) * len(spacing)) < 0.5
    mask = ndimage.binary_opening(mask)
    assert np.array_equal(level(mask, spacing), -level(~mask, spacing))


@pytest.mark.parametrize("spacing", SPACINGS)
def test_permuted_axes_permute_the_level(spacing):
    mask = ndimage.binary_closing(np.random.default_rng(4).random((36, 38, 40)[: len(spacing)]) < 0.3)
    order = np.roll(range(len(spacing)), 1)
    turned = level(np.transpose(mask, order), tuple(spacing[axis] for axis in order))
    assert np.allclose(turned, np.transpose(level(mask, spacing), order), atol=1e-5)


@given(small, EVEN_OR_SLICED)
@settings(deadline=None)
def test_nothing_that_is_in_the_mask_is_smoothed_away(mask, spacing):
    """Each element of a part, however thin, keeps its side or has a neighbour of its part that does; so do gaps."""
    wide = padded(mask, spacing)
    found = level(wide, spacing) > 0
    inner = wide[tuple(slice(n, -n) for n in margins(spacing))]
    for place in zip(*np.nonzero(found != inner), strict=True):
        near = [
            tuple(np.clip(np.add(place, step), 0, np.array(inner.shape) - 1)) for step in product((-1, 0, 1), repeat=2)
        ]
        assert any(inner[one] == inner[place] == found[one] for one in near)
    assert not mask.any() or found.any()


def test_distances_within_slices_are_those_of_scipy():
    """Second implementation: SciPy's exact distance transform, slice by slice; tolerance 1e-5."""
    mask = np.zeros((60, 60, 5), bool)
    mask[20:40, 22:35, 1:4] = True
    mask[25:30, 30:45, 2] = True
    spacing = (1.0, 1.2, 4.0)
    from medunet.scoring import surface_levels

    reach = REACH * 4.0
    found = surface_levels._signed_distance(mask, [0, 1], spacing, reach)
    for n in range(5):
        one = mask[:, :, n]
        if one.any():
            inside = ndimage.distance_transform_edt(one, sampling=spacing[:2])
            outside = ndimage.distance_transform_edt(~one, sampling=spacing[:2])
            expected = np.where(one, np.minimum(inside - 0.5, reach), -np.minimum(outside - 0.5, reach))
        else:
            expected = np.full(one.shape, -reach)
        assert np.allclose(found[:, :, n], expected, atol=1e-5)
