"""Wrong inputs give one clear line and the right exit code, and lose nothing: the list of the main job."""

from __future__ import annotations

import csv
import json
import os
import shutil

import numpy as np
import PIL.Image
import pytest


def spoil_with_text(path):
    path.write_text("this is no picture", encoding="utf-8")


def truncate(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


@pytest.fixture
def dicom(tmp_path):
    """A synthetic film as DICOM."""
    from medunet.images import write_dicom
    from medunet.phantoms import chest_film

    path = tmp_path / "dicom" / "film.dcm"
    path.parent.mkdir()
    write_dicom(path, chest_film(4, 0, size=64, bits=12).image, seed="film")
    return path


# --- an empty folder ---


@pytest.mark.parametrize("words", [["plan", "@"], ["train", "@"], ["measure", "@"], ["evaluate", "@", "@"]])
def test_an_empty_folder(medunet, inside, words):
    (inside / "empty").mkdir()
    ended = medunet(*(word.replace("@", "empty") for word in words))
    assert ended.code == 1
    assert ended.out == ""
    assert "empty" in ended.message
    assert list(inside.iterdir()) == [inside / "empty"]


def test_an_empty_folder_to_predict(medunet, inside, trained):
    (inside / "empty").mkdir()
    ended = medunet("predict", "empty", "--model", trained)
    assert ended.code == 1
    assert "empty" in ended.message
    assert not (inside / "predictions").exists()


# --- a text file named .png, a truncated PNG, a truncated DICOM ---


@pytest.mark.parametrize("spoil", [spoil_with_text, truncate])
def test_a_broken_film_stops_training_before_it_starts(medunet, inside, own_films, tiny, tree, spoil):
    spoil(own_films / "images" / "film-03.png")
    before = tree(own_films)
    ended = medunet("train", own_films, "--out", "run", *tiny)
    assert ended.code == 1
    assert "film-03.png" in ended.message
    assert tree(own_films) == before
    assert not (inside / "run" / "model").exists()


@pytest.mark.parametrize("spoil", [spoil_with_text, truncate])
def test_a_broken_mask_stops_training_before_it_starts(medunet, inside, own_films, tiny, spoil):
    spoil(own_films / "masks" / "film-03.png")
    ended = medunet("train", own_films, "--out", "run", *tiny)
    assert ended.code == 1
    assert "film-03.png" in ended.message
    assert not (inside / "run" / "model").exists()


@pytest.mark.parametrize("spoil", [spoil_with_text, truncate])
def test_a_broken_film_among_good_ones_fails_alone(medunet, inside, own_films, trained, spoil):
    spoil(own_films / "images" / "film-03.png")
    ended = medunet("predict", own_films / "images", "--model", trained)
    assert ended.code == 3
    assert "Traceback" not in ended.err
    assert ended.out.splitlines()[-1].startswith("11 films done, 1 failed")
    with (inside / "predictions" / "failed.csv").open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["case"], row["file"]) == ("film-03", "film-03.png")
    assert row["reason"]
    assert len(list((inside / "predictions" / "masks").glob("*.png"))) == 11


@pytest.mark.parametrize("spoil", [spoil_with_text, truncate])
def test_a_broken_dicom_fails_alone(medunet, inside, films, trained, dicom, spoil):
    good = films / "images" / "film-00.png"
    spoil(dicom)
    ended = medunet("predict", good, dicom, "--model", trained, "--json")
    assert ended.code == 3
    result = json.loads(ended.out)
    assert result["done"] == 1
    assert list(result["failed"]) == ["film"]


def test_a_whole_dicom_is_read(medunet, inside, trained, dicom):
    ended = medunet("predict", dicom, "--model", trained, "--json")
    assert (ended.code, json.loads(ended.out)["failed"]) == (0, {})


def test_a_broken_mask_among_good_ones_is_not_measured_and_counted(medunet, inside, own_films):
    truncate(own_films / "masks" / "film-03.png")
    ended = medunet("measure", own_films / "masks")
    assert ended.code == 3
    assert ended.out.splitlines()[-1].startswith("11 films done, 1 failed")


# --- masks of another size, with odd values, of a subject in two splits ---


def enlarge(path):
    with PIL.Image.open(path) as mask:
        larger = mask.resize((80, 72), PIL.Image.Resampling.NEAREST)
    larger.save(path)


def test_masks_of_another_size_to_train_on(medunet, inside, own_films, tiny):
    enlarge(own_films / "masks" / "film-03.png")
    ended = medunet("train", own_films, "--out", "run", *tiny)
    assert ended.code == 1
    assert "film-03" in ended.message
    assert "64" in ended.message
    assert "80" in ended.message
    assert not (inside / "run" / "model").exists()


