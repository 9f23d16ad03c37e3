from __future__ import annotations

from pathlib import Path

import pytest

from medunet.cases.pairing import pair
from medunet.cases.placing import place
from medunet.errors import InputError

ROOT = Path("d")


def paired(*paths):
    placed = [place(ROOT / path, ROOT) for path in paths]
    images = [file for file in placed if file.role != "mask"]
    masks = [file for file in placed if file.role == "mask"]
    pairs, left = pair(images, masks)
    shown = {
        one.image.path.relative_to(ROOT).as_posix(): {
            mask.structure: mask.path.relative_to(ROOT).as_posix() for mask in one.masks
        }
        for one in pairs
    }
    return shown, [path.name for path in left]


def test_equal_names_in_several_spellings():
    shown, left = paired(
        "images/A1.png", "images/b.png", "images/c.jpg", "masks/a1_mask.png", "masks/B-Seg.png", "masks/c.png"
    )
    assert shown == {
        "images/A1.png": {"": "masks/a1_mask.png"},
        "images/b.png": {"": "masks/B-Seg.png"},
        "images/c.jpg": {"": "masks/c.png"},
    }
    assert left == []


def test_one_folder_per_structure():
    shown, _ = paired("images/a.png", "masks/heart/a.png", "masks/left lung/a_mask.png")
    assert shown["images/a.png"] == {"heart": "masks/heart/a.png", "left lung": "masks/left lung/a_mask.png"}


def test_equal_names_in_two_splits_stay_apart():
    shown, left = paired("train/images/1.png", "test/images/1.png", "train/masks/1.png", "test/masks/1.png")
    assert shown["train/images/1.png"] == {"": "train/masks/1.png"}
    assert shown["test/images/1.png"] == {"": "test/masks/1.png"}
    assert left == []


def test_a_mask_of_another_split_is_no_partner():
    shown, left = paired("train/images/1.png", "test/masks/1.png")
    assert shown == {"train/images/1.png": {}}
    assert left == ["1.png"]


def test_splits_of_the_images_alone():
    shown, _ = paired("images/train/1.png", "images/val/2.png", "masks/1.png", "masks/2.png")
    assert shown == {"images/train/1.png": {"": "masks/1.png"}, "images/val/2.png": {"": "masks/2.png"}}


def test_one_folder_per_case():
    shown, _ = paired("p1/image.png", "p1/mask.png", "p2/image.png", "p2/mask.png")
    assert shown == {"p1/image.png": {"": "p1/mask.png"}, "p2/image.png": {"": "p2/mask.png"}}


def test_equal_names_in_folders_of_patients_never_cross():
    shown, left = paired("p1/images/1.png", "p2/images/1.png", "p1/masks/1.png")
    assert shown == {"p1/images/1.png": {"": "p1/masks/1.png"}, "p2/images/1.png": {}}
    assert left == []


def test_channel_numbers_and_structures_after_the_name():
    shown, _ = paired("images/case_1_0000.nii.gz", "labels/case_1.nii.gz")
    assert shown == {"images/case_1_0000.nii.gz": {"": "labels/case_1.nii.gz"}}
    shown, left = paired("images/a_1.png", "masks/a_1_left_lung.png", "masks/a_1_heart.png", "masks/zz.png")
    assert shown["images/a_1.png"] == {"left lung": "masks/a_1_left_lung.png", "heart": "masks/a_1_heart.png"}
    assert left == ["zz.png"]


def test_nih_numbers_are_no_channels():
    shown, left = paired("images/00000001_0000.png", "images/00000001_000.png", "masks/00000001_000.png")
    assert shown["images/00000001_0000.png"] == {}
    assert shown["images/00000001_000.png"] == {"": "masks/00000001_000.png"}
    assert left == []


def test_twins_and_rivals_are_refused():
    with pytest.raises(InputError, match=r"a.png: and images/a.jpg have one name"):
        paired("images/a.jpg", "images/a.png", "masks/a.png")
    with pytest.raises(InputError, match=r"a.png: has 2 masks \(masks/a.png, masks/a_mask.png\)"):
        paired("images/a.png", "masks/a.png", "masks/a_mask.png")


def test_one_mask_is_not_given_to_channels_of_two_patients():
    shown, left = paired("p1/images/x_0000.png", "p2/images/x_0000.png", "p2/masks/x.png", "masks/x.png")
    assert shown == {"p1/images/x_0000.png": {}, "p2/images/x_0000.png": {"": "p2/masks/x.png"}}
    assert left == ["x.png"]
