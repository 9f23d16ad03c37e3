from __future__ import annotations

import shutil

import PIL.Image
import pytest

HEADER = ("id", "subject", "split")


def rows(count=15, **changes):
    made = []
    for index in range(count):
        row = {"id": f"film-{index:02d}", "subject": f"s{index}", "split": "train" if index else "test"}
        made.append(tuple((row | changes.get(f"row{index}", {})).values()))
    return made


def copied(films, source, target):
    for folder in ("images", "masks"):
        shutil.copy(films / folder / f"film-{source:02d}.png", films / folder / f"film-{target:02d}.png")


@pytest.fixture
def doubled(films):
    copied(films, 0, 14)
    return films


@pytest.fixture
def changed(doubled):
    """The copy is smaller and was a JPEG."""
    path = doubled / "images" / "film-14.png"
    picture = PIL.Image.open(path).resize((120, 120))
    picture.save(path.with_suffix(".jpg"), quality=60)
    path.unlink()
    (doubled / "masks" / "film-14.png").unlink()
    return doubled


def test_sound_films_pass(sound, results_of):
    results = results_of(sound)
    assert results["MU501"].outcome == results["MU502"].outcome == "passed"
    assert {results[code].outcome for code in ("MU503", "MU504", "MU505")} == {"not applicable"}


def test_an_exact_copy(doubled, results_of):
    results = results_of(doubled)
    assert [one.cases for one in results["MU501"].findings] == [("film-00", "film-14")]
    assert results["MU502"].outcome == "passed"


def test_an_exact_copy_in_another_format(doubled, results_of):
    path = doubled / "images" / "film-14.png"
    PIL.Image.open(path).save(path.with_suffix(".tif"))
    path.unlink()
    assert [one.cases for one in results_of(doubled)["MU501"].findings] == [("film-00", "film-14")]


def test_a_changed_copy_of_another_subject(changed, results_of):
    assert [set(one.cases) for one in results_of(changed)["MU502"].findings] == [{"film-00", "film-14"}]


def test_a_changed_copy_of_one_subject_is_said_apart(changed, table, results_of):
    table(changed, HEADER, rows(row14={"subject": "s0", "split": "test"}))
    results = results_of(changed)
    assert results["MU502"].outcome == "passed"
    assert results["MU503"].outcome == "warning"


def test_copies_on_both_sides(doubled, table, results_of):
    table(doubled, HEADER, rows())
    results = results_of(doubled)
    assert [set(one.cases) for one in results["MU505"].findings] == [{"film-00", "film-14"}]
    assert results["MU504"].outcome == "passed"


def test_a_changed_copy_on_the_other_side(changed, table, results_of):
    table(changed, HEADER, rows())
    assert [set(one.cases) for one in results_of(changed)["MU505"].findings] == [{"film-00", "film-14"}]


def test_one_subject_on_both_sides(films, table, results_of):
    table(films, HEADER, rows(count=14, row5={"subject": "s0"}))
    results = results_of(films)
    assert [set(one.cases) for one in results["MU504"].findings] == [{"film-00", "film-05"}]
    assert results["MU101"].outcome == "issue"


def test_a_series_is_one_finding(films, table, results_of):
    for target in (14, 15, 16):
        copied(films, 0, target)
    path = films / "images"
    for target, size in ((14, 140), (15, 120), (16, 100)):
        file = path / f"film-{target}.png"
        PIL.Image.open(file).resize((size, size)).save(file)
        (films / "masks" / file.name).unlink()
    assert [len(one.cases) for one in results_of(films)["MU502"].findings] == [4]
