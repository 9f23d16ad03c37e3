from __future__ import annotations

import csv
import os
import shutil
import time

import numpy as np
import PIL.Image
import pytest

from medunet.errors import InputError, OutputError
from medunet.images import write_dicom
from medunet.measuring import COLUMNS
from medunet.workflows.measure import measure
from medunet.workflows.output import MARK


def rows_of(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def ratios(done):
    return {row["case"]: row["value"] for row in done.table if row["measurement"] == "ctr"}


@pytest.fixture
def work(write_films, tmp_path):
    """Four films with exact masks, and the ratios they were drawn with."""
    drawn = write_films(tmp_path / "films", count=4, seed=7)
    return tmp_path, {film.id: film.ctr for film in drawn}


def test_exact_masks_give_the_ratio_they_were_drawn_with(work):
    place, truth = work
    done = measure([place / "films" / "masks"], out=place / "out")
    assert ratios(done) == pytest.approx(truth, abs=1e-6)
    rows = rows_of(place / "out" / "measurements.csv")
    assert tuple(rows[0]) == COLUMNS
    assert {row["source"] for row in rows} == {"masks"}
    assert not (place / "out" / "overlays").exists()  # no film to draw on
    assert not any(row["verdict"] for row in rows)  # view and age are unknown
    assert "phantom-00003" in (place / "out" / "report.html").read_text()


def test_tables_say_where_each_mask_comes_from(tmp_path):
    heading = "ImageID,{}Landmarks,Left Lung,Right Lung,Heart,Height,Width\n"
    drawn = '"","22 2 30 2 38 2","18 2 26 2 34 2","28 2 36 2",8,8\n'
    (tmp_path / "one.csv").write_text(heading.format("Dataset,") + f"a,VinDr-CXR,{drawn}b,,{drawn}")
    (tmp_path / "two.csv").write_text(heading.format("") + f"c,{drawn}")
    done = measure([tmp_path / "one.csv", tmp_path / "two.csv"], out=tmp_path / "out")
    assert {row["case"]: row["source"] for row in done.table} == {"a": "VinDr-CXR", "b": "one", "c": "two"}


def test_films_bring_overlays_view_and_age(work):
    place, truth = work
    done = measure([place / "films" / "masks"], images=place / "films", out=place / "out")
    assert {path.stem for path in (place / "out" / "overlays").iterdir()} == set(truth)
    with (place / "films" / "cases.csv").open(newline="") as file:
        told = {row["id"]: row for row in csv.DictReader(file)}
    for row in done.table:
        if row["measurement"] == "ctr":
            film = told[row["case"]]
            may = film["view"] == "PA" and float(film["age"]) >= 18
            assert bool(row["verdict"]) == may, film


def test_films_bring_the_spacing_and_its_plane(work):
    place, truth = work
    from medunet.phantoms import chest_film

    film = chest_film(7, 0, size=64)
    (place / "dicom").mkdir()
    write_dicom(place / "dicom" / f"{film.id}.dcm", film.image, seed="x")
    done = measure([place / "films" / "masks" / f"{film.id}.png"], images=place / "dicom", out=place / "out")
    widths = [row for row in done.table if row["measurement"] == "heart_width"]
    assert all(row["unit"] == "mm" for row in widths)
    assert any("detector" in str(row["reason"]) for row in done.table)
    assert ratios(done)[film.id] == pytest.approx(truth[film.id], abs=1e-6)


@pytest.mark.parametrize("with_films", [True, False])
def test_what_the_masks_were_not_searched_for_is_no_missing_organ(work, tmp_path, with_films):
    place, _ = work
    for name in ("heart", "lung"):
        for mask in sorted((place / "films" / "masks").glob("*.png"))[: 2 if name == "heart" else 1]:
            (tmp_path / "apart" / name).mkdir(parents=True, exist_ok=True)
            drawn = np.asarray(PIL.Image.open(mask))
            here = drawn == 3 if name == "heart" else (drawn == 1) | (drawn == 2)
            PIL.Image.fromarray(255 * here.astype(np.uint8)).save(tmp_path / "apart" / name / mask.name)
    told = {"images": place / "films"} if with_films else {}
    done = measure([tmp_path / "apart"], out=place / "out", **told)
    reasons = {row["case"]: row["reason"] for row in done.table if row["measurement"] == "ctr"}
    assert reasons["phantom-00001"] == "lungs not looked for"
    assert ratios(done)["phantom-00000"] is not None


def test_what_the_user_states_gives_a_verdict(work):
    place, _ = work
    done = measure([place / "films" / "masks"], out=place / "out", view="PA", adult=True)
    assert {row["verdict"] for row in done.table if row["measurement"] == "ctr"} <= {
        "enlarged",
        "normal",
        "indeterminate",
    }


def test_names_may_be_given(work):
    place, truth = work
    (place / "films" / "masks" / "labels.json").unlink()
    rename = {"label_1": "lung", "label_2": "lung", "label_3": "heart"}
    done = measure([place / "films" / "masks"], out=place / "out", rename=rename)
    assert ratios(done) == pytest.approx(truth, abs=1e-6)


def test_one_mask_that_fails_fails_alone(work, heard):
    place, _ = work
    masks = place / "films" / "masks"
    measure([masks], images=place / "films", out=place / "out")
    PIL.Image.open(masks / "phantom-00001.png").resize((32, 32)).save(masks / "phantom-00001.png")
    whole = (masks / "phantom-00002.png").read_bytes()
    (masks / "phantom-00002.png").write_bytes(whole[: len(whole) // 2])
    done = measure([masks], images=place / "films", out=place / "out", progress=heard)
    assert set(done.failed) == {"phantom-00001", "phantom-00002"}
    failed = {row["case"]: row for row in rows_of(place / "out" / "failed.csv")}
    assert "the mask has 32 × 32" in failed["phantom-00001"]["reason"]
    assert failed["phantom-00002"]["file"] == "phantom-00002.png"
    assert set(ratios(done)) == {"phantom-00000", "phantom-00003"}
    assert heard.open is None
    # No picture is left from before it failed.
    assert {path.stem for path in (place / "out" / "overlays").iterdir()} == {"phantom-00000", "phantom-00003"}
    (masks / "phantom-00002.png").write_bytes(whole)
    (masks / "phantom-00001.png").unlink()
    again = measure([masks], images=place / "films", out=place / "out")
    assert not again.failed
    assert not (place / "out" / "failed.csv").exists()


def test_a_missing_structure_is_a_result_with_its_reason(work):
    place, _ = work
    path = place / "films" / "masks" / "phantom-00000.png"
    pixels = np.array(PIL.Image.open(path))
    PIL.Image.fromarray(np.where(pixels == 3, 0, pixels).astype(np.uint8)).save(path)
    done = measure([place / "films" / "masks"], out=place / "out")
    row = next(r for r in done.table if (r["case"], r["measurement"]) == ("phantom-00000", "ctr"))
    assert (row["value"], row["status"]) == (None, "missing")
    assert "heart" in row["reason"]
    assert not done.failed


def test_masks_without_a_film_are_told(work, heard):
    place, _ = work
    (place / "films" / "images" / "phantom-00003.png").unlink()
    shutil.copytree(place / "films" / "images", place / "only")
    done = measure([place / "films" / "masks"], images=place / "only", out=place / "out", progress=heard)
    assert len(done.done) == 4
    assert any("1 of 4 masks have no film of their name" in said and "phantom-00003" in said for said in heard.said)


@pytest.mark.parametrize("kind", ["empty", "nowhere", "foreign"])
def test_what_cannot_be_done_is_one_line_and_leaves_nothing(work, digest, kind):
    place, _ = work
    (place / "empty").mkdir()
    (place / "theirs").mkdir()
    (place / "theirs" / "measurements.csv").write_text("theirs")
    before = digest(place)
    masks = place / "films" / "masks" if kind == "foreign" else place / kind
    out = place / "theirs" if kind == "foreign" else place / "out"
    with pytest.raises((InputError, OutputError)) as fault:
        measure([masks], out=out, overwrite=True)
    assert "\n" not in str(fault.value)
    assert digest(place) == before
    assert not (place / "out").exists()


def test_masks_and_films_among_the_own_results_are_refused(work, digest):
    place, _ = work
    out, films = place / "out", place / "films"
    measure([films / "masks"], images=films, out=out)
    before = digest(place)
    for told in ({"masks": [out / "overlays"]}, {"masks": [films / "masks"], "images": out / "overlays"}):
        with pytest.raises((InputError, OutputError)):
            measure(told["masks"], images=told.get("images"), out=out, overwrite=True)
        assert digest(place) == before


@pytest.fixture
def later():
    """Give a file a time after all that was done so far."""

    def touch(path):
        os.utime(path, (time.time() + 5, time.time() + 5))

    return touch


@pytest.mark.parametrize("with_films", [True, False])
def test_called_again_only_what_has_changed_is_measured(work, later, with_films):
    place, _ = work
    told = {"images": place / "films"} if with_films else {}
    first = measure([place / "films" / "masks"], out=place / "out", **told)
    files = {path.name: path.read_bytes() for path in (place / "out").rglob("*") if path.is_file()}
    assert first.kept == 0
    again = measure([place / "films" / "masks"], out=place / "out", **told)
    assert (again.kept, again.done, again.table) == (4, first.done, first.table)
    assert {path.name: path.read_bytes() for path in (place / "out").rglob("*") if path.is_file()} == files
    later(place / "films" / "masks" / "phantom-00001.png")
    changed = measure([place / "films" / "masks"], out=place / "out", **told)
    assert (changed.kept, changed.table) == (3, first.table)


@pytest.mark.parametrize("what", ["overlay", "film", "table", "measurements.csv", "broken off"])
def test_what_a_number_depends_on_counts(work, later, what):
    place, _ = work
    films, out = place / "films", place / "out"
    measure([films / "masks"], images=films, out=out)
    if what == "overlay":
        (out / "overlays" / "phantom-00001.png").unlink()
    elif what == "film":
        later(films / "images" / "phantom-00001.png")
    elif what == "table":
        later(films / "cases.csv")
    elif what == "measurements.csv":
        (out / "measurements.csv").write_text("case;value")
    else:  # a call that was killed before it wrote a table: what changed before it began is not in the table there is
        later(out / MARK)
    kept = measure([films / "masks"], images=films, out=out).kept
    assert kept == (3 if what in ("overlay", "film") else 0)


def test_a_mask_that_is_kept_goes_by_the_subject_that_its_film_s_name_tells_now(write_films, tmp_path):
    """Names tell subjects where there are enough of them; else every film stands for itself."""
    drawn = write_films(tmp_path / "drawn", count=4, seed=7)

    def add(name, film):
        for folder in ("images", "masks"):
            (tmp_path / folder).mkdir(exist_ok=True)
            shutil.copy(tmp_path / "drawn" / folder / f"{film.id}.png", tmp_path / folder / f"{name}.png")

    def subjects():
        done = measure([tmp_path / "masks"], images=tmp_path / "images", out=tmp_path / "out")
        return done.kept, {row["case"]: row["subject"] for row in done.table}

    add("s1_a", drawn[0])
    shutil.copy(tmp_path / "drawn" / "masks" / "labels.json", tmp_path / "masks")
    assert subjects() == (0, {"s1_a": "s1_a"})
    for name, film in zip(("s1_b", "s2_a", "s3_a"), drawn[1:], strict=True):
        add(name, film)
    assert subjects() == (1, {"s1_a": "s1", "s1_b": "s1", "s2_a": "s2", "s3_a": "s3"})


def test_other_names_of_the_values_are_other_results(work):
    place, _ = work
    measure([place / "films" / "masks"], out=place / "out")
    labels = place / "films" / "masks" / "labels.json"
    labels.write_text(labels.read_text().replace("heart", "mediastinum"))
    with pytest.raises(OutputError, match=r"holds other results \(differs in: labels\)"):
        measure([place / "films" / "masks"], out=place / "out")


def test_stopped_it_keeps_what_is_measured(work, monkeypatch):
    from medunet.workflows import measure as module

    plain, calls = module.measure_case, []

    def stops(*told):
        calls.append(told)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return plain(*told)

    place, _ = work
    monkeypatch.setattr(module, "measure_case", stops)
    with pytest.raises(KeyboardInterrupt):
        measure([place / "films" / "masks"], out=place / "out")
    monkeypatch.undo()
    assert measure([place / "films" / "masks"], out=place / "out").kept == 2
