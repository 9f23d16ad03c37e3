from __future__ import annotations

import numpy as np
import pytest

from medunet.cases.codings import Colours, Threshold, Values
from medunet.cases.labels_file import labels_of
from medunet.cases.survey import find_coding
from medunet.errors import InputError

RED, BLUE, BLACK = (255, 0, 0), (0, 0, 255), (0, 0, 0)


def masks(folder, pen, arrays, ending="png", **options):
    return [pen.draw(folder / f"{number:03}.{ending}", array, **options) for number, array in enumerate(arrays)]


def both(pen, one, two):
    """A mask with two structures."""
    return pen.blob(one) + pen.blob(two, at=(10, 12), size=4)


@pytest.mark.parametrize("value", [1, 128, 255])
def test_two_values_are_one_structure(tmp_path, pen, value):
    finding = find_coding(masks(tmp_path, pen, [pen.blob(value)] * 3), None, "heart")
    assert finding.coding == Values(((value, "heart"),), seen=3)
    assert finding.said == (f"mask values: {value} → heart (3 of 3 masks read)",)


def test_0_1_and_0_255_in_one_folder_are_one_structure(tmp_path, pen):
    finding = find_coding(masks(tmp_path, pen, [pen.blob(1), pen.blob(255)] * 3), None, "lung")
    assert finding.coding.names == ((1, "lung"), (255, "lung"))
    together = find_coding(masks(tmp_path / "b", pen, [both(pen, 1, 255)] * 3), None, "lung")
    assert together.coding.structures == ("label_1", "label_255")


def test_several_greys_are_several_structures(tmp_path, pen):
    finding = find_coding(masks(tmp_path, pen, [both(pen, 85, 170)] * 5), None, "x")
    assert finding.coding.names == ((85, "label_85"), (170, "label_170"))


def test_a_value_of_one_mask_among_many_is_a_fault(tmp_path, pen):
    odd = pen.blob(255)
    odd[4, 4:9] = [12, 64, 99, 128, 200]
    finding = find_coding(masks(tmp_path, pen, [pen.blob(255)] * 30 + [odd]), None, "heart")
    assert finding.coding.names == ((255, "heart"),)
    assert finding.coding.seen == 30
    assert "1 mask of those read holds other values and cannot be used: 030.png" in finding.said


def test_a_structure_that_only_one_mask_shows_is_kept_when_nothing_else_is_there(tmp_path, pen):
    finding = find_coding(masks(tmp_path, pen, [pen.blob(0)] * 9 + [pen.blob(255)]), None, "nodule")
    assert finding.coding.names == ((255, "nodule"),)


def test_smoothed_masks_are_no_label_maps(tmp_path, pen):
    mask = np.zeros((64, 64), np.uint8)
    mask[10:50, 10:50] = 255
    mask[9, 10:50], mask[50, 10:50], mask[10:50, 9], mask[10:50, 50] = 40, 90, 150, 200
    with pytest.raises(InputError, match="6 grey values, and all but the largest lie on its edges"):
        find_coding(masks(tmp_path, pen, [mask] * 5), None, "lung")


def test_films_are_no_label_maps(tmp_path, pen):
    with pytest.raises(InputError, match="these are no label maps"):
        find_coding(masks(tmp_path, pen, [pen.film(n, (64, 64)) for n in range(5)]), None, "lung")


def test_empty_masks_hold_no_structure(tmp_path, pen):
    with pytest.raises(InputError, match="hold no structure"):
        find_coding(masks(tmp_path, pen, [pen.blob(0)] * 5), None, "lung")


def test_colours(tmp_path, pen):
    picture = np.zeros((8, 8, 3), np.uint8)
    picture[:3], picture[5:] = RED, BLUE
    finding = find_coding(masks(tmp_path, pen, [picture] * 4), None, "x")
    assert finding.coding == Colours(((BLUE, "colour_0000ff"), (RED, "colour_ff0000")), seen=4)
    one = find_coding(masks(tmp_path / "one", pen, [np.where(picture == BLUE, 0, picture)] * 4), None, "heart")
    assert one.coding.structures == ("heart",)


