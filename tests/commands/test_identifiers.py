"""No command shows who a film is of, wherever it writes (files, their names, streams, logs), unless it is asked to."""

from __future__ import annotations

import csv
import logging
import shutil
import warnings
from pathlib import Path

import pydicom
import pytest

from medunet.images import write_dicom, write_json, write_labels
from medunet.phantoms import SCHEME, chest_film

NAME = "ZZCANARY^<script>alert(1)</script>"
NUMBER = '=HYPERLINK("http://x")'
ISO_2022 = "Yamada^Tarou=\033$B;3ED\033(B^\033$BB@O:\033(B"
HEADERS = (
    {"PatientName": NAME, "PatientID": NUMBER},
    {"PatientName": ISO_2022, "PatientID": "ZZCANARY-2", "SpecificCharacterSet": ["", "ISO 2022 IR 87"]},
    {"PatientID": "../../zzcanary", "SeriesDescription": "/etc/zzcanary", "AccessionNumber": "ZZCANARY"},
    {"PatientID": "/etc/zzcanary", "SOPInstanceUID": "../../zzcanary"},
    {"PatientID": "zz\0canary", "SeriesDescription": "a\0zzcanary"},
    {"PatientID": "zzcanary" * 40, "SOPInstanceUID": "zzcanary" * 40},
    {"PatientID": "CON", "SeriesDescription": "CON"},
    {"PatientID": "\u202eyranaczz", "PatientName": "ZZCANARY\u202e", "SpecificCharacterSet": "ISO_IR 192"},
)
"""What the headers of the films say; every value would name somebody, or lead somewhere."""

CANARIES = (b"zzcanary", b"yranaczz", b"hyperlink", b"alert(1)", b"yamada", "山田".encode(), b"\x1b$b;3ed")
"""What must never be seen, in small letters."""

TRAINING = ("--set", "training.steps=4", "--set", "input.size=[32,32]", "--set", "network.widths=[4,8]")


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """What `named` is a copy of. Not to be changed."""
    root = tmp_path_factory.mktemp("drawn") / "named"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for number in range(14):
            film, path = chest_film(3, number, size=64), root / "images" / f"film-{number:02d}.dcm"
            write_dicom(path, film.image, subject=f"zzcanary-{number}")
            dataset = pydicom.dcmread(path)
            for keyword, value in HEADERS[number % len(HEADERS)].items():
                setattr(dataset, keyword, f"{value}{number}" if keyword == "PatientID" else value)
            dataset.save_as(path)
            write_labels(root / "masks" / f"film-{number:02d}.png", film.labels)
    write_json(root / "masks" / "labels.json", SCHEME.to_mapping())
    return root


@pytest.fixture
def named(drawn, tmp_path):
    """DICOM films whose headers name their patients, with masks."""
    return shutil.copytree(drawn, tmp_path / "named")


@pytest.fixture
def spoilt(named, tmp_path):
    """The same with one film that is cut off and one that is no image of the described size."""
    root = shutil.copytree(named, tmp_path / "spoilt")
    data = (root / "images" / "film-00.dcm").read_bytes()
    (root / "images" / "film-00.dcm").write_bytes(data[:-100])
    (root / "images" / "film-01.dcm").write_bytes(data.replace(b"MONOCHROME2 ", b"ZZCANARYZZZ "))
    return root


def seen_in(folder):
    """All bytes of all files of a folder, and their names."""
    for path in sorted(Path(folder).rglob("*")):
        yield str(path.relative_to(folder)), path.read_bytes() if path.is_file() else b""


def refuse_canaries(where, data):
    for canary in CANARIES:
        assert canary not in data.lower(), f"{canary!r} in {where}"


