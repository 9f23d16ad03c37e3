import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medunet.images.grid import Grid
from medunet.images.labelmap import LabelMap, Scheme

LUNGS = Scheme.from_mapping({"background": 0, "right lung": 1, "left lung": 2, "heart": 5})


def test_a_scheme_goes_both_ways():
    assert LUNGS.names == ("right lung", "left lung", "heart")
    assert LUNGS.value("heart") == 5
    assert Scheme.from_mapping(LUNGS.to_mapping()) == LUNGS
    assert Scheme.of(["a", "b"]).values == (1, 2)


@pytest.mark.parametrize(
    "pairs", [(), (("a", 1), ("a", 2)), (("a", 1), ("b", 1)), (("", 1),), (("a", 0),), (("a", 65536),)]
)
def test_impossible_schemes_cannot_be_built(pairs):
    with pytest.raises(ValueError, match=r"scheme|names are not empty"):
        Scheme(pairs)


@pytest.mark.parametrize(
    "array", [np.array([[0, 3]], np.uint8), np.array([[0, 1]], np.int16), np.array([0, 1], np.uint8)]
)
def test_a_label_map_holds_no_value_outside_its_scheme(array):
    with pytest.raises(ValueError, match=r"not in the scheme|unsigned"):
        LabelMap(array, Grid((1, 2)), LUNGS)


def test_a_value_outside_the_scheme_is_found_wherever_it_is():
    array = np.zeros((1100, 1000), np.uint8)
    array[-1, -1] = 3
    with pytest.raises(ValueError, match=r"values \[3\] are not in the scheme"):
        LabelMap(array, Grid(array.shape), LUNGS)


@settings(deadline=None, max_examples=30)
@given(st.lists(st.sampled_from([0, 1, 2, 5]), min_size=6, max_size=6))
def test_merging_two_structures_is_their_union(values):
    labels = LabelMap(np.array(values, np.uint8).reshape(2, 3), Grid((2, 3)), LUNGS)
    merged = labels.merged({"left lung": "lung", "right lung": "lung"})
    assert merged.scheme.names == ("lung", "heart")
    np.testing.assert_array_equal(merged.mask("lung"), labels.mask("right lung") | labels.mask("left lung"))
    np.testing.assert_array_equal(merged.mask("heart"), labels.mask("heart"))
