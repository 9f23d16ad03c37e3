from __future__ import annotations

import pytest

from medunet.errors import InputError
from medunet.scoring import SCORE_COLUMNS
from medunet.scoring.chosen_metrics import read_chosen

ROWS = (
    "a,s1,heart,dice,0.9,ratio,",
    "a,s1,heart,hd95,3,mm,",
    "b,s2,heart,dice,,ratio,absent in both",
    "a,s1,all,ctr_error,0.1,ratio,against the reference masks",
    "a,s1,all,ctr_error,0.2,ratio,against column ctr_source",
)

HEADER = ",".join(SCORE_COLUMNS)


@pytest.fixture
def table(tmp_path):
    def write(*rows, header=HEADER):
        path = tmp_path / "scores.csv"
        path.write_text("\n".join([header, *rows]) + "\n")
        return path

    return write


def test_only_the_metrics_that_were_asked_for(table):
    found = read_chosen(table(*ROWS), ["dice"])
    assert [(score.case, score.value) for score in found.scores] == [("a", 0.9), ("b", None)]
    assert found.known == ("dice", "hd95", "ctr_error")
    assert found.rows == 5


def test_a_measurement_against_two_references_is_two_figures(table):
    assert [score.value for score in read_chosen(table(*ROWS), ["ctr_error"]).scores] == [0.1, 0.2]


def test_a_row_written_twice_is_there_once(table):
    found = read_chosen(table(*ROWS, *ROWS), ["dice"])
    assert len(found.scores) == found.repeated == 2


def test_two_values_of_one_figure_are_refused(table):
    with pytest.raises(InputError, match=r"row 7: says another thing of a, heart, dice"):
        read_chosen(table(*ROWS, "a,s1,heart,dice,0.8,ratio,"), ["dice"])


def test_columns_in_another_order_and_more_of_them(table):
    path = table("0.5,x,dice,heart,s,c,,ratio", header="value,mine,metric,structure,subject,case,reason,unit")
    assert read_chosen(path, ["dice"]).scores[0].value == 0.5


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("a,s1,heart,dice,much,ratio,", "row 7: is no score"),
        ("a,s1,heart,dice,nan,ratio,", "row 7: is no score"),
        ("b,s1,lung,dice,,ratio,", "no value needs a reason"),
        ("a,s1,heart,dice", "row 7: has 4 cells where the heading has 7"),
        ("a,s1", "row 7: has 2 cells where the heading has 7"),
    ],
)
def test_rows_that_are_no_scores(table, row, said):
    with pytest.raises(InputError, match=said):
        read_chosen(table(*ROWS, row), ["dice"])


def test_what_is_no_table(table, tmp_path):
    with pytest.raises(InputError, match="has no column reason"):
        read_chosen(table(header="case,subject,structure,metric,value,unit"), ["dice"])
    with pytest.raises(InputError, match=r"gone\.csv: cannot be read"):
        read_chosen(tmp_path / "gone.csv", ["dice"])
    (tmp_path / "picture.csv").write_bytes(b"\x89PNG\xff\xfe")
    with pytest.raises(InputError, match="cannot be read"):
        read_chosen(tmp_path / "picture.csv", ["dice"])
