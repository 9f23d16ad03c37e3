from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from medunet.workflows.study import study
from medunet.workflows.study_summary import HONEST, summary


def plain(lines):
    return [line.replace("\N{NO-BREAK SPACE}", " ") for line in lines]


def test_the_answer_comes_first_and_the_caveat_last(made_study):
    lines = plain(summary(made_study))
    area = made_study.primary.comparison.area
    assert lines[0] == (
        "CTR is higher in cases with cardiomegaly than in cases without: if one of each is picked at random, the one "
        f"with cardiomegaly has the higher value {100 * area.value:.0f} times in 100 (95 % interval "
        f"{100 * area.low:.0f} to {100 * area.high:.0f}; 50 would be chance)."
    )
    assert f"is the AUC: {area.value:.2f}, 95 % interval {area.low:.2f} to {area.high:.2f}; the medians are" in lines[1]
    assert lines[2].startswith("At the cut-off of 0.5, stated beforehand, ")
    assert "choosing one in this way and judging it on other subjects" in lines[3]
    assert "101 of 107 rows are analysed" in lines[4]
    assert lines[4].endswith("Left out: 1 without a label, 2 with an uncertain label, 3 that could not be measured.")
    assert lines[5].startswith("Caution: view and label go together")
    assert lines[-1] == HONEST


def test_without_a_cut_off_it_says_so(made_study):
    bare = replace(made_study, primary=replace(made_study.primary, stated=None))
    assert "No cut-off was stated beforehand" in plain(summary(bare))[2]


def test_with_few_subjects_the_reason_is_said_once(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("id,ctr,sick\n" + "".join(f"c{n},{n},{int(n > 25)}\n" for n in range(30)), encoding="utf-8")
    answer, _, line, *_ = plain(summary(study(path, value="ctr", by="sick", cutoff=20, out=tmp_path / "out")))
    assert answer.startswith("CTR of cases with sick and of cases without: ")
    assert "100 times in 100 (no interval: 4 subjects with the finding; an interval needs 10 in each group;" in answer
    assert "100 % of the cases with sick lie above it (sensitivity), and 81 % of those without" in line
    assert line.count("4 subjects with the finding; an interval needs 10 in each group") == 1


def test_pairs_of_equal_values_are_said_to_count_half(tmp_path, made_study):
    path = tmp_path / "t.csv"
    path.write_text("id,ctr,sick\n" + "".join(f"c{n},0.{n % 7},{n % 2}\n" for n in range(30)), encoding="utf-8")
    lines = plain(summary(study(path, value="ctr", by="sick", out=tmp_path / "out")))
    assert "over all pairs of a case with and one without, equal values counted half, is the AUC: 0.5" in lines[1]
    apart = replace(made_study.primary.groups, value=np.arange(made_study.primary.groups.value.size) + 0.0)
    lines = plain(summary(replace(made_study, primary=replace(made_study.primary, groups=apart))))
    assert "over all pairs of a case with and one without, is the AUC" in lines[1]


def test_one_value_for_all_is_said_as_it_is(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("id,ctr,sick\n" + "".join(f"c{n},0.5,{n % 2}\n" for n in range(30)), encoding="utf-8")
    lines = summary(study(path, value="ctr", by="sick", out=tmp_path / "out"))
    assert lines[0] == "CTR is the same in all cases, with and without sick, so it cannot tell them apart."
    assert lines[1].startswith("No cut-off was stated")


@pytest.mark.parametrize(
    ("area", "way", "words"),
    [
        ((0.6, 0.4, 0.8), "higher", "These cases do not show that CTR is higher with cardiomegaly than without: if"),
        ((0.3, 0.2, 0.4), "higher", "CTR is lower in cases with cardiomegaly than in cases without: if one of each is "
         "picked at random, the one with cardiomegaly has the higher value 30 times in 100 (95 % interval 20 to 40;"),
        ((0.9, 0.8, 0.95), "lower", "CTR is lower in cases with cardiomegaly than in cases without: if one of each is "
         "picked at random, the one with cardiomegaly has the lower value 90 times in 100 (95 % interval 80 to 95;"),
        ((0.505, 0.501, 0.509), "higher", "CTR is higher in cases with cardiomegaly than in cases without: if one of "
         "each is picked at random, the one with cardiomegaly has the higher value 50.5 times in 100 (95 % interval "
         "50.1 to 50.9; 50 would be chance)."),
        ((0.9996, 0.9, 1.0), "higher", "CTR is higher in cases with cardiomegaly than in cases without: if one of each "
         "is picked at random, the one with cardiomegaly has the higher value more than 99 times in 100"),
    ],
)  # fmt: skip
def test_the_first_sentence_claims_what_the_interval_allows(made_study, area, way, words):
    value, low, high = area
    found = made_study.primary.comparison
    changed = replace(found, area=replace(found.area, value=value, low=low, high=high))
    asked = replace(made_study.asked, positive_when=way)
    study = replace(made_study, asked=asked, primary=replace(made_study.primary, comparison=changed))
    assert plain(summary(study))[0].startswith(words)


def test_a_share_that_is_not_there_has_its_reason_and_no_place_in_the_sentence(tmp_path):
    path = tmp_path / "t.csv"
    for labels, said in (
        ("00", "0 % (no interval: 0 subjects with the finding; an interval needs 10 in each group) of those without"),
        ("--", "nothing is known: there are no positive rows."),
    ):
        cells = "".join(f"c{n},{n + 1},{label.replace('-', '-1')}\n" for n, label in enumerate(labels))
        path.write_text(f"id,ctr,sick\n{cells}", encoding="utf-8")
        lines = plain(summary(study(path, value="ctr", by="sick", cutoff=0.5, out=tmp_path / labels)))
        line = next(line for line in lines if line.startswith("At the cut-off"))
        assert line.startswith(f"At the cut-off of 0.5, stated beforehand, {said}")
        assert "no number" not in line
    assert "there are no positive rows" in line


def test_where_nothing_can_be_compared_the_reason_is_the_answer(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("id,ctr,sick\na,0.5,1\nb,0.6,1\n", encoding="utf-8")
    lines = summary(study(path, value="ctr", by="sick", out=tmp_path / "out"))
    assert lines[0] == "CTR cannot be compared by sick: all 2 rows are positive: there is one group only."
