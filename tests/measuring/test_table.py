from __future__ import annotations

import csv
import io

from medunet.measuring import COLUMNS, Film, measure, rows


def test_rows_have_exactly_the_columns_of_the_product(draw):
    table = rows("film-1", "subject-1", measure(draw.chest(heart=None), Film()), "masks", quality=0.93)
    assert all(tuple(row) == COLUMNS for row in table)
    assert ",".join(COLUMNS) == (
        "case,subject,measurement,structure,value,low,high,level,unit,status,verdict,quality,reason,source"
    )
    assert {(row["case"], row["subject"], row["source"], row["quality"]) for row in table} == {
        ("film-1", "subject-1", "masks", 0.93)
    }


def test_a_missing_number_is_an_empty_cell(draw):
    table = rows("a", "a", measure(draw.chest(heart=None), Film()), "masks")
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    writer.writerows(table)
    back = list(csv.DictReader(io.StringIO(text.getvalue())))
    assert back[0]["measurement"] == "ctr"
    assert (back[0]["value"], back[0]["verdict"], back[0]["quality"], back[0]["low"]) == ("", "", "", "")
    assert (back[0]["status"], back[0]["reason"]) == ("missing", "the heart is missing")


def test_no_measurements_are_no_rows():
    assert rows("a", "a", (), "masks") == []
