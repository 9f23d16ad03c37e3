from __future__ import annotations

import pytest

from medunet.cases.paired import find_pairs, splits_of_folders
from medunet.cases.rows import Row
from medunet.errors import InputError


def ids(found):
    return {row.id: [structure for structure, _ in row.masks] for row in found.rows}


def test_two_folders(tmp_path, pen):
    found = find_pairs(pen.pairs(tmp_path, ["a", "b"], mask_name="{}_Mask.png"))
    assert ids(found) == {"a": [""], "b": [""]}
    assert found.said == ("2 of 2 images paired with masks by name, as images/a.png with masks/a_Mask.png",)
    assert found.unpaired == ()


def test_side_by_side(tmp_path, pen):
    for name in ("a", "b"):
        pen.draw(tmp_path / f"{name}.png", pen.film())
        pen.draw(tmp_path / f"{name}_mask.png", pen.blob())
    assert ids(find_pairs(tmp_path)) == {"a": [""], "b": [""]}


def test_one_folder_per_case(tmp_path, pen):
    for name in ("p1", "p2"):
        pen.draw(tmp_path / name / "image.png", pen.film())
        pen.draw(tmp_path / name / "mask.png", pen.blob())
    assert ids(find_pairs(tmp_path)) == {"p1": [""], "p2": [""]}


def test_splits_and_equal_names(tmp_path, pen):
    for split in ("train", "validation", "TEST"):
        pen.pairs(tmp_path / split, ["1", "2"])
    found = find_pairs(tmp_path)
    assert {row.id: row.split for row in found.rows} == {
        f"{split}_{name}": split for split in ("train", "val", "test") for name in "12"
    }
    assert found.split_from == "the folders"


def test_a_lone_training_folder_is_no_split(tmp_path, pen):
    found = find_pairs(pen.pairs(tmp_path / "train", ["a", "b"]).parent)
    assert {row.split for row in found.rows} == {None}
    assert any("no split was given" in sentence for sentence in found.said)
    rows, split_from, _ = splits_of_folders([Row("a", (tmp_path,), split="test")])
    assert (rows[0].split, split_from) == ("test", "the folders")


def test_one_folder_per_structure_and_a_missing_file(tmp_path, pen):
    pen.pairs(tmp_path, ["a", "b"], masks="masks/heart")
    pen.draw(tmp_path / "masks" / "lung" / "a.png", pen.blob())
    assert ids(find_pairs(tmp_path)) == {"a": ["heart", "lung"], "b": ["heart"]}


def test_structures_in_the_names_of_folders(tmp_path, pen):
    pen.pairs(tmp_path, ["a", "b"], masks="lung_masks")
    pen.pairs(tmp_path, ["a", "b"], masks="heart_masks")
    assert ids(find_pairs(tmp_path)) == {"a": ["heart", "lung"], "b": ["heart", "lung"]}


def test_sites_below_images_and_masks_are_no_structures(tmp_path, pen):
    for site in ("siteA", "siteB"):
        pen.pairs(tmp_path, [f"{site}1", "1"], images=f"images/{site}", masks=f"masks/{site}")
    assert ids(find_pairs(tmp_path)) == {"siteA1": [""], "siteB1": [""], "siteA_1": [""], "siteB_1": [""]}


def test_unnamed_folders_are_told_by_their_content(tmp_path, pen):
    names = [f"{number}" for number in range(5)]
    found = find_pairs(pen.pairs(tmp_path, names, images="zeta", masks="alpha"))
    assert ids(found) == {name: ["alpha"] for name in names}
    assert found.said[0] == "masks told by their content, few values: alpha; images: zeta"


def test_an_unnamed_folder_beside_images(tmp_path, pen):
    pen.pairs(tmp_path, ["a", "b"], images="images", masks="heart")
    pen.pairs(tmp_path, ["a", "b"], images="images", masks="lungs")
    assert ids(find_pairs(tmp_path)) == {"a": ["heart", "lungs"], "b": ["heart", "lungs"]}


def test_images_in_a_folder_of_any_name_beside_masks(tmp_path, pen):
    assert ids(find_pairs(pen.pairs(tmp_path, ["a", "b"], images="Patients", masks="labels"))) == {"a": [""], "b": [""]}


def test_leftovers_are_counted_and_named(tmp_path, pen):
    pen.pairs(tmp_path, ["a", "b"])
    pen.draw(tmp_path / "images" / "c.png", pen.film())
    pen.draw(tmp_path / "masks" / "d.png", pen.blob())
    pen.draw(tmp_path / "thumbnails" / "t.png", pen.film())
    found = find_pairs(tmp_path)
    assert ids(found) == {"a": [""], "b": [""], "c": []}
    assert sorted(path.name for path in found.unpaired) == ["c.png", "d.png", "t.png"]
    assert found.said[1:] == (
        "1 image without a mask: images/c.png",
        "1 mask without an image: masks/d.png",
        "1 file not used: thumbnails/t.png",
    )


def test_another_folder_of_masks_is_left_aside(tmp_path, pen):
    pen.pairs(tmp_path, ["a", "b"], masks="labels")
    pen.pairs(tmp_path, ["a", "b"], masks="labels-full")
    found = find_pairs(tmp_path)
    assert ids(found) == {"a": [""], "b": [""]}
    assert len(found.unpaired) == 2


def test_what_is_no_folder_of_pairs(tmp_path, pen):
    pen.draw(tmp_path / "a.png", pen.film())
    pen.draw(tmp_path / "seg-liver.png", pen.film(1))
    assert find_pairs(tmp_path) is None
    assert find_pairs(tmp_path / "a.png") is None


def test_masks_that_fit_no_image_are_not_taken_for_images(tmp_path, pen):
    pen.draw(tmp_path / "images" / "a.png", pen.film())
    pen.draw(tmp_path / "masks" / "z.png", pen.blob())
    found = find_pairs(tmp_path)
    assert ids(found) == {"a": []}
    pen.draw(tmp_path / "images" / "a.jpg", pen.film())
    with pytest.raises(InputError, match="have one name"):
        find_pairs(tmp_path)


def test_montgomery(tmp_path, pen):
    names = ["MCUCXR_0001_0", "MCUCXR_0104_1"]
    for side in ("leftMask", "rightMask"):
        pen.pairs(tmp_path, names, images="MontgomerySet/CXR_png", masks=f"MontgomerySet/ManualMask/{side}")
    assert ids(find_pairs(tmp_path)) == {name: ["left", "right"] for name in names}


def test_shenzhen(tmp_path, pen):
    names = ["CHNCXR_0001_0", "CHNCXR_0327_1"]
    assert ids(find_pairs(pen.pairs(tmp_path, names, "CXR_png", "mask", "{}_mask.png"))) == {
        name: [""] for name in names
    }


def test_keras_folders(tmp_path, pen):
    for split in ("train", "test"):
        pen.pairs(tmp_path, [f"{split}_1"], images=f"x_{split}", masks=f"y_{split}")
    assert {row.id: row.split for row in find_pairs(tmp_path).rows} == {"train_1": "train", "test_1": "test"}
