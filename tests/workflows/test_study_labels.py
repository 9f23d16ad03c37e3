"""Labels beside measurements: by case, by subject, and what does not fit."""

from __future__ import annotations

import pytest

from medunet.errors import InputError
from medunet.workflows.study_labels import join, read_labels

CASES = {"a": "1", "b": "1", "c": "2"}


def labels(tmp_path, text):
    path = tmp_path / "labels.csv"
    path.write_text(text, encoding="utf-8")
    return read_labels(path)


def test_rows_join_by_case_and_what_does_not_fit_is_listed(tmp_path):
    found = join(labels(tmp_path, "id,sick\na,1\nc,0\nx,1\n"), CASES)
    assert (found.unit, found.without_label, found.without_row) == ("case", ("b",), ("x",))
    assert found.tags["a"]["sick"] == "1"
    assert found.cells("sick") == [("a", "1"), ("c", "0"), ("x", "1")]


@pytest.mark.parametrize("name", ["a.png", "films/a.dcm", "films\\a.jpg", "a"])
def test_a_file_s_name_names_its_case(tmp_path, name):
    assert join(labels(tmp_path, f"Image Index,sick\n{name},1\n"), CASES).tags["a"]["sick"] == "1"


def test_zeros_that_a_spreadsheet_dropped_are_told(tmp_path):
    cases = {"001": "a", "002": "b", "010": "c"}
    with pytest.raises(InputError, match=r"here 1, 10; measured 001, 002, 010\)\. Put back the zeros at the beginning"):
        join(labels(tmp_path, "id,sick\n1,1\n10,0\n"), cases)
    found = join(labels(tmp_path, "id,sick\n1,1\n002,0\n33,0\n"), cases)
    assert (found.without_row, found.lost_zeros) == (("1", "33"), 1)
    assert join(labels(tmp_path, "id,sick\n001,1\n1,0\n"), cases).lost_zeros == 0  # 1 may be another


def test_rows_without_a_fitting_case_join_by_subject(tmp_path):
    found = join(labels(tmp_path, "patient,sick\n1,1\n3,0\n"), CASES)
    assert (found.unit, found.without_label, found.without_row) == ("subject", ("c",), ("3",))
    assert found.tags["1"]["sick"] == "1"


def test_case_goes_before_subject(tmp_path):
    found = join(labels(tmp_path, "id,subject,sick\na,9,1\nb,9,0\n"), CASES)
    assert found.unit == "case"
    assert found.subjects == {"a": "9", "b": "9"}


def test_rows_of_one_name_that_differ_say_nothing(tmp_path):
    found = join(labels(tmp_path, "subject,sick,sex\n1,1,F\n1,0,F\n"), CASES)
    assert found.tags["1"] == {"subject": "1", "sick": "", "sex": "F"}


def test_labels_of_nobody_here_are_refused_with_names_of_both(tmp_path):
    with pytest.raises(InputError, match=r"no row of a case or subject that was measured \(here 77; measured 1, 2\)"):
        join(labels(tmp_path, "subject,sick\n77,1\n"), CASES)


def test_labels_that_name_nobody_are_refused(tmp_path):
    with pytest.raises(InputError, match=r"no column that names case or subject \(it has sick, age\)"):
        labels(tmp_path, "sick,age\n1,5\n")


def test_a_folder_of_films_gives_the_tags_of_its_cases(films):
    read = read_labels(films)
    assert {"view", "ctr_expert", "subject", "split"} <= set(read.columns)
    assert {row.case for row in read.rows} == {path.stem for path in (films / "images").iterdir()}
