from __future__ import annotations

from dataclasses import replace

import numpy as np

from medunet.workflows.study import study
from medunet.workflows.study_summary import HONEST, summary


def plain(lines):
    return [line.replace("\N{NO-BREAK SPACE}", " ") for line in lines]


def test_the_answer_comes_first_and_the_caveat_last(made_study):
    lines = plain(summary(made_study))
    area = made_study.primary.comparison.area
    assert lines[0].startswith(
        f"CTR is higher with cardiomegaly than without it in {100 * area.value:.0f} % of all pairs"
    )
    assert f"AUC {area.value:.2f}, 95 % interval {area.low:.2f} to {area.high:.2f}" in lines[0]
    assert lines[1].startswith("At the cut-off of 0.5, stated beforehand, ")
    assert "choosing one in this way and judging it on other subjects" in lines[2]
    assert "101 of 107 rows are analysed" in lines[3]
    assert lines[3].endswith("Left out: 1 without a label, 2 with an uncertain label, 3 that could not be measured.")
    assert lines[4].startswith("Caution: view and label go together")
    assert lines[-1] == HONEST


def test_without_a_cut_off_it_says_so(made_study):
    bare = replace(made_study, primary=replace(made_study.primary, stated=None))
    assert "No cut-off was stated beforehand" in plain(summary(bare))[1]


def test_with_few_subjects_the_reason_is_said_once(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("id,ctr,sick\n" + "".join(f"c{n},{n},{int(n > 25)}\n" for n in range(30)), encoding="utf-8")
    line = plain(summary(study(path, value="ctr", by="sick", cutoff=20, out=tmp_path / "out")))[1]
    assert "100 % of the cases with sick lie above it (sensitivity), and 81 % of those without" in line
    assert line.count("4 subjects with the finding; an interval needs 10 in each group") == 1


def test_pairs_of_equal_values_are_said_to_count_half(tmp_path, made_study):
    path = tmp_path / "t.csv"
    path.write_text("id,ctr,sick\n" + "".join(f"c{n},0.5,{n % 2}\n" for n in range(30)), encoding="utf-8")
    lines = plain(summary(study(path, value="ctr", by="sick", out=tmp_path / "out")))
    assert "in 50 % of all pairs of two cases, equal ones counted half (AUC 0.50" in lines[0]
    apart = replace(made_study.primary.groups, value=np.arange(made_study.primary.groups.value.size) + 0.0)
    lines = plain(summary(replace(made_study, primary=replace(made_study.primary, groups=apart))))
    assert "of all pairs of two cases (AUC" in lines[0]


def test_a_share_that_is_not_there_has_its_reason_and_no_place_in_the_sentence(tmp_path):
    path = tmp_path / "t.csv"
    for labels, said in (
        ("00", "0 % (no interval: 0 subjects with the finding; an interval needs 10 in each group) of those without"),
        ("--", "nothing is known: there are no positive rows."),
    ):
        cells = "".join(f"c{n},{n + 1},{label.replace('-', '-1')}\n" for n, label in enumerate(labels))
        path.write_text(f"id,ctr,sick\n{cells}", encoding="utf-8")
        lines = plain(summary(study(path, value="ctr", by="sick", cutoff=0.5, out=tmp_path / labels)))
        assert lines[1].startswith(f"At the cut-off of 0.5, stated beforehand, {said}")
        assert "no number" not in lines[1]
    assert "there are no positive rows" in lines[1]


def test_where_nothing_can_be_compared_the_reason_is_the_answer(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("id,ctr,sick\na,0.5,1\nb,0.6,1\n", encoding="utf-8")
    lines = summary(study(path, value="ctr", by="sick", out=tmp_path / "out"))
    assert lines[0] == "CTR cannot be compared by sick: all 2 rows are positive: there is one group only."
