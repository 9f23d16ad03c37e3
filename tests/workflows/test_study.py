"""study from tables to the folder: what is written, what is refused, and what stands where there is no number."""

from __future__ import annotations

import csv
import json
import math
import random

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import roc_auc_score

from medunet.errors import InputError, OutputError, UsageError
from medunet.images import write_csv
from medunet.workflows.study import OWNED, study
from medunet.workflows.study_page import study_page


def rows_of(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def table(folder, rows, header=("id", "subject", "ctr", "sick")):
    write_csv(folder / "t.csv", header, rows)
    return folder / "t.csv"


def test_everything_lies_in_the_folder(made_study):
    names = {path.name for path in made_study.folder.iterdir()}
    assert set(OWNED) <= names
    figures = {path.name for path in (made_study.folder / "figures").iterdir()}
    assert figures == {f"{name}.{kind}" for name in ("roc", "box-strip", "distributions") for kind in KINDS}


KINDS = ("svg", "pdf", "png", "csv")


def test_the_numbers_agree_with_scipy_and_scikit_learn_on_the_table_it_writes(made_study):
    rows = [row for row in rows_of(made_study.folder / "values.csv") if row["analysed"] == "true"]
    value = np.array([float(row["value"]) for row in rows])
    positive = np.array([row["label"] == "yes" for row in rows])
    found = made_study.primary.comparison
    assert found.area.value == pytest.approx(roc_auc_score(positive, value), abs=1e-12)
    means = {}
    for row, one in zip(rows, value, strict=True):
        means.setdefault((row["subject"], row["label"]), []).append(one)
    groups = [[np.mean(v) for (_, label), v in means.items() if label == word] for word in ("yes", "no")]
    welch = stats.ttest_ind(*groups, equal_var=False)
    assert found.welch.statistic == pytest.approx(welch.statistic, rel=1e-9)
    assert found.mann_whitney.p_value == pytest.approx(stats.mannwhitneyu(*groups).pvalue, rel=1e-9)
    at = made_study.primary.stated
    assert (at.true_positive, at.false_positive) == ((value[positive] > 0.5).sum(), (value[~positive] > 0.5).sum())


def test_the_json_holds_what_the_value_holds(made_study):
    said = json.loads((made_study.folder / "study.json").read_text(encoding="utf-8"))
    plain = json.loads(json.dumps(made_study.to_dict()))
    assert {key: said[key] for key in plain} == plain
    assert set(said["inputs"]) == {"ratios.csv", "labels.csv"}
    assert all(len(digest) == 64 for digest in said["inputs"].values())


def test_called_again_it_gives_the_same_bytes_and_other_words_are_refused(study_tables, tmp_path, digest):
    words = {"value": "ctr", "by": "cardiomegaly", "labels": study_tables / "labels.csv", "out": tmp_path / "out"}
    study(study_tables / "ratios.csv", **words)
    before = digest(tmp_path / "out")
    study(study_tables / "ratios.csv", **words)
    assert digest(tmp_path / "out") == before
    with pytest.raises(OutputError, match=r"holds other results \(differs in: cutoff\)"):
        study(study_tables / "ratios.csv", cutoff=0.5, **words)
    study(study_tables / "ratios.csv", cutoff=0.5, overwrite=True, **words)


def test_a_table_in_the_output_folder_is_never_overwritten(tmp_path):
    path = table(tmp_path, [["a", "1", 0.5, 1]])
    with pytest.raises(OutputError, match=r"was not made by medunet|holds what is to be read"):
        study(path, value="ctr", by="sick", out=tmp_path)


def some(n, subjects=1, seed=0):
    draw = random.Random(seed)
    return [[f"c{i}", f"s{i // subjects}", round(draw.gauss(0.5 + 0.03 * (i % 2), 0.05), 4), i % 2] for i in range(n)]


def test_writing_every_row_twice_changes_no_interval(tmp_path):
    rows = some(80)
    once, twice = tmp_path / "once", tmp_path / "twice"
    once.mkdir()
    twice.mkdir()
    first = study(table(once, rows), value="ctr", by="sick", cutoff=0.5, out=once / "out")
    second = study(table(twice, rows + rows), value="ctr", by="sick", cutoff=0.5, out=twice / "out")
    for name in ("mean_difference", "hedges_g", "rank_biserial", "area", "area_bootstrap"):
        one, two = (getattr(done.primary.comparison, name) for done in (first, second))
        assert (two.value, two.low, two.high) == pytest.approx((one.value, one.low, one.high), abs=1e-9)
    one, two = (done.primary.stated.sensitivity for done in (first, second))
    assert (two.low, two.high) == pytest.approx((one.low, one.high), abs=1e-9)
    assert second.cautions == ("80 cases in more than one row of t.csv",)


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([["a", "1", 0.5, 1], ["b", "2", 0.6, 1]], "all 2 rows are positive: there is one group only"),
        ([[f"c{n}", n, 0.5, 0] for n in range(30)], "all 30 rows are negative: there is one group only"),
        ([["a", "1", 0.5, 1], ["b", "2", 0.6, 0]], "1 subject with the finding; an interval needs 10 in each group"),
        ([["a", "1", 0.5, -1], ["b", "2", 0.6, ""]], "no row has a measurement and a certain label"),
        ([[f"c{n}", n, "nan" if n else 0.5, n % 2] for n in range(40)], "the only row is negative"),
        ([[f"c{n}", n, 0.5, n % 2] for n in range(40)], "no cut-off does better than chance"),
    ],
    ids=["two cases", "never positive", "one of each", "never certain", "nan", "all equal"],
)
def test_degenerate_input_gives_a_page_with_the_reason_in_place_of_the_number(tmp_path, rows, reason):
    done = study(table(tmp_path, rows), value="ctr", by="sick", cutoff=0.5, subgroups=["sick"], out=tmp_path / "out")
    page = (done.folder / "report.html").read_text(encoding="utf-8")
    assert reason in page
    assert "nan" not in json.dumps(done.to_dict()).lower().replace("nan.csv", "")


