from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from medunet.cases import Case, Cases
from medunet.errors import UsageError
from medunet.scoring import Score
from medunet.studies import SubjectScores, gap_of_means, mean_of_scores
from medunet.workflows.evaluate import evaluate
from medunet.workflows.evaluation_intervals import ScoreColumns
from medunet.workflows.evaluation_subgroups import SUBGROUP_COLUMNS, groupings, subgroup_rows, subgroups_of


def cases_of(**columns):
    rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    return Cases(tuple(Case(f"c{n}", f"s{n}", (Path(f"{n}.png"),), tags=tags) for n, tags in enumerate(rows)))


def scores_of(values):
    return ScoreColumns.of([Score(f"c{n}", f"s{n}", "heart", "dice", v, "ratio") for n, v in enumerate(values)])


VALUES = np.random.default_rng(0).beta(30, 2, 24)
VIEWS = ["PA"] * 14 + ["AP"] * 8 + [""] * 2


def test_each_group_has_its_mean_and_the_gap_its_interval():
    found = subgroups_of(scores_of(VALUES), groupings(cases_of(view=VIEWS), ["view"]))
    assert [(one.group, one.cases, one.gap_to) for one in found] == [
        ("AP", 8, "PA"),
        ("PA", 14, ""),
        ("not known", 2, ""),
    ]
    parts = {
        name: SubjectScores.of(VALUES[part], np.arange(24)[part])
        for name, part in (("PA", np.s_[:14]), ("AP", np.s_[14:22]))
    }
    assert found[0].mean == mean_of_scores(parts["AP"], least=0, most=1)
    assert found[0].gap == gap_of_means(parts["AP"], parts["PA"])
    assert found[1].gap is None
    assert found[2].mean.reason == "2 subjects; an interval needs 6"


def test_gaps_of_three_groups_hold_together():
    columns = scores_of(VALUES)
    groups = groupings(cases_of(site=["a"] * 8 + ["b"] * 9 + ["c"] * 7), ["site"])
    found = [one for one in subgroups_of(columns, groups) if one.gap is not None]
    assert [(one.group, one.gap_to, one.gap.level) for one in found] == [("a", "b", 0.975), ("c", "b", 0.975)]


def test_a_small_group_has_no_gap():
    found = subgroups_of(scores_of(VALUES), groupings(cases_of(sex=["F"] * 20 + ["M"] * 4), ["sex"]))
    small = next(one for one in found if one.group == "M")
    assert (small.gap.value, small.gap.reason) == (None, "one of the groups: 4 subjects; an interval needs 6")
    row = dict(zip(SUBGROUP_COLUMNS, subgroup_rows([small])[0], strict=True))
    assert (row["gap"], row["gap_reason"]) == (None, small.gap.reason)


def test_ages_go_into_bands_and_the_rule_is_stated():
    (one,) = groupings(cases_of(**{"Patient Age": ["5", "058Y", "17", "80", "", "006M"]}), ["patient_age"])
    assert one.level_of["c1"] == "40 to below 60"
    assert one.levels[0] == "below 18"
    assert one.levels[-1] == "not known"
    assert "bands from 18, 40, 60, 80 on" in one.rule


def test_other_numbers_are_cut_at_their_quartiles():
    (one,) = groupings(cases_of(width=[str(n) for n in range(20)]), ["width"])
    assert len(one.levels) == 4
    assert one.rule == "width in bands that begin at the quartiles of these cases"


def test_views_are_read_as_everywhere():
    (one,) = groupings(cases_of(ViewPosition=["PA", "pa", "posteroanterior", "AP"]), ["view_position"])
    assert one.levels == ("AP", "PA")


def test_a_column_that_is_not_there_or_names_cases_is_refused_before_anything_is_scored(others, tmp_path):
    with pytest.raises(UsageError, match=r"--subgroups: the data have no column hospital. Its further .*sex"):
        evaluate(others / "masks", others, out=tmp_path / "out", subgroups=["hospital"])
    assert not (tmp_path / "out").exists()
    with pytest.raises(UsageError, match="column note has 24 different words"):
        groupings(cases_of(note=[f"word {n}" for n in range(24)]), ["note"])


def test_evaluate_writes_them(films, tmp_path):
    done = evaluate(films / "masks", films, out=tmp_path / "out", subgroups=["sex"])
    with (tmp_path / "out" / "subgroups.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == SUBGROUP_COLUMNS
    dice = [row for row in rows if (row["structure"], row["metric"]) == ("heart", "dice")]
    assert sum(int(row["cases"]) for row in dice) == 14
    page = (tmp_path / "out" / "report.html").read_text()
    assert "Subgroups" in page
    assert "gap to the largest group" in page
    assert len(done.to_dict()["subgroups"]["groups"]) == len(rows)
