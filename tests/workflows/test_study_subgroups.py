from __future__ import annotations

import pytest
from sklearn.metrics import roc_auc_score

from medunet.studies import LabelJoin, Measured
from medunet.workflows.study_finding import Finding
from medunet.workflows.study_rows import StudyRow
from medunet.workflows.study_subgroups import balance_of


def test_each_level_has_the_results_of_its_own_rows(made_study):
    mine = [one for one in made_study.subgroups if one.column == "view"]
    assert [one.level for one in mine] == ["AP", "PA"]
    for one in mine:
        rows = [
            (row.value, label)
            for row, label in zip(made_study.finding.rows, made_study.finding.join.labels, strict=True)
            if row.tags["view"] == one.level and row.value is not None and label is not None
        ]
        value, label = zip(*rows, strict=True)
        assert one.area.value == pytest.approx(roc_auc_score(label, value))
        assert (one.flow.positive, one.flow.negative) == (sum(label), len(label) - sum(label))
        assert one.stated.true_positive == sum(v > 0.5 for v, sick in rows if sick)


def test_the_rows_of_all_levels_are_all_rows(made_study):
    whole = made_study.primary.comparison.flow
    for column in ("view", "age"):
        parts = [one.flow for one in made_study.subgroups if one.column == column]
        assert sum(one.rows for one in parts) == whole.rows
        assert sum(one.positive for one in parts) == whole.positive


def test_a_column_of_names_is_no_subgroup_and_says_why(made_study):
    assert made_study.no_subgroups == {"Image Index": "has more than 20 different words"}


def finding(views, labels):
    rows = tuple(StudyRow(f"c{n}", f"s{n}", 0.5, "ok", "", {"View Position": view}) for n, view in enumerate(views))
    join = LabelJoin(tuple(Measured(row.case, row.subject, row.value) for row in rows), tuple(labels), (), ())
    return Finding("sick", "", join, rows)


def test_view_and_label_that_go_together_are_said():
    balance = balance_of(finding(["AP", "AP", "PA", "", "PA", "PA"], [True, True, True, False, False, None]))
    assert balance.levels == (("AP", 2, 0), ("PA", 1, 1), ("not known", 0, 1))
    assert balance.caution.startswith("View Position and label go together: AP is 67 % of the cases with sick and 0 %")


@pytest.mark.parametrize("views", [["AP", "PA"] * 10, ["PA"] * 20])
def test_alike_shares_need_no_caution(views):
    assert balance_of(finding(views, [n % 4 < 2 for n in range(20)])).caution == ""


def test_one_group_alone_has_no_balance_to_speak_of():
    assert balance_of(finding(["AP", "PA"], [True, True])).caution == ""


def test_without_a_column_of_views_there_is_none():
    rows = (StudyRow("c", "s", 0.5, "ok", "", {"sex": "F"}),)
    join = LabelJoin((Measured("c", "s", 0.5),), (True,), (), ())
    assert balance_of(Finding("sick", "", join, rows)) is None
