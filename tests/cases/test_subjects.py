from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from medunet.cases.rows import Found, Row
from medunet.cases.subjects import OWN, find_subjects
from medunet.errors import InputError
from medunet.images import Grid, Image, write_dicom


def found(*names, **fields):
    rows = []
    for name in names:
        *folders, stem = name.split("/")
        rows.append(Row("_".join((*folders, stem)), (Path(f"{name}.none"),), folders=tuple(folders), name=stem))
    return Found(tuple(rows), **fields)


@pytest.mark.parametrize(
    ("names", "subjects"),
    [
        (["00000001_000", "00000001_001", "00000002_000"], ["00000001", "00000001", "00000002"]),
        (["patient12_a", "patient12_b", "patient3_a"], ["patient12", "patient12", "patient3"]),
        (["sub-01_ses-1", "sub-01_ses-2", "sub-02_ses-1"], ["sub-01", "sub-01", "sub-02"]),
        (["p100_s200_x", "p100_s201_y", "p7_s1_z"], ["p100", "p100", "p7"]),
        (["patient01/a", "patient01/b", "patient02/a"], ["patient01", "patient01", "patient02"]),
        (["TCGA_1_05", "TCGA_1_08", "TCGA_2_05", "TCGA_3_05"], ["TCGA_1", "TCGA_1", "TCGA_2", "TCGA_3"]),
        (["train/A1_1", "train/A1_2", "test/B2_1", "test/C3_1"], ["A1", "A1", "B2", "C3"]),
    ],
)
def test_names_that_tell_subjects(names, subjects):
    result = find_subjects(found(*names))
    assert list(result.names) == subjects
    assert f"as {subjects[0]} for " in result.source


@pytest.mark.parametrize(
    "names",
    [
        ["wingspan-040", "wingspan-041", "wingspan-042", "wingspan-043"],
        ["CHNCXR_0001_0", "CHNCXR_0002_1", "CHNCXR_0003_0"],
        ["film_a", "film_b", "image_a", "scan_a"],
        ["a1_1", "a1_2", "b2_1"],
        ["1", "2", "3"],
        ["hip_001", "hip_002", "x1_3", "x1_4"],
    ],
)
def test_names_that_do_not(names):
    result = find_subjects(found(*names))
    assert result.names == tuple(names)
    assert result.source == OWN


def test_a_column_comes_first():
    rows = tuple(replace(row, subject=f"s{number // 2}") for number, row in enumerate(found("1_0", "1_1", "2_0").rows))
    result = find_subjects(Found(rows, subject_column="Patient ID"))
    assert (result.names, result.source) == (("s0", "s0", "s1"), "column Patient ID")


def test_what_is_asked_for_comes_before_all():
    rows = tuple(
        replace(row, subject="s", tags={"Ward": row.id[-1]}) for row in found("00000001_000", "00000001_001").rows
    )
    data = Found(rows, subject_column="subject")
    assert find_subjects(data).names == ("s", "s")
    assert find_subjects(data, "auto").names == ("s", "s")
    assert find_subjects(data, "none").names == ("00000001_000", "00000001_001")
    assert find_subjects(data, "name").names == ("00000001", "00000001")
    assert find_subjects(data, "column:ward").names == ("0", "1")
    assert find_subjects(data, r"_(\d)").names == ("0", "0")


@pytest.mark.parametrize(
    ("ask", "fault"),
    [
        ("column:ward", "no such column"),
        ("name", "no pattern"),
        ("(", "no regular expression"),
        ("a", "has 0 groups"),
        (r"(z\d)", "finds nothing in 2 ids, as a1"),
    ],
)
def test_what_cannot_be_had(ask, fault):
    with pytest.raises(InputError, match=fault):
        find_subjects(found("a1", "b2"), ask)


def test_dicom_headers(tmp_path, pen):
    rows = []
    for name, subject in (("1_0", "alpha"), ("1_1", "alpha"), ("2_0", "beta")):
        path = tmp_path / f"{name}.dcm"
        array = pen.film()[None]
        write_dicom(path, Image(array, Grid(array.shape[1:])), subject=subject, seed=name)
        rows.append(Row(name, (path,)))
    result = find_subjects(Found(tuple(rows)))
    assert result.names[0] == result.names[1] != result.names[2]
    assert all(name.startswith("dicom-") for name in result.names)
    assert result.source == "DICOM header (PatientID as a pseudonym)"
    (tmp_path / "2_0.dcm").write_bytes((tmp_path / "2_0.dcm").read_bytes()[:200])
    broken = find_subjects(Found(tuple(rows)))
    assert broken.names[2] == "2_0"
    assert "1 file without one stand" in broken.source
