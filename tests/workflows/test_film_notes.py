from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from medunet.cases import Case
from medunet.images import write_dicom
from medunet.phantoms import chest_film
from medunet.workflows.film_notes import by_note, contradictions, notes_of, read_notes, sentences, write_notes
from medunet.workflows.measured import Statements
from medunet.workflows.predict import predict

IMAGE = replace(chest_film(1, 0, size=64).image, view="AP", age=7.0, notes=("MONOCHROME1 inverted",))


def case(**tags):
    return Case("x", "s", (Path("x.dcm"),), tags=tags)


@pytest.mark.parametrize(
    ("tags", "stated", "words"),
    [
        ({}, Statements("PA"), "the file says AP and counts, --view says PA"),
        ({"view": "lateral"}, Statements("PA"), "the table says lateral and counts"),
        ({}, Statements(adult=True), "the file says an age below 18 and counts"),
        ({"age": "17"}, Statements(adult=True), "the table says an age below 18 and counts"),
        ({"view": "oblique"}, Statements(), "the table's view is in words that are not known, and does not count"),
        ({"age": "old"}, Statements(), "the table's age is in words that are not known, and does not count"),
    ],
)
def test_a_statement_that_is_contradicted_is_said(tags, stated, words):
    (said,) = contradictions(IMAGE, case(**tags), stated)
    assert words in said


@pytest.mark.parametrize("stated", [Statements(), Statements("AP"), Statements("AP", adult=False)])
def test_a_statement_that_agrees_is_not(stated):
    assert notes_of(IMAGE, case(), stated) == ("MONOCHROME1 inverted",)
    assert contradictions(None, case(), Statements("PA", adult=True)) == ()


def test_notes_are_kept_in_a_table_and_read_back(tmp_path):
    notes = {"a": ("one", "two"), "b": (), "=c": ("one",)}
    write_notes(tmp_path, notes, ["b", "a"])
    assert read_notes(tmp_path, {"a", "b"}) == {"a": ("one", "two")}
    assert read_notes(tmp_path, {"b"}) == {}
    write_notes(tmp_path, {"=c": ("=one",)}, ["=c"])
    assert read_notes(tmp_path, {"=c"}) == {"=c": ("=one",)}
    write_notes(tmp_path, {}, [])
    assert not (tmp_path / "notes.csv").exists()
    assert read_notes(tmp_path, {"a"}) == {}


def test_each_note_is_said_once_the_rarest_first():
    notes = {name: ("common", "rare") if name == "c" else ("common",) for name in "abcd"}
    assert list(by_note(notes)) == ["rare", "common"]
    assert sentences(notes, 4) == ("1 film: rare (c)", "every film: common")
    assert sentences({"a": ("only",)}, 1) == ("1 film: only",)
    assert sentences(dict.fromkeys("abcd", ("some",)), 9) == ("4 films: some (a, b, c, …)",)


def test_a_call_says_keeps_and_shows_what_was_noted(trained, tmp_path, heard):
    """The film's own view counts, and nobody has to find out by comparing verdicts."""
    image = chest_film(1, 0, size=64).image
    for name, view in (("bedside", "AP"), ("upright", "PA")):
        write_dicom(tmp_path / "in" / f"{name}.dcm", image, view=view, age=50.0, inverted=name == "upright")

    def call():
        return predict([tmp_path / "in"], model=trained.folder, out=tmp_path / "out", view="PA", device="cpu",
                       progress=heard)  # fmt: skip

    done = call()
    said = next(text for text in heard.said if "--view says PA" in text)
    assert said.startswith("1 film: the file says AP and counts, --view says PA")
    assert said.endswith("(bedside)")
    assert "1 film: MONOCHROME1 inverted (upright)" in heard.said
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "Notes on the files" in page
    assert "MONOCHROME1 inverted" in page
    again = call()
    assert again.kept == 2
    assert again.notes == done.notes  # kept films keep their notes
    assert (tmp_path / "out" / "report.html").read_text(encoding="utf-8") == page