def test_palettes_that_agree_are_read_by_index_and_others_by_colour(tmp_path, pen):
    paths = [pen.palette(tmp_path / f"{n}.png", both(pen, 1, 2), [BLACK, RED, BLUE]) for n in range(3)]
    agreed = find_coding(paths, None, "x").coding
    assert agreed.names == ((1, "label_1"), (2, "label_2"))
    assert agreed.palette == ((0, BLACK), (1, RED), (2, BLUE))
    paths.append(pen.palette(tmp_path / "odd.png", both(pen, 1, 2), [BLACK, BLUE, RED]))
    assert find_coding(paths, None, "x").coding.structures == ("colour_0000ff", "colour_ff0000")
    with pytest.raises(InputError, match="gives grey values, but the masks tell structures by their colours"):
        find_coding(paths, labels_of({"a": 1, "b": 2}, "labels.json"), "x")


def test_a_palette_whose_black_is_not_index_0(tmp_path, pen):
    paths = [pen.palette(tmp_path / f"{n}.png", 1 - pen.blob(1), [RED, BLACK]) for n in range(3)]
    coding = find_coding(paths, None, "heart").coding
    assert (coding.background, coding.names) == (1, ((0, "heart"),))


def test_jpeg_masks_are_cut_in_the_middle(tmp_path, pen):
    arrays = [pen.blob(255, (64, 64), (12, 10), 30)] * 3
    finding = find_coding(masks(tmp_path, pen, arrays, "jpg", quality=40), None, "lung")
    assert isinstance(finding.coding, Threshold)
    assert 100 < finding.coding.middle < 130
    steps = np.repeat(np.array([[0, 85, 170, 255]], np.uint8), 16, axis=1).repeat(64, axis=0)
    with pytest.raises(InputError, match="JPEG with more than two grey levels"):
        find_coding(masks(tmp_path / "b", pen, [steps] * 3, "jpg"), None, "lung")


def test_names_of_labels_json(tmp_path, pen):
    paths = masks(tmp_path, pen, [both(pen, 1, 3)] * 4)
    finding = find_coding(paths, labels_of({"lung": 1, "heart": 3, "clavicle": 4}, "labels.json"), "x")
    assert finding.coding.names == ((1, "lung"), (3, "heart"), (4, "clavicle"))
    assert "1 → lung, 3 → heart, 4 → clavicle, as labels.json says" in finding.said[0]
    with pytest.raises(InputError, match=r"does not name 3, which 000.png holds, and fits none of the 4 masks read"):
        find_coding(paths, labels_of({"lung": 1, "heart": 2}, "labels.json"), "x")


def test_one_name_fits_any_two_valued_mask(tmp_path, pen):
    finding = find_coding(masks(tmp_path, pen, [pen.blob(255)] * 3), labels_of({"lung": 1}, "labels.json"), "x")
    assert finding.coding.names == ((255, "lung"), (1, "lung"))


def test_unreadable_masks_are_counted_and_all_of_them_are_a_fault(tmp_path, pen):
    paths = masks(tmp_path, pen, [pen.blob()] * 3)
    paths[1].write_text("text")
    assert any("1 mask of 3 cannot be read" in sentence for sentence in find_coding(paths, None, "x").said)
    for path in paths:
        path.write_text("text")
    with pytest.raises(InputError):
        find_coding(paths, None, "x")


def test_only_a_sample_is_decoded(tmp_path, pen, monkeypatch):
    import medunet.cases.glance as module

    read = []
    original = module.read_pixels
    monkeypatch.setattr(module, "read_pixels", lambda path: read.append(path) or original(path))
    finding = find_coding(masks(tmp_path, pen, [pen.blob()] * 200), None, "x")
    assert len(read) == 64
    assert "(64 of 200 masks read)" in finding.said[0]