def test_at_perfect_separation_the_interval_is_not_empty_and_stays_in_the_square(tmp_path):
    rows = [[f"c{n}", n, n, int(n >= 20)] for n in range(40)]
    area = study(table(tmp_path, rows), value="ctr", by="sick", out=tmp_path / "out").primary.comparison.area
    assert area.value == 1
    assert 0.5 < area.low < area.high == 1


@pytest.mark.parametrize(
    ("change", "fault", "message"),
    [
        ({"value": "cti"}, InputError, r"t\.csv: has no column 'cti' \(it has id, subject, ctr, sick\)"),
        ({"by": "ill"}, InputError, r"t\.csv: has no column 'ill' \(it has id, subject, sick\)"),
        ({"by": "subject"}, InputError, r"column subject: row 2 's0' is neither yes nor no.*--by \"subject=WORD\""),
        ({"subgroups": ["site"]}, InputError, r"has no column 'site'"),
        ({"where": ["sick"]}, UsageError, r"'sick' is no condition"),
        ({"prevalence": 5}, UsageError, r"--prevalence: 5 is not between 0 and 1"),
        ({"cutoff": math.nan}, UsageError, r"--cutoff: nan is no number"),
        ({"positive_when": "above"}, UsageError, r"'above' is not higher or lower"),
        ({"by": None}, UsageError, r"--by, --against: neither is given"),
        ({"against": "sick"}, UsageError, r"--by, --against: both given"),
        ({"by": None, "against": "sick", "prevalence": 0.1}, UsageError, r"belong to --by"),
        ({"labels": "no.csv"}, InputError, r"no\.csv: is not there"),
    ],
)
def test_words_that_mean_nothing_are_refused_before_anything_is_written(tmp_path, change, fault, message):
    rows = [["a", "1", 0.5, 1], ["b", "s0", 0.6, 0]]
    words = {"value": "ctr", "by": "sick", "out": tmp_path / "out"} | change
    with pytest.raises(fault, match=message):
        study(table(tmp_path, rows), **words)
    assert not (tmp_path / "out").exists()


def test_another_reading_is_compared_in_place_of_a_label(tmp_path):
    rows = [[case, subject, value, round(value + 0.01, 4)] for case, subject, value, _ in some(30)]
    path = table(tmp_path, rows, ("id", "subject", "ctr", "reader"))
    done = study(path, value="ctr", against="reader", cutoff=0.5, out=tmp_path / "out")
    assert done.found.bland_altman.bias.value == pytest.approx(-0.01)
    assert (tmp_path / "out" / "report.html").is_file()


def test_lower_values_may_speak_for_the_finding(tmp_path):
    rows = [[case, subject, -value, sick] for case, subject, value, sick in some(60)]
    done = study(table(tmp_path, rows), value="ctr", by="sick", positive_when="lower", out=tmp_path / "out")
    other = study(table(tmp_path, some(60)), value="ctr", by="sick", out=tmp_path / "other")
    assert done.primary.comparison.area.value == pytest.approx(other.primary.comparison.area.value, abs=1e-12)


def test_names_with_markup_are_text_on_the_page(tmp_path):
    rows = [[f"<b>{n}</b>", f"<i>{n}", n, "<script>alert(1)</script>" if n else "x"] for n in range(3)]
    done = study(table(tmp_path, rows), value="ctr", by="sick=x", subgroups=["sick"], out=tmp_path / "out")
    page = (done.folder / "report.html").read_text(encoding="utf-8")
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_the_page_says_the_same_each_time(made_study):
    assert study_page(made_study) == study_page(made_study)
