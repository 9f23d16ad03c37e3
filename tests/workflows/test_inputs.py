from __future__ import annotations

import shutil

import pytest

from medunet.errors import InputError
from medunet.images import write_csv, write_dicom
from medunet.phantoms import chest_film
from medunet.workflows.inputs import find_inputs, tables_among


def ids(*words):
    return [case.id for case in find_inputs([str(word) for word in words])]


@pytest.fixture
def place(others, tmp_path):
    """Two folders of two films each, the second with the names of the first."""
    for folder in ("a", "b"):
        for number in (0, 1):
            (tmp_path / folder).mkdir(exist_ok=True)
            shutil.copy(others / "images" / f"phantom-0000{number}.png", tmp_path / folder / f"film{number}.png")
    return tmp_path


def test_files_folders_and_patterns(place):
    assert ids(place / "a" / "film1.png") == ["film1"]
    assert ids(place / "a") == ["film0", "film1"]
    assert ids(f"{place}/a/*.png") == ["film0", "film1"]
    assert ids(f"{place}/*/film1.png") == ["a_film1", "b_film1"]
    assert ids(f"{place}/**/film0.png") == ["a_film0", "b_film0"]


def test_two_inputs_of_one_name_get_their_folders_name(place):
    assert ids(place / "a", place / "b") == ["a_film0", "a_film1", "b_film0", "b_film1"]
    assert len({case.subject for case in find_inputs([str(place / "a"), str(place / "b")])}) == 4


def test_the_same_file_twice_is_one_input(place, monkeypatch):
    monkeypatch.chdir(place)
    assert ids("a/film0.png", place / "a", "a/../a/film1.png") == ["film0", "film1"]


def test_a_name_with_the_marks_of_a_pattern_is_a_name_where_there_is_such_a_file(place):
    shutil.copy(place / "a" / "film0.png", place / "film[1].png")
    assert ids(place / "film[1].png") == ["film[1]"]


@pytest.mark.parametrize("word", ["a/gone.png", "a/g*.png"])
def test_a_link_that_leads_nowhere_is_a_film_that_fails(place, word):
    (place / "a" / "gone.png").symlink_to(place / "nowhere.png")
    assert ids(place / word) == ["gone"]


def test_a_link_that_leads_to_itself_is_a_film_that_fails(place):
    (place / "a" / "loop.png").symlink_to("loop.png")
    assert ids(place / "a") == ["film0", "film1", "loop"]
    assert ids(place / "a" / "loop.png") == ["loop"]


def test_tables_are_found_by_folder_by_pattern_and_in_what_a_yaml_joins(place):
    for name in ("a/cases.csv", "a/other.csv", "b/Data_Entry_2017_v2020.csv", "b/mimic-cxr-2.0.0-split.csv.gz"):
        (place / name).write_text("id\nfilm0\n")
    (place / "both.yaml").write_text("sources: [{folder: a}, {folder: b}]\n")

    def found(word):
        return {path.relative_to(place).as_posix() for path in tables_among([str(place / word)])}

    of_b = {"b/Data_Entry_2017_v2020.csv", "b/mimic-cxr-2.0.0-split.csv.gz"}
    assert found("a") == {"a/cases.csv"}
    assert found("a/other.csv") == {"a/other.csv"}
    assert found("*/*.csv") == {"a/cases.csv", "a/other.csv", "b/Data_Entry_2017_v2020.csv"}
    assert found("b") == of_b
    assert found("both.yaml") == {"both.yaml", "a/cases.csv", *of_b}
    assert found("a/film0.png") == found("nowhere") == set()


def test_a_table_brings_view_age_and_subject(place):
    rows = [["x", "film0.png", "s1", "PA", "058Y"], ["y", "film1.png", "s1", "AP", "7"]]
    write_csv(place / "a" / "list.csv", ["id", "path", "subject", "view", "age"], rows)
    one, two = find_inputs([str(place / "a" / "list.csv")])
    assert (one.id, one.subject, one.view, one.age) == ("x", "s1", "PA", 58)
    assert (two.id, two.subject, two.view, two.age) == ("y", "s1", "AP", 7)


@pytest.mark.parametrize("name", ["../escaped", "/tmp/escaped", "a/b", "a\\b", "..", "C:evil", ".hidden"])
def test_an_id_of_a_table_cannot_lead_out_of_the_output_folder(place, name):
    write_csv(place / "a" / "list.csv", ["id", "path"], [[name, "film0.png"], ["fine", "film1.png"]])
    first, second = ids(place / "a" / "list.csv")
    assert second == "fine"
    assert first
    assert not set(first) & set("/\\:")
    assert not first.startswith(".")


def test_masks_beside_the_films_are_not_looked_into(write_films, tmp_path):
    write_films(tmp_path / "films", count=3)
    for mask in (tmp_path / "films" / "masks").glob("*.png"):
        mask.write_bytes(b"no mask at all")
    (tmp_path / "films" / "masks" / "labels.json").unlink()
    assert ids(tmp_path / "films") == ["phantom-00000", "phantom-00001", "phantom-00002"]


def test_what_looks_like_an_image_but_is_none_stays_in(place):
    (place / "a" / "text.png").write_text("not an image")
    assert ids(place / "a") == ["film0", "film1", "text"]


@pytest.mark.parametrize("word", ["nowhere.png", "nowhere/", "*.nothing"])
def test_a_word_that_names_nothing_is_one_line(place, word, monkeypatch):
    monkeypatch.chdir(place)
    with pytest.raises(InputError, match="is not there"):
        find_inputs([word])


def test_an_empty_folder_is_one_line(tmp_path):
    with pytest.raises(InputError, match="holds no image"):
        find_inputs([str(tmp_path)])


def dicom(path, film, subject):
    write_dicom(path, film.image, subject=subject)
    return path


def test_a_dicom_film_has_one_subject_however_it_is_given(place):
    """Alone, among other files, or in a folder: the pseudonym of its header, else what the names of all tell."""
    film = chest_film(1, 0, size=64)
    folder = place / "dicom"
    one, two = (dicom(folder / f"{name}.dcm", film, "PID-7") for name in ("one", "two"))
    png = shutil.copy(place / "a" / "film0.png", folder / "three.png")
    alone, together = find_inputs([str(one)]), find_inputs([str(one), str(png), str(two)])
    below = find_inputs([str(folder)])
    assert alone[0].subject.startswith("dicom-")
    assert {case.id: case.subject for case in together} == {case.id: case.subject for case in below}
    assert together[0].subject == together[2].subject == alone[0].subject
    assert together[1].subject == "three"


def test_films_of_a_name_that_tells_the_subject_share_it(place):
    for name in ("00000007_000", "00000007_001"):
        shutil.copy(place / "a" / "film0.png", place / f"{name}.png")
    found = find_inputs([str(place / "00000007_000.png"), str(place / "00000007_001.png")])
    assert {case.subject for case in found} == {"00000007"}