def test_masks_of_another_size_to_score(medunet, inside, own_films, films):
    masks = shutil.copytree(own_films / "masks", inside / "theirs")
    enlarge(masks / "film-03.png")
    ended = medunet("evaluate", "theirs", films, "--json")
    assert ended.code == 3
    result = json.loads(ended.out)
    assert list(result["failed"]) == ["film-03"]
    dice = result["summary"]["heart"]["dice"]
    assert dice["mean"] == pytest.approx(11 / 12)
    assert dice["not_predicted"] == 1


def test_masks_of_another_size_to_measure(medunet, inside, own_films):
    enlarge(own_films / "masks" / "film-03.png")
    ended = medunet("measure", own_films / "masks", "--images", own_films / "images", "--json")
    assert ended.code == 3
    assert list(json.loads(ended.out)["failed"]) == ["film-03"]


@pytest.mark.parametrize("smoothed", [1, 12], ids=["one of them", "all of them"])
def test_a_mask_with_seven_grey_values(medunet, inside, own_films, tiny, tree, smoothed):
    (own_films / "masks" / "labels.json").unlink()
    for number, path in enumerate(sorted((own_films / "masks").glob("*.png"))):
        with PIL.Image.open(path) as mask:
            grey = ((np.asarray(mask) > 0) * 255).astype(np.uint8)
        if number < smoothed:
            grey[:5, 0] = [42, 85, 127, 170, 212]
            assert len(np.unique(grey)) == 7
        PIL.Image.fromarray(grey).save(path)
    before = tree(own_films)
    ended = medunet("train", own_films, "--out", "run", *tiny)
    assert ended.code == 1
    assert "film-00.png" in ended.message
    assert "7 grey values" in ended.message
    assert "without smoothing" in ended.message
    assert tree(own_films) == before
    assert not (inside / "run").exists()


