from __future__ import annotations

import csv
import json
import os
import shutil
from types import SimpleNamespace

import numpy as np
import pytest

from medunet.cases.masks import read_masks
from medunet.errors import InputError, OutputError
from medunet.images import read_image, read_pixels, write_csv, write_dicom
from medunet.measuring import COLUMNS, Intervals, Residuals
from medunet.phantoms import chest_film
from medunet.prediction import Checks, Domain, Quality, add_checks, load_model
from medunet.workflows.predict import predict


def rows_of(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def work(others, tmp_path):
    """A folder with copies of four films, without masks."""
    shutil.copytree(others / "images", tmp_path / "in")
    return tmp_path


def go(trained, inputs, out, **told):
    return predict(
        [inputs] if not isinstance(inputs, list) else inputs, model=trained.folder, out=out, device="cpu", **told
    )


def test_the_allocator_is_kept_before_the_first_tensor(trained, others, tmp_path, monkeypatch):
    told = []
    monkeypatch.setattr("medunet.networks.keep_allocator", lambda: told.append("kept"))
    monkeypatch.setattr("medunet.prediction.load_model", lambda name: told.append("loaded") or load_model(name))
    go(trained, next((others / "images").glob("*.png")), tmp_path / "out")
    assert told == ["kept", "loaded"]


def test_every_film_gets_mask_overlay_and_measurements(trained, work, heard):
    done = go(trained, work / "in", work / "out", progress=heard)
    assert len(done.done) == 4
    assert not done.failed
    model = load_model(trained.folder)
    for case in done.done:
        image = read_image(work / "in" / f"{case}.png")
        mask = read_pixels(work / "out" / "masks" / f"{case}.png").array
        assert mask.dtype == np.uint8
        assert (mask == model.predict(image).labels.array).all()
        overlay = read_pixels(work / "out" / "overlays" / f"{case}.png").array
        assert overlay.shape[0] == 3 or overlay.ndim == 3
    assert json.loads((work / "out" / "masks" / "labels.json").read_text()) == {"background": 0, "lung": 1, "heart": 2}
    table = rows_of(work / "out" / "measurements.csv")
    assert tuple(table[0]) == COLUMNS
    assert {row["case"] for row in table} == set(done.done)
    assert {row["measurement"] for row in table} >= {"ctr", "heart_width", "thorax_width"}
    assert not (work / "out" / "failed.csv").exists()
    assert "phantom-00003" in (work / "out" / "report.html").read_text()
    assert heard.tasks == [("predicting", 4)]


def test_its_masks_are_read_back_under_their_names(trained, work):
    done = go(trained, work / "in", work / "out")
    masks = read_masks([work / "out" / "masks"])
    assert masks.scheme.names == ("lung", "heart")
    assert [mask.id for mask in masks] == list(done.done)


def test_a_bad_film_among_good_ones_fails_alone(trained, work, heard):
    (work / "in" / "text.png").write_text("this is no picture")
    whole = (work / "in" / "phantom-00001.png").read_bytes()
    (work / "in" / "phantom-00001.png").write_bytes(whole[: len(whole) // 2])
    film = chest_film(3, 0, size=64)
    write_dicom(work / "in" / "cut.dcm", film.image, seed="cut")
    (work / "in" / "cut.dcm").write_bytes((work / "in" / "cut.dcm").read_bytes()[:-2000])
    done = go(trained, work / "in", work / "out", progress=heard)
    assert set(done.failed) == {"text", "phantom-00001", "cut"}
    assert len(done.done) == 3
    failed = {row["case"]: row for row in rows_of(work / "out" / "failed.csv")}
    assert {case: row["file"] for case, row in failed.items()} == {
        "text": "text.png",
        "phantom-00001": "phantom-00001.png",
        "cut": "cut.dcm",
    }
    assert all(row["reason"] for row in failed.values())
    assert {path.stem for path in (work / "out" / "masks").glob("*.png")} == set(done.done)
    page = (work / "out" / "report.html").read_text()
    assert "3 of 6 films were measured" in page
    # Mended, the same call completes it and the list of failures goes.
    (work / "in" / "phantom-00001.png").write_bytes(whole)
    (work / "in" / "text.png").unlink()
    (work / "in" / "cut.dcm").unlink()
    again = go(trained, work / "in", work / "out")
    assert (len(again.done), again.kept, again.failed) == (4, 3, {})
    assert not (work / "out" / "failed.csv").exists()


def test_called_again_it_completes_what_is_missing(trained, work):
    first = go(trained, work / "in", work / "out")
    before = {path: path.stat().st_mtime_ns for path in (work / "out").rglob("*.png")}
    gone = work / "out" / "masks" / "phantom-00002.png"
    content = gone.read_bytes()
    gone.unlink()
    again = go(trained, work / "in", work / "out")
    assert (first.kept, again.kept) == (0, 3)
    assert gone.read_bytes() == content
    for path, time in before.items():
        assert ("phantom-00002" in path.name) or path.stat().st_mtime_ns == time
    assert [row["case"] for row in again.table] == [row["case"] for row in first.table]
    assert again.done == first.done


def test_called_again_all_there_reads_no_film(trained, work, monkeypatch):
    first = go(trained, work / "in", work / "out")
    table = (work / "out" / "measurements.csv").read_text()
    monkeypatch.setattr("medunet.prediction.Model.predict", lambda *_: pytest.fail("predicted again"))
    again = go(trained, work / "in", work / "out")
    assert again.kept == len(first.done) == 4
    assert (work / "out" / "measurements.csv").read_text() == table


def test_a_film_that_changed_since_is_predicted_anew(trained, work):
    go(trained, work / "in", work / "out")
    mask = work / "out" / "masks" / "phantom-00000.png"
    before = mask.read_bytes()
    shutil.copy(work / "in" / "phantom-00003.png", work / "in" / "phantom-00000.png")
    later = mask.stat().st_mtime + 5
    os.utime(work / "in" / "phantom-00000.png", (later, later))
    again = go(trained, work / "in", work / "out")
    assert again.kept == 3
    assert mask.read_bytes() != before


def test_a_table_that_changed_since_counts(trained, work):
    table = work / "in" / "list.csv"
    write_csv(table, ["id", "path", "view", "age"], [["one", "phantom-00000.png", "AP", "58"]])
    go(trained, table, work / "out")
    write_csv(table, ["id", "path", "view", "age"], [["one", "phantom-00000.png", "AP", "7"]])
    later = table.stat().st_mtime + 5
    os.utime(table, (later, later))
    assert go(trained, table, work / "out").kept == 0


def test_a_film_that_is_kept_goes_by_the_subject_that_its_name_tells_now(trained, others, tmp_path):
    """Names tell subjects where there are enough of them; else every film stands for itself."""
    films = sorted((others / "images").glob("*.png"))
    (tmp_path / "in").mkdir()
    shutil.copy(films[0], tmp_path / "in" / "s1_a.png")
    assert {row["subject"] for row in go(trained, tmp_path / "in", tmp_path / "out").table} == {"s1_a"}
    for name, film in zip(("s1_b", "s2_a", "s3_a"), films[1:], strict=True):
        shutil.copy(film, tmp_path / "in" / f"{name}.png")
    again = go(trained, tmp_path / "in", tmp_path / "out")
    assert again.kept == 1
    assert {row["subject"] for row in again.table} == {"s1", "s2", "s3"}
    assert rows_of(tmp_path / "out" / "measurements.csv")[0]["subject"] == "s1"


def test_a_table_that_is_named_by_a_pattern_counts_too(trained, work):
    table = work / "in" / "list.csv"
    write_csv(table, ["id", "path", "view"], [["one", "phantom-00000.png", "AP"]])
    go(trained, work / "in" / "*.csv", work / "out")
    write_csv(table, ["id", "path", "view"], [["one", "phantom-00000.png", "lateral"]])
    later = table.stat().st_mtime + 5
    os.utime(table, (later, later))
    again = go(trained, work / "in" / "*.csv", work / "out")
    assert next(row["reason"] for row in again.table if row["measurement"] == "ctr") == "a lateral film has no CTR"


def test_stopped_it_keeps_what_is_done(trained, work, monkeypatch):
    from medunet.prediction import Model

    plain, calls = Model.predict, []

    def stops(self, image, **told):
        calls.append(image.source)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return plain(self, image, **told)

    monkeypatch.setattr(Model, "predict", stops)
    with pytest.raises(KeyboardInterrupt):
        go(trained, work / "in", work / "out")
    assert {row["case"] for row in rows_of(work / "out" / "measurements.csv")} == {"phantom-00000", "phantom-00001"}
    again = go(trained, work / "in", work / "out")
    assert (again.kept, len(again.done)) == (2, 4)


def test_a_film_that_fails_later_leaves_no_mask_from_before(trained, work):
    go(trained, work / "in", work / "out")
    film = work / "in" / "phantom-00000.png"
    film.write_text("spoilt")
    later = film.stat().st_mtime + 5
    os.utime(film, (later, later))
    done = go(trained, work / "in", work / "out")
    assert set(done.failed) == {"phantom-00000"}
    assert not list((work / "out").rglob("phantom-00000*"))
    assert "phantom-00000" not in {row["case"] for row in rows_of(work / "out" / "measurements.csv")}


def test_two_inputs_of_one_name(trained, work):
    shutil.copytree(work / "in", work / "more")
    done = go(trained, [work / "in" / "phantom-00000.png", work / "more" / "phantom-00000.png"], work / "out")
    assert done.done == ("in_phantom-00000", "more_phantom-00000")
    assert (work / "out" / "masks" / "more_phantom-00000.png").is_file()


def test_a_table_brings_the_view_and_age_and_so_a_verdict(trained, work):
    rows = [
        ["adult", "phantom-00000.png", "PA", "58"],
        ["child", "phantom-00001.png", "PA", "7"],
        ["bed", "phantom-00002.png", "AP", "58"],
    ]
    write_csv(work / "in" / "list.csv", ["id", "path", "view", "age"], rows)
    done = go(trained, work / "in" / "list.csv", work / "out")
    verdict = {row["case"]: row["verdict"] for row in done.table if row["measurement"] == "ctr"}
    assert set(verdict) == {"adult", "child", "bed"}
    assert not verdict["child"]
    assert not verdict["bed"]
    values = {row["case"]: row for row in done.table if row["measurement"] == "ctr"}
    if values["adult"]["value"] is not None:
        assert values["adult"]["verdict"] in ("enlarged", "normal", "indeterminate")


def test_what_the_user_states_of_view_and_age_goes_first(trained, work):
    stated = go(trained, work / "in", work / "stated", view="lateral")
    assert all(row["value"] is None or row["status"] != "ok" for row in stated.table if row["measurement"] == "ctr")
    with pytest.raises(OutputError, match="differs in: view"):
        go(trained, work / "in", work / "stated", view="PA")


def test_a_dicom_film_gets_a_mask_of_its_own_size(trained, work):
    film = chest_film(3, 0, size=96, bits=12)
    write_dicom(work / "one.dcm", film.image, seed="one")
    done = go(trained, work / "one.dcm", work / "out")
    assert read_pixels(work / "out" / "masks" / "one.png").array.shape[-2:] == (96, 96)
    widths = [row for row in done.table if row["measurement"] == "heart_width"]
    assert all(row["unit"] == "mm" for row in widths if row["value"] is not None)


def test_an_id_of_a_table_writes_nothing_outside(trained, work):
    write_csv(work / "in" / "list.csv", ["id", "path"], [["../../escaped", "phantom-00000.png"]])
    go(trained, work / "in" / "list.csv", work / "out" / "deep")
    written = {path.name for path in (work / "out").rglob("*.png")}
    assert written == {"_.._escaped.png"} or all("escaped" in name for name in written)
    assert not list(work.glob("escaped*"))
    assert not list((work / "out").glob("escaped*"))


@pytest.mark.parametrize("kind", ["foreign", "file", "run"])
def test_another_folder_is_left_as_it_is(trained, work, run_copy, digest, kind):
    out = {"foreign": work / "theirs", "file": work / "file", "run": run_copy}[kind]
    if kind == "foreign":
        out.mkdir()
        (out / "masks").mkdir()
        (out / "masks" / "precious.png").write_text("keep")
    if kind == "file":
        out.write_text("keep")
    before = digest(work)
    with pytest.raises(OutputError):
        go(trained, work / "in", out, overwrite=True)
    assert digest(work) == before


def test_no_model_and_no_input_leave_nothing(trained, work):
    with pytest.raises(InputError, match="holds no model"):
        predict([work / "in"], model=work / "in", out=work / "out", device="cpu")
    with pytest.raises(InputError, match="is not there"):
        go(trained, work / "nowhere", work / "out")
    assert not (work / "out").exists()


def test_a_full_disk_midway_keeps_what_is_done(trained, work, monkeypatch):
    from medunet.workflows import predict as module

    plain = module.write_labels

    def full(path, labels):
        if "00002" in path.name:
            raise OutputError(path, "the disk is full", "Free some space or write elsewhere")
        plain(path, labels)

    monkeypatch.setattr(module, "write_labels", full)
    with pytest.raises(OutputError, match="the disk is full"):
        go(trained, work / "in", work / "out")
    monkeypatch.undo()
    assert go(trained, work / "in", work / "out").kept == 2


@pytest.mark.parametrize("content", ["", "case;value\na;1\n", None])
def test_a_table_that_other_programs_changed_is_made_anew(trained, work, content):
    done = go(trained, work / "in", work / "out")
    table = work / "out" / "measurements.csv"
    whole = table.read_bytes()
    if content is None:
        table.write_bytes(whole.replace(b",0.", b",0;", 1) + b"\xff")
    else:
        table.write_text(content)
    again = go(trained, work / "in", work / "out")
    assert (again.kept, again.done) == (0, done.done)
    assert table.read_bytes() == whole


def test_an_input_among_the_own_results_is_refused(trained, work, digest):
    go(trained, work / "in", work / "out")
    before = digest(work / "out")
    for told in ({}, {"overwrite": True}):
        with pytest.raises(OutputError, match=r"differs in: inputs|holds what is to be read"):
            go(trained, work / "out" / "masks", work / "out", **told)
    assert digest(work / "out") == before


@pytest.fixture
def bounded(run_copy):
    """The tiny run, whose model holds intervals of 12 subjects: the ratio ± 0.03."""
    path = run_copy / "model" / "model.json"
    told = Intervals({"ctr": Residuals((0.03,) * 12)}, "validation cases").to_dict()
    path.write_text(json.dumps(json.loads(path.read_text()) | {"intervals": told}))
    return SimpleNamespace(folder=run_copy)


def test_every_ratio_carries_the_model_s_interval(bounded, work):
    go(bounded, work / "in", work / "out")
    ratios = [row for row in rows_of(work / "out" / "measurements.csv") if row["measurement"] == "ctr"]
    assert len(ratios) == 4
    for row in (row for row in ratios if row["value"]):
        assert row["level"] == "0.9"
        assert float(row["low"]) == pytest.approx(float(row["value"]) - 0.03, abs=1e-5)
        assert float(row["high"]) == pytest.approx(float(row["value"]) + 0.03, abs=1e-5)
    assert any(row["value"] for row in ratios)
    assert "How to read the interval" in (work / "out" / "report.html").read_text()
    again = go(bounded, work / "in", work / "out")
    assert again.kept == 4


def test_a_model_without_intervals_says_why_in_the_row(run_copy, work):
    path = run_copy / "model" / "model.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"intervals": {"reason": "fine-tuned"}}))
    go(SimpleNamespace(folder=run_copy), work / "in", work / "out")
    for row in rows_of(work / "out" / "measurements.csv"):
        said = row["reason"].count("no interval: fine-tuned")
        assert said == (1 if row["unit"] == "ratio" and row["value"] else 0)
        assert not row["level"]


def test_a_folder_of_the_model_before_it_was_calibrated_is_refused(trained, bounded, work):
    """The weights are the same; the intervals are not."""
    go(trained, work / "in", work / "out")
    with pytest.raises(OutputError, match=r"differs in: .*intervals"):
        go(bounded, work / "in", work / "out")


def doubting(folder, looks, bias):
    """Give a model folder checks: one that doubts every picture where the bias is above 0, and one estimate for all."""
    network = load_model(folder).networks[0]
    width = 16 * network.config.widths[-1] + 64 * 2
    zeros = np.zeros((2, width), np.float32)
    domain = Domain((looks,), zeros[0], zeros[0] + 1, zeros, np.array([0, bias], np.float32), 0.0, (9, 9), (0.0, 0.0))
    add_checks(folder / "model", Checks(Quality(4.0, 0.0, 0.0, (), 9, 40, 0.01), domain))


def test_a_doubted_picture_keeps_its_numbers_flagged_and_has_no_verdict(run_copy, work):
    doubting(run_copy, "upside down", 1.0)
    plain = predict([work / "in"], model=run_copy, out=work / "plain", view="PA", adult=True, device="cpu")
    assert {row["status"] for row in plain.table} <= {"flagged", "missing"}
    assert not any(row["verdict"] for row in plain.table)
    said = "not an upright picture of the kind the model was made from: looks upside down"
    assert all(row["reason"].startswith(said) for row in plain.table)
    assert "looks upside down" in (work / "plain" / "report.html").read_text()


def test_the_estimated_dice_stands_in_every_row_and_on_the_page(run_copy, trained, work):
    doubting(run_copy, "upside down", -1.0)
    found = predict([work / "in"], model=run_copy, out=work / "out", device="cpu")
    before = go(trained, work / "in", work / "before")
    assert {row["quality"] for row in rows_of(work / "out" / "measurements.csv")} == {"0.982014"}
    assert {row["quality"] for row in before.table} == {None}
    kept = ("case", "measurement", "value", "status", "reason")
    assert [[row[key] for key in kept] for row in found.table] == [[row[key] for key in kept] for row in before.table]
    assert "estimated Dice" in (work / "out" / "report.html").read_text()
    assert "estimated Dice" not in (work / "before" / "report.html").read_text()


def test_a_folder_of_the_model_before_it_had_checks_is_refused(run_copy, work):
    predict([work / "in"], model=run_copy, out=work / "out", device="cpu")
    doubting(run_copy, "mirrored", 1.0)
    with pytest.raises(OutputError):
        predict([work / "in"], model=run_copy, out=work / "out", device="cpu")
