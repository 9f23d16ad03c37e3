"""Tables of measurements as rows: medunet's own and anybody's."""

from __future__ import annotations

import time

import pytest

from medunet.errors import InputError
from medunet.images import write_csv
from medunet.measuring import COLUMNS
from medunet.workflows.study_table import read_study_rows


def measurements(path, rows):
    """A measurements.csv from (case, subject, measurement, structure, value, unit, status, reason)."""
    keys = ("case", "subject", "measurement", "structure", "value", "unit", "status", "reason")
    full = [dict.fromkeys(COLUMNS, "") | dict(zip(keys, row, strict=True)) for row in rows]
    write_csv(path, COLUMNS, [[row[name] for name in COLUMNS] for row in full])
    return path


@pytest.fixture
def table(tmp_path):
    return measurements(
        tmp_path / "measurements.csv",
        [
            ("a", "1", "ctr", "", 0.5, "ratio", "ok", ""),
            ("a", "1", "area", "heart", 12.0, "mm2", "ok", ""),
            ("a", "1", "area", "lung", 70.0, "mm2", "ok", ""),
            ("b", "1", "ctr", "", 0.6, "ratio", "flagged", "the heart touches the edge"),
            ("b", "1", "area", "heart", 300.0, "px", "ok", ""),
            ("c", "2", "ctr", "", None, "ratio", "missing", "no lung"),
        ],
    )


def test_a_row_a_measurement_gives_value_status_and_reason(table):
    study = read_study_rows(table, "ctr")
    assert [(r.case, r.subject, r.value, r.status, r.reason) for r in study.rows] == [
        ("a", "1", 0.5, "ok", ""),
        ("b", "1", 0.6, "flagged", "the heart touches the edge"),
        ("c", "2", None, "missing", "no lung"),
    ]
    assert (study.came, study.numbers, study.unit, study.subject_from) == (3, 2, "ratio", "column subject")
    assert {"quality", "verdict", "source", "unit"} <= set(study.columns)


def test_the_folder_stands_for_its_table(table):
    assert read_study_rows(table.parent, "CTR").rows == read_study_rows(table, "ctr").rows


def test_several_structures_are_told_apart(table):
    with pytest.raises(InputError, match=r"has area of several structures \(area:heart, area:lung\)"):
        read_study_rows(table, "area")
    assert [row.value for row in read_study_rows(table, "area:lung").rows] == [70.0]


def test_several_units_are_no_one_measurement(table):
    with pytest.raises(InputError, match=r"gives area:heart in several units \(mm2, px\).*unit=px"):
        read_study_rows(table, "area:heart")
    assert read_study_rows(table, "area:heart", where=["unit=px"]).unit == "px"


def test_films_that_failed_are_rows_without_a_value(table):
    write_csv(table.with_name("failed.csv"), ("case", "file", "reason"), [["d", "d.png", "is cut off"]])
    study = read_study_rows(table, "ctr")
    last = study.rows[-1]
    assert (last.case, last.subject, last.value, last.reason) == ("d", "d", None, "not processed: is cut off")
    assert (study.came, study.failed) == (4, 1)


def test_a_measurement_that_is_not_there_names_those_there_are(table):
    with pytest.raises(InputError, match=r"has no measurement 'cti' \(it has ctr, area\)"):
        read_study_rows(table, "cti")
    with pytest.raises(InputError, match=r"Did you mean ctr\? Give one of them as --value"):
        read_study_rows(table, "crt")


def wide(path, text):
    path.write_text(text, encoding="utf-8")
    return path


def test_any_table_with_such_a_column_will_do(tmp_path):
    path = wide(tmp_path / "mine.csv", "Image Index,Patient ID,CTR,View\nx.png,7,0.5,PA\ny.png,7,,AP\nz.png,8,big,AP\n")
    study = read_study_rows(path, "ctr")
    assert [(r.case, r.subject, r.value, r.reason) for r in study.rows] == [
        ("x", "7", 0.5, ""),
        ("y", "7", None, "no value in the table"),
        ("z", "8", None, "'big' is not a number"),
    ]
    assert study.rows[0].tags["View"] == "PA"


def test_without_names_each_line_is_a_case_and_a_subject(tmp_path):
    study = read_study_rows(wide(tmp_path / "t.csv", "ctr\n0.5\n0.6\n"), "ctr")
    assert [(r.case, r.subject) for r in study.rows] == [("line 2", "line 2"), ("line 3", "line 3")]
    assert "every case counts as a subject of its own" in study.subject_from


def test_a_spreadsheet_with_decimal_commas_is_read(tmp_path):
    study = read_study_rows(wide(tmp_path / "t.csv", "id;ctr\na;0,52\nb;-1,5\nc;1\n"), "ctr")
    assert [row.value for row in study.rows] == [0.52, -1.5, 1.0]


def test_commas_that_may_part_thousands_are_refused_where_nothing_tells(tmp_path):
    with pytest.raises(InputError, match=r"numbers such as 1,204 in the column n: with a comma for thousands, or for"):
        read_study_rows(wide(tmp_path / "t.csv", 'id,n\na,"1,204"\nb,845\n'), "n")
    decimal = read_study_rows(wide(tmp_path / "t.csv", 'id,n\na,"1,204"\nb,"0,845"\n'), "n")
    assert [row.value for row in decimal.rows] == [1.204, 0.845]
    german = read_study_rows(wide(tmp_path / "t.csv", "id;n\na;1,204\nb;2\n"), "n")
    assert [row.value for row in german.rows] == [1.204, 2.0]


def test_commas_that_are_no_decimals_are_no_numbers(tmp_path):
    study = read_study_rows(wide(tmp_path / "t.csv", "id;n\na;1,234,567\nb;5\n"), "n")
    assert [row.value for row in study.rows] == [None, 5.0]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("ratio", r"t.csv: has no column 'ratio' \(it has id, ctr, word, none\)"),
        ("word", r"has no number in the column word \(its first cell is 'x'\)"),
        ("none", r"has no number in the column none \(all cells are blank\)"),
    ],
)
def test_a_column_without_numbers_is_refused(tmp_path, value, message):
    with pytest.raises(InputError, match=message):
        read_study_rows(wide(tmp_path / "t.csv", "id,ctr,word,none\na,0.5,x,\n"), value)


def test_cases_that_come_twice_are_counted(tmp_path):
    study = read_study_rows(wide(tmp_path / "t.csv", "id,ctr\na,0.5\na,0.5\nb,1\n"), "ctr")
    assert study.cautions == ("1 case in more than one row of t.csv",)


@pytest.mark.parametrize("path", ["no.csv", "."])
def test_what_is_not_there_is_said(tmp_path, path):
    with pytest.raises(InputError, match=r"is not there|holds no measurements\.csv"):
        read_study_rows(tmp_path / path, "ctr")


def test_ten_thousand_films_of_ten_measurements_take_seconds(tmp_path):
    names = ["ctr", *(f"m{n}" for n in range(9))]
    rows = [(f"f{n}", f"s{n // 2}", name, "", 0.5, "ratio", "ok", "") for n in range(10_000) for name in names]
    path = measurements(tmp_path / "measurements.csv", rows)
    began = time.perf_counter()
    assert len(read_study_rows(path, "ctr").rows) == 10_000
    assert time.perf_counter() - began < 20  # about one second on a machine that does nothing else
