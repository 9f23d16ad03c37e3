from __future__ import annotations

import json

import pytest

from medunet.cases.masks import read_masks
from medunet.errors import InputError
from medunet.images import read_grid


def summary(cases):
    return {case.id: len(case.target.paths) for case in cases}


def test_the_output_of_predict(tmp_path, pen):
    for name in ("a", "b"):
        pen.draw(tmp_path / "masks" / f"{name}.png", pen.blob(1))
        pen.draw(tmp_path / "overlays" / f"{name}.png", pen.film())
    (tmp_path / "masks" / "labels.json").write_text(json.dumps({"background": 0, "lung": 1, "heart": 2}))
    for place in (tmp_path, tmp_path / "masks"):
        cases = read_masks([place])
        assert summary(cases) == {"a": 1, "b": 1}
        assert cases.scheme.names == ("lung", "heart")
    case = cases.cases[0]
    assert case.target.read(read_grid(case.images[0]), "a.png").mask("lung").sum() == 36


def test_one_folder_per_structure(tmp_path, pen):
    for structure in ("heart", "lung"):
        for name in ("a", "b"):
            pen.draw(tmp_path / "mine" / structure / f"{name}_mask.png", pen.blob())
    cases = read_masks([tmp_path / "mine"], rename={"lung": "lungs"})
    assert summary(cases) == {"a": 2, "b": 2}
    assert cases.scheme.names == ("lungs", "heart")


def test_two_masks_of_one_name(tmp_path, pen):
    pen.draw(tmp_path / "a.png", pen.blob())
    pen.draw(tmp_path / "a_mask.png", pen.blob())
    with pytest.raises(InputError, match="several masks of one name"):
        read_masks([tmp_path])


def test_folders_of_sites(tmp_path, pen):
    pen.draw(tmp_path / "siteA" / "a.png", pen.blob())
    pen.draw(tmp_path / "siteB" / "b.png", pen.blob())
    assert summary(read_masks([tmp_path])) == {"a": 1, "b": 1}


def test_files_and_several_folders(tmp_path, pen):
    one = pen.draw(tmp_path / "x" / "a.png", pen.blob())
    pen.draw(tmp_path / "y" / "a.png", pen.blob())
    pen.draw(tmp_path / "y" / "b.png", pen.blob())
    assert len(read_masks([one, tmp_path / "y"])) == 3


def test_a_link_that_leads_to_itself_is_a_mask_that_fails(tmp_path, pen):
    pen.draw(tmp_path / "a.png", pen.blob(1))
    (tmp_path / "loop.png").symlink_to("loop.png")
    (tmp_path / "labels.json").write_text(json.dumps({"background": 0, "lung": 1}))
    assert [case.id for case in read_masks([tmp_path])] == ["a", "loop"]


def test_nothing_to_read(tmp_path):
    with pytest.raises(InputError, match="is not there"):
        read_masks([tmp_path / "gone"])
    with pytest.raises(InputError, match="holds no mask"):
        read_masks([tmp_path])


def test_results_among_the_masks_are_left_out_and_said(tmp_path, pen):
    pen.draw(tmp_path / "a.png", pen.blob())
    pen.draw(tmp_path / "measurements" / "overlays" / "a.png", pen.film())
    (tmp_path / "measurements" / ".medunet.json").write_text('{"command": "measure"}')
    masks = read_masks([tmp_path])
    assert [mask.id for mask in masks] == ["a"]
    assert masks.provenance[-1] == "results of medunet, not taken for data: measurements"
    (tmp_path / "a.png").unlink()
    with pytest.raises(InputError, match="holds no mask; results of medunet, not taken for data: measurements"):
        read_masks([tmp_path])


def test_wingspan(shared):
    cases = read_masks([shared / "chest-wingspan" / "masks"])
    assert len(cases) == 193
    assert cases.scheme.names == ("right lung", "left lung", "heart")


def test_tables_of_sources_that_name_their_films_each_way(tmp_path, chexmask):
    """All names together have no form that tells subjects, and what stands before their last part misleads."""
    patients = [f"train/patient{number}/study{study}/view1_frontal.jpg" for number in (1, 2, 3) for study in (1, 2)]
    (tmp_path / "A-reader.csv").write_text(chexmask(patients, column="Path"))
    (tmp_path / "B-reader.csv").write_text(
        chexmask([f"{number:08d}_{film:03d}.png" for number in (7, 8) for film in (0, 1)])
    )
    (tmp_path / "C-reader.csv").write_text(chexmask(["5780e8", "bac12b"]))
    cases = read_masks(sorted(tmp_path.glob("*.csv")))
    assert set(cases.subjects) == {"patient1", "patient2", "patient3", "00000007", "00000008", "5780e8", "bac12b"}
    assert cases.subject_from == (
        "A-reader.csv: names of the form patientID, as patient1 for train_patient1_study1_view1_frontal; "
        "B-reader.csv: names of the form NIH's 00000001_000, as 00000007 for 00000007_000; "
        "C-reader.csv: every case is its own subject"
    )


def test_a_table_of_something_else_is_called_one(tmp_path):
    (tmp_path / "measurements.csv").write_text("case,value\na,0.5\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"measurements.csv: is a table, and none of CheXmask\. Give folders of masks"):
        read_masks([tmp_path / "measurements.csv"])
