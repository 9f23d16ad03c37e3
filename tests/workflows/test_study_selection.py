"""Rows with labels beside them, and the conditions on them."""

from __future__ import annotations

import pytest

from medunet.errors import InputError
from medunet.images import write_csv
from medunet.workflows.study_table import read_study_rows


@pytest.fixture
def write(tmp_path):
    def of(name, text):
        (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path / name

    return of


def test_labels_become_tags_and_go_before_the_table_s_own(write):
    table = write("t.csv", "id,ctr,view\na,0.5,AP\nb,0.6,AP\n")
    study = read_study_rows(table, "ctr", labels=write("l.csv", "id,sick,view\na,1,PA\n"))
    assert dict(study.rows[0].tags) | {"id": ""} == {"id": "", "sick": "1", "view": "PA"}
    assert study.rows[1].tags["view"] == "AP"
    assert study.labels.without_label == ("b",)
    assert {path.name for path in study.paths} == {"t.csv", "l.csv"}


def test_a_blank_of_the_labels_says_nothing(write):
    """By subject its films may differ: then the labels have a blank, and the table what each film is."""
    table = write("t.csv", "id,subject,ctr,view\na,1,0.5,PA\nb,1,0.6,AP\n")
    labels = write("l.csv", "patient,sick,view\n1,1,PA\n1,1,AP\n")
    study = read_study_rows(table, "ctr", labels=labels, where=["view=PA"])
    assert [row.case for row in study.rows] == ["a"]


def test_names_that_lost_their_zeros_are_a_caution(write):
    table = write("t.csv", "id,ctr\n01,0.5\n02,0.6\n")
    study = read_study_rows(table, "ctr", labels=write("l.csv", "id,sick\n1,1\n02,0\n"))
    assert study.cautions == ("1 case name of l.csv would be measured but for lost zeros at the beginning: left out",)


def test_a_unit_of_the_labels_is_not_that_of_the_measurement(write):
    labels = write("l.csv", "id,sick,unit\na,1,ICU\nb,0,ward\n")
    assert read_study_rows(write("t.csv", "id,ctr\na,0.5\nb,0.6\n"), "ctr", labels=labels).unit == ""
    header = "case,measurement,value,unit\n"
    table = write("m.csv", f"{header}a,width,90,mm\nb,width,80,px\n")
    assert read_study_rows(table, "width", labels=labels, where=["unit=mm"]).unit == "mm"


def test_subjects_come_from_the_labels_where_the_table_tells_none_apart(write):
    table = write("t.csv", "id,ctr\na,0.5\nb,0.6\nc,0.7\n")
    study = read_study_rows(table, "ctr", labels=write("l.csv", "id,patient,sick\na,7,1\nb,7,1\n"))
    assert [row.subject for row in study.rows] == ["7", "7", "c"]
    assert study.subject_from.startswith("l.csv")


def test_a_table_that_tells_subjects_apart_is_believed_and_the_difference_said(write):
    table = write("t.csv", "id,subject,ctr\na,1,0.5\nb,1,0.6\nc,2,0.7\n")
    study = read_study_rows(table, "ctr", labels=write("l.csv", "id,patient,sick\na,7,1\nb,8,1\nc,8,0\n"))
    assert [row.subject for row in study.rows] == ["1", "1", "2"]
    assert study.cautions == ("t.csv tells films apart that l.csv gives to one subject (1 subject)",)


def test_a_film_that_failed_gets_the_subject_of_its_siblings(write, tmp_path):
    header = "case,subject,measurement,value\n"
    table = write("measurements.csv", header + "a,P1,ctr,0.5\nb,P1,ctr,0.6\nc,P2,ctr,0.6\n")
    write_csv(tmp_path / "failed.csv", ("case", "file", "reason"), [["d", "d", "broken"], ["e", "e", "broken"]])
    study = read_study_rows(table, "ctr", labels=write("l.csv", "id,patient,sick\na,7,1\nd,7,1\ne,9,0\n"))
    found = [(row.case, row.subject, row.tags.get("sick")) for row in study.rows[3:]]
    assert found == [("d", "P1", "1"), ("e", "9", "0")]


def test_each_condition_counts_what_it_left_out(write):
    table = write("t.csv", "id,ctr,view,age\na,0.5,PA,50\nb,0.6,AP,60\nc,0.7,PA,9\nd,,PA,70\n")
    study = read_study_rows(table, "ctr", where=["view=PA", "age>=18", "ctr<0.9"])
    assert [row.case for row in study.rows] == ["a"]
    assert study.left_out == ((1, "not view=PA"), (1, "not age>=18"), (1, "not ctr<0.9"))
    assert study.came - sum(n for n, _ in study.left_out) == len(study.rows)


def test_conditions_on_case_subject_and_status(write):
    table = write("t.csv", "id,ctr\na,0.5\nb,\n")
    assert [row.case for row in read_study_rows(table, "ctr", where=["status!=missing"]).rows] == ["a"]
    assert [row.case for row in read_study_rows(table, "ctr", where=["case=b"]).rows] == ["b"]


@pytest.mark.parametrize(
    ("where", "message"),
    [("veiw=PA", r"has no column 'veiw' \(it has id, view\)"), ("view=LL", "has no row with view=LL")],
)
def test_conditions_that_nothing_can_meet_are_refused(write, where, message):
    with pytest.raises(InputError, match=message):
        read_study_rows(write("t.csv", "id,ctr,view\na,0.5,PA\n"), "ctr", where=[where])


def test_labels_that_are_not_there(write, tmp_path):
    with pytest.raises(InputError, match=r"no\.csv: is not there"):
        read_study_rows(write("t.csv", "id,ctr\na,0.5\n"), "ctr", labels=tmp_path / "no.csv")
