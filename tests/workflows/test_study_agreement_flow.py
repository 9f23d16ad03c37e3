from __future__ import annotations

from medunet.workflows.study_agreement import agreement_study
from medunet.workflows.study_agreement_flow import first_flow, flow_blocks, missing_reasons, second_flow
from medunet.workflows.study_table import read_study_rows


def told(flow):
    return [(step.count, step.label, step.left_out) for step in flow.steps]


def test_the_numbers_of_both_tables_add_up(agreed):
    assert told(first_flow(agreed)) == [
        (8, "rows of ctr in one", ((1, "no row of that case in two"),)),
        (7, "cases in both", ((1, "no number of one"),)),
        (6, "cases compared", ()),
    ]
    assert told(second_flow(agreed)) == [
        (8, "rows in two", ((1, "no row of that case in one"),)),
        (7, "cases in both", ()),
    ]


def test_conditions_and_copies_are_stations(tmp_path):
    lines = ["subject,ctr,expert,view", *["1,.5,.4,PA", "2,.6,.5,PA", "3,.4,.4,AP", "4,.5,.6,PA"], "1,.5,.4,PA"]
    (tmp_path / "t.csv").write_text("\n".join(lines) + "\n")
    rows = read_study_rows(tmp_path / "t.csv", "ctr", where=["view=PA"])
    made = agreement_study(rows, "expert", where=["view=PA"], out=tmp_path / "out")
    assert told(first_flow(made)) == [
        (5, "rows of t.csv", ((1, "not view=PA"),)),
        (4, "rows that meet the conditions", ()),
        (4, "with both numbers", ((1, "all rows of their subject are there several times"),)),
        (3, "cases compared", ()),
    ]
    assert second_flow(made) is None


def test_reasons_are_counted_for_each_reading(agreed):
    assert missing_reasons(agreed.pairing.pairs) == (("no value in the table", 1, 0),)
    assert [block.kind for block in flow_blocks(agreed)] == ["flow", "flow", "paragraph", "table"]
