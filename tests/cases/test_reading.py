from __future__ import annotations

import json
import time

import numpy as np
import pytest

from medunet.cases import prove, read_cases, split_by_subject
from medunet.errors import InputError


def test_a_folder_of_pairs_end_to_end(tmp_path, pen):
    pen.pairs(tmp_path, ["a", "b", "c"], masks="masks/heart")
    cases = read_cases(tmp_path)
    assert [case.id for case in cases] == ["a", "b", "c"]
    assert cases.cases[0].read_target().mask("heart").sum() == 36
    np.testing.assert_array_equal(cases.cases[1].read_image().array[0], pen.film(1))
    assert cases.provenance == (
        f"3 cases of 3 subjects in {tmp_path.name}",
        "3 of 3 images paired with masks by name, as images/a.png with masks/heart/a.png",
        "mask values: 255 → heart (3 of 3 masks read)",
        "subject: every case is its own subject",
    )


def test_results_among_the_data_are_left_out_and_said(tmp_path, pen):
    pen.pairs(tmp_path, ["a", "b"])
    pen.draw(tmp_path / "predictions" / "overlays" / "c.png", pen.film())
    (tmp_path / "predictions" / ".medunet.json").write_text(json.dumps({"command": "predict"}))
    cases = read_cases(tmp_path)
    assert [case.id for case in cases] == ["a", "b"]
    assert cases.provenance[-1] == "results of medunet, not taken for data: predictions"
    (tmp_path / "cases.csv").write_text("id,image\nc,predictions/overlays/c.png\n")
    assert [case.id for case in read_cases(tmp_path, needs_target=False)] == ["c"]


def test_only_results_below_a_folder_are_no_data(tmp_path, pen):
    pen.draw(tmp_path / "predictions" / "overlays" / "c.png", pen.film())
    (tmp_path / "predictions" / ".medunet.json").write_text(json.dumps({"command": "predict"}))
    with pytest.raises(InputError, match=r"holds no image; .* results of medunet, not taken for data: predictions"):
        read_cases(tmp_path)


def test_labels_json_rename_and_yaml(tmp_path, pen):
    pen.pairs(tmp_path / "set", ["a", "b"], value=2)
    (tmp_path / "set" / "labels.json").write_text(json.dumps({"left lung": 1, "right lung": 2, "heart": 3}))
    assert read_cases(tmp_path / "set").scheme.names == ("left lung", "right lung", "heart")
    (tmp_path / "data.yaml").write_text("folder: set\nrename: {left lung: lung, right lung: lung}\n")
    assert read_cases(tmp_path).scheme.names == ("lung", "heart")
    assert read_cases(tmp_path, rename={"heart": "cor"}).scheme.names == ("lung", "cor")


@pytest.mark.parametrize(
    ("needs_target", "words"),
    [
        (True, r"holds no image; looked for a cases.csv .* for example images/NAME.png"),
        (False, r"holds no image\. Give a folder with PNG, JPEG, TIFF, DICOM or NIfTI images"),
    ],
)
def test_an_empty_folder_is_told_what_is_wanted_there(tmp_path, needs_target, words):
    with pytest.raises(InputError, match=words):
        read_cases(tmp_path, needs_target=needs_target)


def test_images_without_masks(tmp_path, pen):
    pen.pairs(tmp_path, ["a", "b"])
    pen.draw(tmp_path / "images" / "c.png", pen.film())
    with pytest.raises(InputError, match=r"1 of 3 images have no mask \(images/c.png\)"):
        read_cases(tmp_path)
    cases = read_cases(tmp_path, needs_target=False)
    assert [case.target is None for case in cases] == [False, False, True]
    assert [path.name for path in cases.unpaired] == ["c.png"]
    with pytest.raises(InputError, match="holds 3 images and no mask for any of them"):
        read_cases(tmp_path / "images")


def test_a_mask_with_seven_greys_and_one_of_another_size(tmp_path, pen):
    pen.pairs(tmp_path, [f"{number:02}" for number in range(30)])
    odd = pen.blob()
    odd[4, 4:9] = [12, 64, 99, 128, 200]
    pen.draw(tmp_path / "masks" / "07.png", odd)
    pen.draw(tmp_path / "masks" / "08.png", pen.blob(shape=(20, 16)))
    cases = {case.id: case for case in read_cases(tmp_path)}
    with pytest.raises(
        InputError, match=r"07.png: has 7 grey values \(0, 12, 64, …\) where 29 other masks hold 0, 255"
    ):
        cases["07"].read_target()
    with pytest.raises(InputError, match=r"the mask has 20 × 16 rows × columns, its image 08.png has 16 × 20"):
        cases["08"].read_target()