def check(ended, inside, caplog):
    """Nothing anywhere names anybody, and nothing was written outside."""
    refuse_canaries("standard output", ended.out.encode("utf-8", "surrogateescape"))
    refuse_canaries("standard error", ended.err.encode("utf-8", "surrogateescape"))
    refuse_canaries("the log", caplog.text.encode("utf-8", "surrogateescape"))
    for name, data in seen_in(inside):
        refuse_canaries("a file's name", name.encode("utf-8", "surrogateescape"))
        refuse_canaries(name, data)


COMMANDS = {
    "audit": ("audit", "{data}", "--out", "out", "--debug"),
    "plan": ("plan", "{data}", "--recipe", "chest-xray-small", "--json"),
    "train": ("train", "{data}", "--recipe", "chest-xray-small", "--out", "out", *TRAINING),
    "evaluate": ("evaluate", "{run}", "{data}", "--out", "out", "--allow-trained"),
    "evaluate masks": ("evaluate", "{data}/masks", "{data}", "--out", "out"),
    "predict": ("predict", "{data}/images", "--model", "{run}", "--out", "out", "--debug"),
    "predict json": ("predict", "{data}/images/film-02.dcm", "--model", "{run}", "--out", "out", "--json"),
    "measure": ("measure", "{data}/masks", "--images", "{data}/images", "--out", "out"),
    "convert": ("convert", "{data}", "--out", "out"),
}


@pytest.mark.parametrize("whole", [True, False], ids=["whole", "spoilt"])
@pytest.mark.parametrize("words", COMMANDS.values(), ids=COMMANDS)
def test_nobody_is_named(medunet, named, spoilt, trained, inside, tmp_path, caplog, words, whole):
    before = {str(path) for path in tmp_path.rglob("*")}
    data = named if whole else spoilt
    with caplog.at_level(logging.DEBUG):
        ended = medunet(*(word.format(data=data, run=trained) for word in words))
    assert ended.code in ((0, 3) if whole or words[0] in ("audit", "predict", "measure", "convert") else (1, 3)), (
        ended.err
    )
    check(ended, inside, caplog)
    after = {str(path) for path in tmp_path.rglob("*")}
    assert all(path.startswith(str(inside)) for path in after - before)


SHOWING = {name: words for name, words in COMMANDS.items() if words[0] in ("predict", "measure", "audit", "convert")}


@pytest.mark.parametrize("words", SHOWING.values(), ids=SHOWING)
def test_who_it_is_stands_in_one_table_and_on_the_page_where_that_is_asked_for(
    medunet, named, trained, inside, caplog, words
):
    with caplog.at_level(logging.DEBUG):
        ended = medunet(*(word.format(data=named, run=trained) for word in words), "--show-identifiers")
    assert ended.code in (0, 3), ended.err
    key = inside / "out" / "identifiers.csv"
    with key.open(newline="", encoding="utf-8") as file:
        rows = {row["case"]: row for row in csv.DictReader(file)}
    one = rows["film-02"]
    assert one["patient_id"] == "../../zzcanary2"
    if len(rows) > 1:
        assert rows["film-00"]["patient_name"] == NAME
        assert rows["film-00"]["patient_id"] == f"'{NUMBER}0"
        assert "山田" in rows["film-01"]["patient_name"]
        assert "\u202e" not in key.read_text(encoding="utf-8")
    page = inside / "out" / "report.html"
    named_there = words[0] in ("predict", "measure")
    if page.exists():
        text = page.read_text(encoding="utf-8")
        assert "<script>alert(1)" not in text
        assert ("../../zzcanary2" in text) == named_there
        if named_there and len(rows) > 1:
            assert "ZZCANARY^&lt;script&gt;alert(1)" in text
        page.unlink()
    key.unlink()
    check(ended, inside, caplog)  # nowhere else, not even then


def test_a_call_that_does_not_ask_takes_the_key_away(medunet, named, inside):
    words = ("convert", named, "--out", "out")
    assert medunet(*words, "--show-identifiers").code == 0
    assert (inside / "out" / "identifiers.csv").is_file()
    assert medunet(*words).code == 0
    assert not (inside / "out" / "identifiers.csv").exists()