def test_a_subject_in_two_given_splits(medunet, inside, own_films, tiny):
    splits = ["train"] * 8 + ["val", "val", "test", "test"]
    subjects = [f"S{number}" for number in range(12)]
    subjects[11] = "S0"
    with (own_films / "cases.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["id", "subject", "split"])
        table.writerows([f"film-{n:02d}", subjects[n], splits[n]] for n in range(12))
    ended = medunet("train", own_films / "cases.csv", "--out", "run", *tiny)
    assert ended.code == 1
    assert "train" in ended.message
    assert "test" in ended.message
    assert not (inside / "run").exists()


# --- places that must not or cannot be written ---

WRITERS = [
    ["train", "@films"],
    ["evaluate", "@run"],
    ["predict", "@films/images", "--model", "@run"],
    ["measure", "@films/masks"],
    ["demo"],
]


def filled(words, films, trained):
    return [word.replace("@films", str(films)).replace("@run", str(trained)) for word in words]


@pytest.mark.parametrize("words", WRITERS, ids=lambda words: words[0])
@pytest.mark.parametrize("overwrite", [[], ["--overwrite"]])
def test_a_folder_that_something_else_made_is_never_touched(medunet, inside, films, trained, tree, words, overwrite):
    theirs = inside / "theirs"
    (theirs / "masks").mkdir(parents=True)
    (theirs / "thesis.txt").write_text("years of work", encoding="utf-8")
    (theirs / "report.html").write_text("theirs", encoding="utf-8")
    before = tree(inside)
    ended = medunet(*filled(words, films, trained), "--out", "theirs", *overwrite)
    assert ended.code == 1
    assert "theirs" in ended.message
    assert "not made by medunet" in ended.message
    assert tree(inside) == before


@pytest.mark.parametrize("words", WRITERS, ids=lambda words: words[0])
def test_a_file_in_the_place_of_the_folder(medunet, inside, films, trained, tree, words):
    (inside / "taken").write_text("a file", encoding="utf-8")
    before = tree(inside)
    ended = medunet(*filled(words, films, trained), "--out", "taken")
    assert ended.code == 1
    assert "taken" in ended.message
    assert tree(inside) == before


def test_results_of_other_settings_are_kept_unless_told(medunet, inside, films, trained, tree):
    film, other = (films / "images" / f"film-{number:02d}.png" for number in (0, 1))
    assert medunet("predict", film, "--model", trained).code == 0
    before = tree(inside)
    ended = medunet("predict", other, "--model", trained)
    assert ended.code == 1
    assert "--overwrite" in ended.message
    assert tree(inside) == before
    (inside / "predictions" / "note.txt").write_text("mine", encoding="utf-8")
    assert medunet("predict", other, "--model", trained, "--overwrite").code == 0
    assert [path.name for path in (inside / "predictions" / "masks").glob("*.png")] == ["film-01.png"]
    assert (inside / "predictions" / "note.txt").read_text(encoding="utf-8") == "mine"


@pytest.fixture
def read_only(tmp_path):
    """A folder that may be read and not written."""
    place = tmp_path / "locked"
    place.mkdir()
    (place / "inside.txt").write_text("x", encoding="utf-8")
    place.chmod(0o555)
    yield place
    place.chmod(0o755)


@pytest.mark.parametrize("words", [WRITERS[0], WRITERS[3]], ids=lambda words: words[0])
def test_a_read_only_folder(process, films, trained, read_only, tree, without_root, tmp_path, words):
    before = tree(read_only)
    ended = process(*filled(words, films, trained), "--out", read_only / "new", cwd=tmp_path, preexec_fn=without_root)
    assert ended.code == 1
    assert "locked" in ended.message
    assert tree(read_only) == before


def test_films_in_a_read_only_folder_are_measured(process, own_films, without_root, tmp_path):
    """Data are read and never written: a shared drive without rights is enough."""
    folders = [own_films, *(path for path in own_films.rglob("*") if path.is_dir())]
    for folder in folders:
        folder.chmod(0o555)
    try:
        ended = process("measure", own_films / "masks", "--out", tmp_path / "out", preexec_fn=without_root)
    finally:
        for folder in folders:
            folder.chmod(0o755)
    assert ended.code == 0, ended.err


# --- things that are not there, or not what they are called ---


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["train", "nowhere"], "nowhere"),
        (["plan", "nowhere"], "nowhere"),
        (["evaluate", "nowhere"], "nowhere"),
        (["measure", "nowhere"], "nowhere"),
        (["predict", "nowhere.png", "--model", "@run"], "nowhere.png"),
        (["predict", "*.nowhere", "--model", "@run"], "*.nowhere"),
        (["predict", "https://nowhere.org/film.png", "--model", "@run"], "nothing is fetched"),
        (["predict", "@films/images", "--model", "no-model"], "no-model"),
        (["plan", "@films", "--recipe", "no-recipe"], "chest-xray-small"),
        (["recipes", "show", "no-recipe"], "chest-xray-small"),
        (["models", "show", "no-model"], "no-model"),
        (["measure", "@films/masks", "--images", "nowhere"], "nowhere"),
        (["measure", "@films/masks", "--rename", "herz=coeur"], "no structure is called herz"),
        (["convert", "@films", "--out", "plain", "--rename", "herz=coeur"], "no structure is called herz"),
        (["evaluate", "@run", "--expert", "height"], "height"),
    ],
)
def test_what_is_not_there_is_named(medunet, inside, films, trained, words, named):
    ended = medunet(*filled(words, films, trained))
    assert ended.code in (1, 2)
    assert named in ended.message
    assert ended.out == ""
    assert list(inside.iterdir()) == []


@pytest.mark.parametrize(
    "words",
    [["predict", "", "--model", "@run"], ["measure", "@films/masks", "--out", " "], ["plan", "@films", "--recipe="]],
)
def test_an_empty_word_is_not_the_current_folder(medunet, inside, films, trained, words):
    ended = medunet(*filled(words, films, trained))
    assert ended.code == 2
    assert "a word is empty" in ended.message
    assert list(inside.iterdir()) == []


@pytest.mark.parametrize(
    "words", [["predict", "@", "--model", "@run"], ["predict", "films.zip", "@", "--model", "@run"]]
)
def test_a_spreadsheet_is_no_table_yet(medunet, inside, films, trained, words):
    (inside / "list.xlsx").write_bytes(b"PK\x03\x04")
    (inside / "films.zip").write_bytes(b"PK\x03\x04")
    ended = medunet(*(word.replace("@run", str(trained)).replace("@", "list.xlsx") for word in words))
    assert ended.code == 1
    assert ended.message == "medunet: list.xlsx: is a spreadsheet. Save it as CSV in UTF-8, and give that."
    assert not (inside / "predictions").exists()


def test_a_model_that_would_run_code_is_not_loaded(medunet, inside, films, trained):
    import pickle

    class Canary:
        def __reduce__(self):
            return os.mkdir, ("canary",)

    stolen = shutil.copytree(trained, inside / "stolen")
    (stolen / "model" / "weights.safetensors").write_bytes(pickle.dumps(Canary()))
    ended = medunet("predict", films / "images", "--model", stolen)
    assert ended.code == 1
    assert "weights.safetensors" in ended.message or "stolen" in ended.message
    assert not (inside / "canary").exists()
