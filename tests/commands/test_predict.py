"""`medunet predict`."""

from __future__ import annotations

import csv
import json
import os
import shutil
import sys

import pytest


def test_masks_overlays_tables_and_a_page(medunet, films, trained, inside):
    ended = medunet("predict", films / "images", "--model", trained)
    assert ended.code == 0
    assert ended.out.splitlines()[-3:] == [
        "look at predictions/report.html",
        "next: medunet study predictions --value ctr --by COLUMN --labels YOUR-TABLE.csv",
        "12 films done",
    ]
    out = inside / "predictions"
    assert len(list((out / "masks").glob("film-*.png"))) == 12
    assert len(list((out / "overlays").glob("film-*.png"))) == 12
    assert json.loads((out / "masks" / "labels.json").read_text(encoding="utf-8"))
    assert (out / "report.html").is_file()
    assert not (out / "failed.csv").exists()
    with (out / "measurements.csv").open(newline="", encoding="utf-8") as file:
        assert {row["case"] for row in csv.DictReader(file)} == {f"film-{n:02d}" for n in range(12)}


def test_called_again_it_does_nothing_twice(medunet, films, trained, inside):
    words = ("predict", films / "images", "--model", trained, "--json")
    first = json.loads(medunet(*words).out)
    before = {path: path.stat().st_mtime_ns for path in (inside / "predictions" / "masks").iterdir()}
    again = json.loads(medunet(*words).out)
    assert (first["already_there"], again["already_there"]) == (0, 12)
    assert again["measurements"] == first["measurements"]
    assert {p: p.stat().st_mtime_ns for p in before if p.suffix == ".png"} == {
        p: t for p, t in before.items() if p.suffix == ".png"
    }


@pytest.mark.parametrize("word", ["*.png", "films.csv"])
def test_patterns_and_tables_of_paths(medunet, films, trained, inside, word):
    with (inside / "films.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["file"])
        table.writerows([films / "images" / f"film-{n:02d}.png"] for n in range(12))
    given = inside / word if word.endswith(".csv") else films / "images" / word
    ended = medunet("predict", given, "--model", trained, "--json")
    assert ended.code == 0, ended.err
    assert json.loads(ended.out)["done"] == 12


def test_a_model_folder_is_a_model(medunet, films, trained, inside):
    ended = medunet("predict", films / "images" / "film-00.png", "--model", trained / "model", "--json")
    assert (ended.code, json.loads(ended.out)["done"]) == (0, 1)


def test_it_wants_a_model(medunet):
    ended = medunet("predict", "film.png")
    assert ended.code == 2
    assert "--model" in ended.message


@pytest.mark.skipif(sys.platform != "linux", reason="names of files are text elsewhere")
def test_odd_names_of_files(medunet, films, trained, inside):
    """Raw bytes of an older system, an escape sequence, a line break: read, written, shown without harm."""
    odd = inside / "odd"
    odd.mkdir()
    for number, name in enumerate((b"h\xfcfte.png", b"\x1b[31mred.png", b"two\nlines.png")):
        shutil.copy(films / "images" / f"film-{number:02d}.png", os.fsencode(odd) + b"/" + name)
    ended = medunet("predict", "odd", "--model", trained)
    assert ended.code == 0, ended.err
    assert "\x1b" not in ended.out + ended.err
    assert ended.out.splitlines()[-1] == "3 films done"
    with (inside / "predictions" / "measurements.csv").open(newline="", encoding="utf-8") as file:
        assert len({row["case"] for row in csv.DictReader(file)}) == 3
