from __future__ import annotations

import numpy as np
import pytest

from medunet.images.grid import Grid
from medunet.images.labelmap import LabelMap, Scheme
from medunet.measuring.chest import read_chest, words


@pytest.mark.parametrize("name", ["Left_Lung", "lung-left", "left lung", "LEFT  LUNG"])
def test_spellings_of_a_name_are_one(name):
    assert words(name) == words("left lung")
    assert words(name) != words("right lung")


@pytest.mark.parametrize("names", [("Right Lung", "Left Lung", "Heart"), ("lung_right", "lung_left", "HEART")])
def test_the_chest_is_found_whatever_the_spelling(draw, names):
    array = draw.chest().array
    chest = read_chest(LabelMap(array, Grid(array.shape), Scheme.of(names)), names)
    assert chest.heart is not None
    assert chest.heart.name == names[2]
    assert [organ.name for organ in chest.lungs] == list(names[:2])
    assert len(chest.sides) == 2
    assert (chest.unit, chest.scale) == ("px", (1.0, 1.0))


@pytest.mark.parametrize("merged", ["lung", "Lungs"])
def test_one_label_for_both_lungs_gives_the_same_chest(draw, merged):
    labels = draw.chest()
    whole = labels.merged({"right lung": merged, "left lung": merged})
    one, other = read_chest(labels, labels.scheme.names), read_chest(whole, whole.scheme.names)
    assert all((a == b).all() for a, b in zip(one.sides, other.sides, strict=True))
    assert one.midline == other.midline


def test_structures_that_were_not_looked_for_are_not_there(draw):
    labels = draw.chest()
    assert read_chest(labels, {"right lung", "left lung"}).heart is None
    assert read_chest(labels, {"heart", "left lung"}).lungs == ()


def test_a_speck_of_the_other_side_is_no_lung(draw):
    labels = draw.chest(left_lung=(30, 34, 70, 74))
    assert len(read_chest(labels, labels.scheme.names).sides) == 1


def test_sides_follow_the_picture_and_exchanged_labels_are_seen(draw):
    straight = draw.chest()
    turned = LabelMap(np.ascontiguousarray(straight.array[:, ::-1]), straight.grid, straight.scheme)
    for labels, mirrored in ((straight, False), (turned, True)):
        chest = read_chest(labels, labels.scheme.names)
        assert chest.sides[0][:, :60].any()
        assert not chest.sides[0][:, 60:].any()
        assert chest.mirrored is mirrored


def test_spacing_of_the_grid_is_the_scale(draw):
    chest = read_chest(draw.chest(spacing=(0.5, 0.25)), ("heart",))
    assert (chest.unit, chest.scale) == ("mm", (0.5, 0.25))


def test_there_is_no_midline_without_two_lungs(draw):
    labels = draw.chest(left_lung=None)
    with pytest.raises(ValueError, match="two lungs"):
        _ = read_chest(labels, labels.scheme.names).midline
