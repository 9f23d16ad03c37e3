from __future__ import annotations

from dataclasses import replace

from medunet.reports import Gap, Interval
from medunet.studies import agreement_of, readings
from medunet.workflows.study_agreement_tables import (
    estimate_cell,
    estimates_tables,
    flips_blocks,
    flips_table,
    largest_table,
    parts_table,
)


def test_figures_in_the_unit_stand_apart_from_shares(agreed):
    lengths, shares = estimates_tables(agreed)
    assert [row[0] for row in lengths.rows][:2] == ["bias", "MAE"]
    assert {"ICC(2,1)", "exactly equal", "flips at 0.5"} <= {row[0] for row in shares.rows}
    bias = agreed.found.bland_altman.bias
    assert lengths.rows[0][1] == Interval(bias.value, bias.low, bias.high)


def test_decisions_are_a_table_of_two_rows_and_two_columns(agreed):
    (table,) = flips_blocks(agreed)
    assert [row[1:] for row in table.rows] == [(2, 1), (0, 3)]
    assert "Different: 1; 16.7 % [" in table.caption
    assert table.caption.endswith("p >\N{NO-BREAK SPACE}0.99.")


def test_no_flip_says_why_there_is_no_test():
    found = agreement_of(readings([0.4, 0.6], [0.4, 0.6]), cut_offs=[0.5])
    assert "no decision flips in one direction more" in flips_table(found.flips[0], ("one", "two")).caption


def test_parts_begin_with_all(agreed):
    rows = parts_table(agreed).rows
    assert [row[0] for row in rows][:3] == ["all", "view = AP", "view = PA"]
    assert [row[1] for row in rows][:3] == [6, 2, 4]


def test_the_largest_differences_come_first_by_name(agreed):
    table = largest_table(agreed)
    assert table.rows[0][:3] == ("a", 0.52, 0.49)
    assert len(table.rows) == 6


def test_remarks_of_every_film_are_left_out(agreed):
    pairs = tuple(
        replace(pair, reasons=("view unknown; touches the edge" if pair.case == "a" else "view unknown", ""))
        for pair in agreed.pairing.pairs
    )
    told = largest_table(replace(agreed, pairing=replace(agreed.pairing, pairs=pairs)))
    assert [row[-1] for row in told.rows] == ["one: touches the edge", *["–"] * 5]


def test_a_cell_is_as_much_as_there_is():
    found = agreement_of(readings([1.0, 2.0], [1.0, 2.5]))
    assert estimate_cell(found.bland_altman.lower) == Gap("fewer than 3 subjects")
    assert estimate_cell(found.mae) == 0.25
