from itertools import permutations

import hypothesis.extra.numpy as hnp
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import ndimage

from medunet.scoring.metrics import LENGTHS, SURFACE_METRICS
from medunet.scoring.surface_distances import mask_distances
from medunet.scoring.surface_elements import boundary_elements

TWO = [
    ((1, 1), (60, 60), (0, 20), 5),
    ((1, 1), (60, 60), (12, 16), 5),
    ((1, 1), (50, 60), (0, 0), 2),
    ((1, 1), (25, 25), (0, 10), 2),
    ((1, 2), (60, 60), (12, 16), 5),
    ((1, 2), (40, 50), (0, 0), 2),
    ((0.5, 0.8), (30, 34), (3, 0), 2),
]
THREE = [
    ((1, 1, 1), (25, 25), (0, 0, 10), 2),
    ((1, 1, 1), (25, 25), (6, 3, 5), 3),
    ((1, 1, 1), (20, 25), (0, 0, 0), 2),
    ((1, 1, 5), (25, 25), (0, 0, 10), 2),
    ((1, 1, 5), (25, 25), (7, 3, 6), 3),
    ((1, 1, 5), (20, 25), (0, 0, 0), 2),
    ((5, 1, 1), (25, 25), (0, 0, 10), 5),
    ((1, 5, 1), (30, 25), (2, 5, -4), 4),
    ((1, 1, 2.5), (25, 25), (8, 0, 6), 2),
    ((0.7, 0.7, 1.25), (20, 20), (0, 4, 4), 2),
]
masks = hnp.arrays(bool, st.tuples(st.just(2), st.integers(2, 7), st.integers(2, 7)))
volumes = hnp.arrays(bool, st.tuples(st.just(2), st.integers(1, 4), st.integers(1, 4), st.integers(1, 4)))


def scores(reference, prediction, spacing, tolerance=1.0):
    distances = mask_distances(reference, prediction, spacing, tolerance=tolerance)
    return {name: metric(distances) for name, metric in SURFACE_METRICS.items()}


@pytest.mark.parametrize(("spacing", "radii", "shift", "tolerance"), TWO + THREE)
def test_circles_and_spheres(balls, placements, spacing, radii, shift, tolerance):
    """Distances within half an element, ASSD within 3 %, NSD within 3 points and over placements within 3 %."""
    pair = balls(spacing, radii, shift, tolerance)
    truth = pair.truth()
    found = [scores(*pair.masks(seed), spacing, tolerance) for seed in placements]
    for one in found:
        assert one["hd95"] == pytest.approx(truth["hd95"], abs=min(spacing) / 2)
        assert one["hd"] == pytest.approx(truth["hd"], abs=max(max(spacing) / 2, 0.75))
        assert one["assd"] == pytest.approx(truth["assd"], rel=0.03)
        assert one["nsd"] == pytest.approx(truth["nsd"], abs=0.03)
    assert np.mean([one["nsd"] for one in found]) == pytest.approx(truth["nsd"], rel=0.03)


def test_the_known_limit_of_nsd_a_tolerance_below_half_a_slice(balls, placements):
    """Spheres moved along their slices: where the ends of a sphere lie between slices decides 2 % of the area."""
    pair = balls((5, 1, 1), (25, 25), (0, 0, 10), 2)
    found = [scores(*pair.masks(seed), pair.spacing, 2)["nsd"] for seed in placements]
    assert pair.truth()["nsd"] == pytest.approx(0.2)
    assert max(abs(one - 0.2) for one in found) < 0.025
    assert max(abs(one - 0.2) for one in found) > 0.2 * 0.03


@pytest.mark.parametrize("spacing", [(1, 1, 1), (1, 1, 5), (2, 1, 3)])
def test_permuting_the_axes_changes_nothing(balls, spacing):
    pair = balls(spacing, (11, 9), (2, 3, 1))
    first, second = pair.masks(4)
    before = scores(first, second, spacing)
    for order in permutations(range(3)):
        after = scores(first.transpose(order), second.transpose(order), [spacing[axis] for axis in order])
        assert after == pytest.approx(before, rel=1e-5)


@pytest.mark.parametrize("spacing", [(1, 1, 1), (1, 1, 5)])
def test_turning_the_axes_round_changes_nothing(balls, spacing):
    first, second = balls(spacing, (11, 9), (2, 3, 1)).masks(5)
    before = scores(first, second, spacing)
    for axis in range(3):
        assert scores(np.flip(first, axis), np.flip(second, axis), spacing) == pytest.approx(before, rel=1e-4)


@given(masks, st.sampled_from([(1.0, 1.0), (1.0, 3.0)]))
@settings(deadline=None)
def test_swapping_the_masks_changes_nothing_and_a_mask_agrees_with_itself(pair, spacing):
    first, second = pair
    assume(first.any() and second.any())
    assert scores(first, second, spacing) == pytest.approx(scores(second, first, spacing), abs=1e-12)
    assert scores(first, first, spacing) == {"hd": 0, "hd95": 0, "assd": 0, "nsd": 1}


@given(volumes, st.sampled_from([(1.0, 1.0, 1.0), (1.0, 4.0, 1.0)]))
@settings(deadline=None)
def test_order_and_bounds(pair, spacing):
    """assd ≤ hd, hd95 ≤ hd, hd within the image's diagonal, nsd in [0, 1]."""
    first, second = pair
    assume(first.any() and second.any())
    found = scores(first, second, spacing)
    assert 0 <= found["assd"] <= found["hd"] + 1e-9
    assert 0 <= found["hd95"] <= found["hd"]
    assert found["hd"] <= np.linalg.norm(np.multiply(first.shape, spacing))
    assert 0 <= found["nsd"] <= 1


