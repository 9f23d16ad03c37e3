from __future__ import annotations

import gzip

import pytest

from medunet.cases import read_cases
from medunet.cases.mimic import find_mimic
from medunet.cases.rows import Wishes
from medunet.errors import InputError

FILMS = {"aa": ("10000032", "50414267"), "bb": ("10000032", "50414268"), "cc": ("11000001", "50000001")}


@pytest.fixture
def data(tmp_path, pen, chexmask):
    for name, (subject, study) in FILMS.items():
        pen.draw(
            tmp_path / "files" / f"p{subject[:2]}" / f"p{subject}" / f"s{study}" / f"{name}.jpg", pen.film(shape=(8, 8))
        )
    split = "dicom_id,study_id,subject_id,split\n" + "".join(
        f"{n},{study},{s},{'validate' if n == 'cc' else 'train'}\n" for n, (s, study) in FILMS.items()
    )
    (tmp_path / "mimic-cxr-2.0.0-split.csv.gz").write_bytes(gzip.compress(f"{split}zz,1,2,test\n".encode()))
    meta = "dicom_id,subject_id,study_id,ViewPosition,Rows\naa,10000032,50414267,PA,8\nbb,10000032,50414268,LATERAL,8\n"
    (tmp_path / "mimic-cxr-2.0.0-metadata.csv").write_text(meta)
    labels = "subject_id,study_id,Cardiomegaly,Edema\n10000032,50414267,1.0,-1.0\n11000001,50000001,,0.0\n"
    (tmp_path / "mimic-cxr-2.0.0-chexpert.csv").write_text(labels)
    (tmp_path / "MIMIC-CXR-JPG.csv").write_text(chexmask(["aa", "cc", "zz"], column="dicom_id"))
    return tmp_path


def test_films_joined_with_the_official_tables(data):
    cases = {case.id: case for case in read_cases(data, needs_target=False)}
    assert {name: (case.subject, case.split) for name, case in cases.items()} == {
        "aa": ("10000032", "train"),
        "bb": ("10000032", "train"),
        "cc": ("11000001", "val"),
    }
    assert [cases[name].view for name in cases] == ["PA", "lateral", None]
    assert [cases["aa"].tags[name] for name in ("study_id", "Cardiomegaly", "Edema")] == ["50414267", "1", "-1"]
    assert (cases["cc"].tags["Cardiomegaly"], cases["cc"].tags["Edema"]) == ("", "0")
    assert [case.target is not None for case in cases.values()] == [True, False, True]
    assert cases["cc"].read_target().mask("heart").sum() == 5


def test_folders_alone_are_enough(data):
    for table in data.glob("*.csv*"):
        table.unlink()
    cases = read_cases(data, needs_target=False)
    assert cases.subjects == ("10000032", "11000001")
    assert not any(case.split for case in cases)


def test_a_table_that_names_another_patient(data):
    path = data / "mimic-cxr-2.0.0-metadata.csv"
    path.write_text(path.read_text().replace("aa,10000032", "aa,19999999"))
    with pytest.raises(InputError, match=r"aa\.jpg: lies in the folder of another patient"):
        find_mimic(data, Wishes())


def test_other_folders_are_not_mimic(tmp_path, pen):
    pen.pairs(tmp_path, ["a"])
    assert find_mimic(tmp_path, Wishes()) is None
