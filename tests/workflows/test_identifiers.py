from __future__ import annotations

import csv
from dataclasses import replace

import pydicom
import pytest

from medunet.images import write_dicom, write_png
from medunet.phantoms import chest_film
from medunet.workflows.identifiers import identifiers, keep_identifiers
from medunet.workflows.inputs import find_inputs

FILM = chest_film(1, 0, size=64)


@pytest.fixture
def cases(tmp_path):
    """A named film, one without a name, and a PNG."""
    write_dicom(tmp_path / "one.dcm", FILM.image, subject='=HYPERLINK("http://x")')
    dataset = pydicom.dcmread(tmp_path / "one.dcm")
    dataset.PatientName = "ZZCANARY^\u202eA\x07lice"
    dataset.save_as(tmp_path / "one.dcm")
    write_dicom(tmp_path / "two.dcm", FILM.image)
    write_png(tmp_path / "three.png", replace(FILM.image, array=FILM.image.array))
    return find_inputs([str(tmp_path / name) for name in ("one.dcm", "two.dcm", "three.png")])


def test_the_key_names_those_whom_the_files_name(cases):
    ((case, subject, number, name),) = identifiers(cases)
    assert (case, number, name) == ("one", '=HYPERLINK("http://x")', "ZZCANARY^Alice")
    assert subject == cases[0].subject
    assert subject.startswith("dicom-")


def test_the_key_is_written_where_it_is_asked_for_and_goes_where_it_is_not(cases, tmp_path):
    assert len(keep_identifiers(tmp_path / "out", cases, shown=True)) == 1
    with (tmp_path / "out" / "identifiers.csv").open(newline="", encoding="utf-8") as file:
        (row,) = csv.DictReader(file)
    assert row["patient_id"].startswith("'=HYPERLINK")
    assert keep_identifiers(tmp_path / "out", cases, shown=False) == ()
    assert not (tmp_path / "out" / "identifiers.csv").exists()
