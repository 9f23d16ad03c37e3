from __future__ import annotations

import math

import pytest

from medunet.reports.tables import Column, Gap, Interval, Link, State, Table, sort_key, written


@pytest.mark.parametrize(
    ("cell", "digits", "text", "key"),
    [
        (0.94449, 3, "0.944", "0.94449"),
        (-0.0123, 2, "−0.01", "-0.0123"),
        (-0.0001, 2, "0.00", "-0.0001"),
        (Interval(-0.0123, -0.04, 0.0001), 3, "−0.012 [−0.040, 0.000]", "-0.0123"),
        (38, 3, "38", "38"),
        (1234567, 0, "1\u202f234\u202f567", "1234567"),
        ("heart", 3, "heart", "heart"),
        (State("flagged", "warning"), 3, "flagged", "flagged"),
        (Gap("absent in both"), 3, "absent in both", ""),
        (Link("case-7", "case-7"), 3, "case-7", "case-7"),
    ],
)
def test_cells_are_written_for_reading_and_sorted_by_their_exact_value(cell, digits, text, key):
    assert written(cell, Column("x", digits=digits)) == text
    assert sort_key(cell) == key


def test_a_table_with_a_hole_cannot_be():
    with pytest.raises(ValueError, match="row 2 has 1 cells under 2 columns"):
        Table(("a", "b"), ((1, 2), (3,)))
    with pytest.raises(ValueError, match="not finite"):
        Table(("a",), ((math.nan,),))
    with pytest.raises(ValueError, match="needs a reason"):
        Gap("")
    with pytest.raises(ValueError, match="between finite limits"):
        Interval(0.5, 0.6, 0.4)
    with pytest.raises(ValueError, match="between finite limits"):
        Interval(0.5, math.nan, 0.6)


def test_a_plain_heading_is_a_column_of_words():
    assert Table(("a", Column("b", numeric=True)), ()).columns == (Column("a"), Column("b", numeric=True))
