import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medunet.errors import InputError
from medunet.images.writing import write_csv
from medunet.scoring.score import Score
from medunet.scoring.table import SCORE_COLUMNS, read_scores, score_rows

SCORES = (
    Score("film 1", "p", "left lung", "tp", 34_032_686.0, "px"),
    Score("film 1", "p", "left lung", "dice", 0.875, "ratio"),
    Score("=film 2", "@p", "heart", "dice", None, "ratio", 'absent, "in both"'),
)


def write(path, rows, header=SCORE_COLUMNS):
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def test_columns_are_those_of_the_contract():
    assert ",".join(SCORE_COLUMNS) == "case,subject,structure,metric,value,unit,reason"


def test_a_count_keeps_all_its_digits_and_no_value_is_none():
    rows = [dict(zip(SCORE_COLUMNS, row, strict=True)) for row in score_rows(SCORES)]
    assert repr(rows[0]["value"]) == "34032686"
    assert rows[1]["value"] == 0.875
    assert rows[2]["value"] is None
    assert rows[2]["reason"] == 'absent, "in both"'


def test_what_is_written_is_read_back(tmp_path):
    """Through the project's own writer, which guards cells that a spreadsheet would run as formulas."""
    path = tmp_path / "scores.csv"
    write_csv(path, SCORE_COLUMNS, score_rows(SCORES))
    assert "'=film 2,'@p," in path.read_text()
    assert read_scores(path) == SCORES


@given(st.floats(-1, 1, allow_nan=False))
def test_a_value_is_read_back_as_it_was(tmp_path_factory, value):
    path = tmp_path_factory.mktemp("scores") / "scores.csv"
    scores = (Score("a", "p", "all", "ctr_error", value, "ratio", "against the reference masks"),)
    assert read_scores(write(path, score_rows(scores))) == scores


def test_a_missing_column_is_named(tmp_path):
    with pytest.raises(InputError, match=r"scores.csv: has no column unit, reason"):
        read_scores(write(tmp_path / "scores.csv", [], SCORE_COLUMNS[:5]))


def test_bad_rows_are_told_together_by_number(tmp_path):
    bad = [
        ("a", "p", "heart", "dice", "0,9", "ratio", ""),
        ("a", "p", "lung", "dice", "0.9", "ratio", ""),
        ("b", "p", "heart", "dice", "", "ratio", ""),
        ("c", "p", "heart", "dice", "nan", "ratio", ""),
    ]
    with pytest.raises(InputError) as caught:
        read_scores(write(tmp_path / "scores.csv", bad))
    message = str(caught.value)
    assert message.startswith("scores.csv, row 2: is no score: could not convert string to float: '0,9'")
    assert "row 4: " in message
    assert "no value needs a reason" in message
    assert "row 5: " in message


def test_a_short_row_is_a_fault_not_a_crash(tmp_path):
    with pytest.raises(InputError, match="row 2: is no score"):
        read_scores(write(tmp_path / "scores.csv", [("a", "p")]))


@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe\x00case"])
def test_an_unreadable_file_is_one_clear_line(tmp_path, content):
    path = tmp_path / "scores.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=r"^scores.csv: ") as caught:
        read_scores(path)
    assert str(tmp_path) not in str(caught.value)
