from __future__ import annotations

from pathlib import Path

import pytest

from medunet.cases.placing import folder_words, key_of, place

ROOT = Path("data")


def placed(path, **options):
    found = place(ROOT / path, ROOT, **options)
    return found.role, found.split, found.structure, found.context, found.key


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("images/a.png", ("image", None, "", (), "a")),
        ("masks/a.png", ("mask", None, "", (), "a")),
        ("train/images/a.png", ("image", "train", "", (), "a")),
        ("Masks/Validation/a.png", ("mask", "val", "", (), "a")),
        ("masks/heart/test/a.png", ("mask", "test", "heart", (), "a")),
        ("imagesTr/a.nii.gz", ("image", "train", "", (), "a")),
        ("x_train/a.png", ("image", "train", "", (), "a")),
        ("y_test/a.png", ("mask", "test", "", (), "a")),
        ("CXR_png/a.png", ("image", None, "", (), "a")),
        ("ManualMask/leftMask/a.png", ("mask", None, "left", (), "a")),
        ("p1/images/a.png", ("image", None, "", ("p1",), "a")),
        ("p1/mask.png", ("mask", None, "", ("p1",), "")),
        ("images/a_mask.png", ("mask", None, "", (), "a")),
        ("a-Seg.png", ("mask", None, "", (), "a")),
        ("test01/a.png", (None, None, "", ("test01",), "a")),
    ],
)
def test_what_a_path_says(path, expected):
    assert placed(path) == expected


def test_further_words_name_a_structure_only_where_nothing_else_is_a_mask():
    assert placed("lung_masks/a.png") == (None, None, "", ("lung_masks",), "a")
    assert placed("lung_masks/a.png", loose=True) == ("mask", None, "lung", (), "a")
    assert placed("images64/a.png", loose=True) == ("image", None, "", ("images64",), "a")


def test_a_folder_below_images_too_is_no_structure():
    assert placed("masks/siteA/a.png", shared=frozenset({"siteA"})) == ("mask", None, "", ("siteA",), "a")


@pytest.mark.parametrize(
    ("stem", "expected"),
    [
        ("CHNCXR_0001_0_mask", ("mask", "chncxr_0001_0")),
        ("CHNCXR_0001_0", (None, "chncxr_0001_0")),
        ("img001", ("image", "001")),
        ("mask001", ("mask", "001")),
        ("a_image", ("image", "a")),
        ("ISIC_1_segmentation", ("mask", "isic_1")),
        ("image_7_label", ("mask", "7")),
        ("unmasked", (None, "unmasked")),
        ("masked_1", (None, "masked_1")),
        ("00000001_000", (None, "00000001_000")),
        ("Image", ("image", "")),
    ],
)
def test_keys(stem, expected):
    assert key_of(stem) == expected


def test_folder_words():
    assert folder_words("Test") == (None, "test", "")
    assert folder_words("training images 2019") == ("image", "train", "2019")
    assert folder_words("x-ray siteB") == (None, None, "ray site b")