def test_masks_that_mean_nothing_matter_only_where_masks_are_needed(tmp_path, pen):
    for name in ("a", "b"):
        pen.draw(tmp_path / "images" / f"{name}.png", pen.film())
        pen.draw(tmp_path / "masks" / f"{name}.png", pen.film(1))
    with pytest.raises(InputError, match="no label maps"):
        read_cases(tmp_path)
    cases = read_cases(tmp_path, needs_target=False)
    assert ([case.target for case in cases], cases.scheme) == ([None, None], None)
    assert any(sentence.startswith("masks not used: ") for sentence in cases.provenance)


def test_a_relative_folder_with_a_table(tmp_path, pen, monkeypatch):
    pen.pairs(tmp_path, ["a", "b"])
    (tmp_path / "cases.csv").write_text("id,image\na,./images/a.png\nb,images/../images/b.png\n")
    monkeypatch.chdir(tmp_path)
    for data in (".", "cases.csv", "./images/.."):
        assert [case.read_target().mask("foreground").sum() for case in read_cases(data)] == [36, 36]


def test_a_subject_in_two_given_splits(tmp_path, pen):
    pen.pairs(tmp_path / "train", ["00000001_000", "00000002_000"])
    pen.pairs(tmp_path / "test", ["00000001_001"])
    with pytest.raises(InputError, match=r"one subject in two splits: case 00000001_001 \(test\)"):
        read_cases(tmp_path)
    assert len(read_cases(tmp_path, subject="none")) == 3


def test_a_text_file_named_png_is_named_when_it_is_read(tmp_path, pen):
    pen.pairs(tmp_path, ["a", "b"])
    (tmp_path / "images" / "b.png").write_text("text")
    bad = next(case for case in read_cases(tmp_path) if case.id == "b")
    with pytest.raises(InputError, match=r"b.png"):
        bad.read_image()


def test_five_thousand_pairs_are_not_decoded(tmp_path, pen, monkeypatch):
    import medunet.cases.glance as module

    pen.pairs(tmp_path, ["00000"])
    image, mask = ((tmp_path / kind / "00000.png").read_bytes() for kind in ("images", "masks"))
    for number in range(1, 2000):
        (tmp_path / "images" / f"{number:05}.png").write_bytes(image)
        (tmp_path / "masks" / f"{number:05}.png").write_bytes(mask)
    read = []
    original = module.read_pixels
    monkeypatch.setattr(module, "read_pixels", lambda path: read.append(path) or original(path))
    start = time.perf_counter()
    assert len(read_cases(tmp_path)) == 2000
    assert len(read) == 64
    assert time.perf_counter() - start < 10


def test_wingspan(shared):
    merge = {"left lung": "lung", "right lung": "lung"}
    whole = read_cases(shared / "chest-wingspan")
    cases = read_cases(shared / "chest-wingspan", rename=merge)
    assert (len(cases), len(cases.subjects), cases.unpaired) == (193, 193, ())
    assert whole.scheme.names == ("right lung", "left lung", "heart")
    assert cases.scheme.names == ("lung", "heart")
    for case in cases.cases[::40]:
        labels = case.read_target()
        assert labels.mask("heart").sum() == int(case.tags["px_heart"])
        assert labels.mask("lung").sum() == int(case.tags["px_left_lung"]) + int(case.tags["px_right_lung"])
    proof = prove(split_by_subject(cases, {"train": 0.7, "val": 0.1, "test": 0.2}, seed=0))
    assert proof.cases == {"train": 136, "val": 19, "test": 38}


def test_nih(shared):
    cases = read_cases(shared / "chest-nih-findings", needs_target=False)
    assert (len(cases), len(cases.subjects), cases.scheme) == (1001, 265, None)
    case = cases.cases[0]
    assert (case.view, case.age, case.tag("cardiomegaly")) == ("PA", 57, "1")
    assert case.read_image().array.shape == (1, 512, 512)
    with pytest.raises(InputError, match="no mask for any"):
        read_cases(shared / "chest-nih-findings")


def test_the_films_of_nih_without_their_table(shared):
    cases = read_cases(shared / "chest-nih-findings" / "images", needs_target=False)
    assert cases.subject_from.startswith("names of the form NIH's 00000001_000")
    assert len(cases.subjects) == 27
