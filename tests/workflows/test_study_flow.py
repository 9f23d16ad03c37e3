"""The flow adds up, and says what was left out and why."""

from __future__ import annotations

from medunet.reports import Flow, Table
from medunet.workflows.study import study
from medunet.workflows.study_flow import flow_blocks, flow_of


def test_the_numbers_are_those_put_in_by_hand(made_study):
    steps = flow_of(made_study).steps
    assert [step.count for step in steps] == [107, 104, 101]
    assert steps[0].left_out == ((1, "without a label in labels.csv"), (2, "label uncertain (−1) or blank"))
    assert {why: count for count, why in steps[1].left_out} == {
        "not measured, with cardiomegaly": 1,
        "not measured, without cardiomegaly": 2,
    }


def test_conditions_come_first(study_tables, tmp_path):
    done = study(
        study_tables / "ratios.csv",
        value="ctr",
        by="cardiomegaly",
        labels=study_tables / "labels.csv",
        where=["status!=missing", "view=PA"],
        out=tmp_path / "out",
    )
    first, second, *_, last = flow_of(done).steps
    assert [why for _, why in first.left_out] == ["not status!=missing", "not view=PA"]
    assert second.label == "rows that meet the conditions"
    assert first.count - first.lost == second.count == len(done.rows.rows)
    assert last.count == done.primary.groups.value.size


def test_the_groups_stand_beside_each_other_with_the_reasons(made_study):
    flow, groups, reasons = flow_blocks(made_study)
    assert isinstance(flow, Flow)
    assert isinstance(groups, Table)
    counts = {row[0]: row[1:] for row in groups.rows}
    found = made_study.primary.comparison.flow
    assert counts["rows analysed"] == (found.positive, found.negative)
    assert counts["with a remark of the measurement (flagged), analysed all the same"] == (1, 0)
    assert reasons.rows == (("no lung", 1, 1), ("no heart", 0, 1))
    assert "Without one: 1; uncertain or blank: 2." in groups.caption
