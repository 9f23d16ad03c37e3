"""Which rows have the finding: a column, a word among findings, a condition."""

from __future__ import annotations

import pytest

from medunet.errors import InputError
from medunet.workflows.study_finding import find_finding
from medunet.workflows.study_table import read_study_rows


@pytest.fixture
def rows(tmp_path):
    def of(text, labels=None):
        (tmp_path / "t.csv").write_text(text, encoding="utf-8")
        path = None
        if labels is not None:
            path = tmp_path / "l.csv"
            path.write_text(labels, encoding="utf-8")
        return read_study_rows(tmp_path / "t.csv", "ctr", labels=path)

    return of


def test_a_column_of_the_table(rows):
    found = find_finding(rows("id,ctr,sick\na,1,1\nb,2,no\nc,3,-1\nd,4,\n"), "Sick")
    assert found.join.labels == (True, False, None, None)
    assert found.join.without_label == ()


def test_a_column_of_the_labels_goes_before_that_of_the_table(rows):
    study = rows("id,ctr,sick\na,1,1\nb,2,1\nc,3,1\n", "id,sick\na,0\nb,1\n")
    found = find_finding(study, "sick")
    assert found.join.labels == (False, True)
    assert [row.case for row in found.rows] == [row.case for row in found.join.rows] == ["a", "b"]
    assert found.join.without_label == ("c",)


def test_labels_by_subject_hold_for_all_its_films(rows):
    study = rows("id,subject,ctr\na,1,1\nb,1,2\nc,2,3\n", "patient,sick\n1,1\n2,0\n9,1\n")
    assert find_finding(study, "sick").join.labels == (True, True, False)


def test_a_word_among_findings_that_are_joined(rows):
    study = rows(
        "id,ctr\na,1\nb,2\nc,3\n", "Image Index,Finding Labels\na.png,Cardiomegaly|Mass\nb.png,No Finding\nc.png,\n"
    )
    found = find_finding(study, "cardiomegaly")
    assert found.join.labels == (True, False, None)
    assert found.rule == "cardiomegaly among the findings in the column Finding Labels"


def test_a_word_is_a_whole_word(rows):
    study = rows("id,ctr,findings\na,1,Massive effusion\nb,2,Mass\n")
    assert find_finding(study, "Mass").join.labels == (False, True)


def test_a_condition(rows):
    found = find_finding(rows("id,ctr,sex,age\na,1,M,50\nb,2,F,70\nc,3,,\n"), "sex=M")
    assert found.join.labels == (True, False, None)
    assert find_finding(rows("id,ctr,age\na,1,50\nb,2,70\n"), "age>=60").join.labels == (False, True)


def test_a_cell_that_is_no_number_says_nothing_of_a_size(rows):
    found = find_finding(rows("id,ctr,age\na,1,50\nb,2,70\nc,3,unknown\n"), "age>=60")
    assert found.join.labels == (False, True, None)
    assert found.rule == "age>=60 (a cell without a number is uncertain)"


def test_ages_as_dicom_writes_them_are_years(rows):
    found = find_finding(rows("id,ctr,age\na,1,050Y\nb,2,070Y\nc,3,011M\nd,4,\n"), "age>=60")
    assert found.join.labels == (False, True, False, None)


@pytest.mark.parametrize(
    ("table", "labels", "by", "message"),
    [
        ("id,ctr,sex\na,1,M\n", None, "sex", r"t\.csv: column sex: row 1 'm' is neither yes nor no.*--by \"sex=WORD\""),
        ("id,ctr\na,1\n", "id,sick\na,1\na,0\n", "sick", r"l\.csv: column sick: row 2 says no where row 1 says yes"),
        (
            "id,ctr,findings\na,1,Mass|Edema\n",
            None,
            "Hernia",
            r"and no row with it in findings \(.*Edema, Mass",
        ),
        ("id,ctr\na,1\n", None, "sick", r"t\.csv: has no column 'sick' \(it has id\)"),
        ("id,ctr\na,1\n", None, "sick", r"Give one of them as --by, or the table that has the label as --labels\.$"),
        ("id,ctr\na,1\n", "id,sick\na,1\n", "sickk", r"Did you mean sick\? Give one of them\.$"),
        ("id,ctr,findings\na,1,Mass|Hernia\n", None, "Hernias", r"Did you mean Hernia\? Give one of them as --by"),
        ("id,ctr\na,1\n", None, "view=PA", r"t\.csv: has no column 'view'"),
    ],
)
def test_what_says_neither_yes_nor_no_is_refused(rows, table, labels, by, message):
    with pytest.raises(InputError, match=message):
        find_finding(rows(table, labels), by)