@given(masks, st.floats(0, 5), st.floats(0, 5))
@settings(deadline=None)
def test_a_larger_tolerance_never_lowers_nsd(pair, one, other):
    first, second = pair
    assume(first.any() and second.any())
    low, high = sorted((one, other))
    assert scores(first, second, (1, 1), low)["nsd"] <= scores(first, second, (1, 1), high)["nsd"]


@given(masks, st.floats(0.1, 9))
@settings(deadline=None)
def test_a_larger_scale_stretches_distances_alone(pair, factor):
    first, second = pair
    assume(first.any() and second.any())
    before, after = scores(first, second, (1, 1), 1), scores(first, second, (factor, factor), factor)
    for name in SURFACE_METRICS:
        assert after[name] == pytest.approx(before[name] * (factor if name in LENGTHS else 1), rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("spacing", [(1, 1), (0.7, 1.4), (1, 5)])
def test_rectangles_side_by_side(spacing):
    """Known by hand: the long sides of two rectangles moved along them lie on each other, the short sides 4 apart."""
    first, second = np.zeros((2, 80, 120), bool)
    first[20:40, 10:90], second[20:40, 14:94] = True, True
    apart = 4 * spacing[1]
    found = scores(first, second, spacing, apart)
    assert found["hd"] == pytest.approx(apart, abs=min(spacing) / 20)
    assert found["nsd"] == 1.0
    assert scores(first, second, spacing, apart * 0.99)["nsd"] < 1


def test_the_larger_of_the_directed_percentiles_counts_not_the_pooled_one():
    """A tail of the reference was missed: all of the prediction is near the reference, not the other way round."""
    whole, found = np.zeros((2, 80, 100), bool)
    whole[10:70, 10:70], found[10:70, 10:70] = True, True
    whole[37:43, 70:84] = True
    distances = mask_distances(whole, found, (1, 1), tolerance=1)
    ways = [one.quantile(0.95) for one in distances.both]
    pooled = np.concatenate([one.distances for one in distances.both])
    assert SURFACE_METRICS["hd95"](distances) == max(ways)
    assert max(ways) > np.quantile(pooled, 0.95) + 1 > min(ways) + 1


def test_empty_masks_wrong_shapes_and_tolerances_are_refused():
    mask = np.ones((3, 3), bool)
    with pytest.raises(ValueError, match="no surface"):
        mask_distances(mask, np.zeros_like(mask), (1, 1), tolerance=1)
    with pytest.raises(ValueError, match="one shape"):
        mask_distances(mask, mask[:2], (1, 1), tolerance=1)
    with pytest.raises(ValueError, match="at least 0"):
        mask_distances(mask, mask, (1, 1), tolerance=-1)


def slow_distance(points, mask, spacing):
    """Distance of points to the nearest of very many points on the other outline, between its elements too."""
    elements = boundary_elements(mask, spacing)
    along = np.stack([-elements.normals[:, 1], elements.normals[:, 0]], axis=1)
    steps = np.linspace(-elements.radius, elements.radius, 41)
    dense = (elements.points[:, None] + steps[:, None] * along[:, None]).reshape(-1, 2)
    return np.array([np.linalg.norm(dense - point, axis=1).min() for point in points])


def test_agrees_with_a_slow_search_among_all_points():
    """Second way: every element of the other outline, drawn as 41 points; tolerance a hundredth of a pixel."""
    noise = ndimage.gaussian_filter(np.random.default_rng(0).normal(size=(2, 60, 60)), (0, 5, 5))
    first, second = noise > 0.01
    elements = boundary_elements(first, (1, 1))
    found = mask_distances(first, second, (1, 1), tolerance=1).of_reference
    expected = slow_distance(elements.points, second, (1, 1))
    assert np.allclose(found.distances, np.sort(expected), atol=0.01)


def test_agrees_with_monai_where_the_definition_is_the_same():
    """Boxes moved along an axis have no slope: the largest distance is the same in both (to .05); the rest is not."""
    metrics = pytest.importorskip("monai.metrics", reason="MONAI is not installed")
    torch = pytest.importorskip("torch")
    first, second = np.zeros((2, 40, 40, 20), bool)
    first[8:20, 9:25, 4:12], second[8:20, 12:28, 4:12] = True, True
    for spacing in ((1.0, 1.0, 1.0), (1.0, 2.0, 5.0)):
        one, other = (torch.tensor(mask[None, None].astype(np.float32)) for mask in (first, second))
        theirs = metrics.compute_hausdorff_distance(one, other, include_background=True, spacing=spacing)
        assert scores(first, second, spacing)["hd"] == pytest.approx(float(theirs), abs=0.05)


def test_agrees_with_monai_on_outlines_of_equal_pixels():
    """Without thick slices border pixels are not far from the outline: HD and HD95 to a pixel, ASSD to .35 pixels."""
    metrics = pytest.importorskip("monai.metrics", reason="MONAI is not installed")
    torch = pytest.importorskip("torch")
    for seed in range(4):
        noise = ndimage.gaussian_filter(np.random.default_rng(seed).normal(size=(2, 120, 120)), (0, 9, 9))
        first, second = noise[0] > 0, noise[0] + 0.5 * noise[1] > 0
        one, other = (torch.tensor(mask[None, None].astype(np.float32)) for mask in (first, second))
        found = scores(first, second, (1, 1))
        assert found["hd"] == pytest.approx(float(metrics.compute_hausdorff_distance(one, other)), abs=1)
        hd95 = metrics.compute_hausdorff_distance(one, other, percentile=95)
        assert found["hd95"] == pytest.approx(float(hd95), abs=1)
        assd = metrics.compute_average_surface_distance(one, other, symmetric=True)
        assert found["assd"] == pytest.approx(float(assd), abs=0.35)
