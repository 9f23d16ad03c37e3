"""The further parts of the page say what they rest on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from medunet.reports import Paragraph, Table
from medunet.reports.numbers_in_text import in_words
from medunet.workflows.study import study
from medunet.workflows.study_drawings import value_digits
from medunet.workflows.study_sections import (
    both_section,
    comparison_blocks,
    missing_section,
    subgroup_section,
    trimmed_section,
    unmatched_section,
    view_section,
)


def words(section):
    texts = [block.text for block in section.blocks if isinstance(block, Paragraph)]
    cells = [str(cell) for block in section.blocks if isinstance(block, Table) for row in block.rows for cell in row]
    return " ".join([*texts, *cells]).replace("\N{NO-BREAK SPACE}", " ")


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """Twelve subjects of whom each has films of both labels, and one value far off."""
    folder = tmp_path_factory.mktemp("both")
    rows = [f"c{n},s{n // 2},{5 if n == 3 else 0.4 + n % 2 * 0.1 + n / 1000},{n % 2}" for n in range(24)]
    (folder / "t.csv").write_text("id,subject,ctr,sick\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return study(folder / "t.csv", value="ctr", by="sick", cutoff=0.45, out=folder / "out")


def test_subjects_with_both_labels_have_a_difference_of_means_and_the_clustered_rank_test(both, made_study):
    said = words(both_section(both))
    ranks, difference = both.primary.comparison.clustered_ranks, both.primary.comparison.mean_difference
    assert difference.low < difference.value < difference.high
    assert f"({in_words(difference, value_digits(both))}; cluster-robust".replace("\N{NO-BREAK SPACE}", " ") in said
    assert "12 of 12 subjects have rows with and without sick" in said
    assert f"z = {ranks.statistic:.2f}" in said
    assert both_section(made_study) is None


def test_a_figure_that_cannot_be_made_has_its_reason_in_the_place_of_the_interval(both):
    _, effects, tests = comparison_blocks(both.primary, both)
    reasons = {row[0]: row[2] for row in effects.rows} | {row[0]: row[3] for row in tests.rows}
    assert effects.rows[0][0] == "difference of means"
    assert " to " in reasons["difference of means"].replace("\N{NO-BREAK SPACE}", " ")
    for name in ("Hedges' g", "Welch's t", "Mann–Whitney U"):
        assert "12 subjects have rows of both labels" in reasons[name]


def test_the_second_analysis_states_its_rule_and_that_the_label_was_not_used(both):
    said = words(trimmed_section(both))
    assert "Left out: 1 rows with sick and 0 without" in said
    assert "the label was not used" in said
    assert "The analysis of all data stays the primary one" in said


def test_without_outliers_the_second_analysis_is_the_first(made_study):
    second = replace(made_study.second, analysis=None)
    assert "is the one of all data" in words(trimmed_section(replace(made_study, second=second)))


def test_the_missing_lower_what_was_found(made_study, both):
    table = missing_section(made_study).blocks[1]
    worst = {row[0]: float(row[1]) for row in table.rows}
    assert worst["AUC"] < made_study.primary.comparison.area.value
    assert worst["sensitivity at 0.5"] < made_study.primary.stated.sensitivity.value
    assert "nothing is missing" in words(missing_section(both))


def test_subgroups_are_called_exploratory_and_count_their_rows(made_study, both):
    section = subgroup_section(made_study)
    assert section.blocks[0].text.startswith("Exploratory")
    assert "Image Index: no subgroups, it has more than 20 different words." in words(section)
    levels = [row[0] for row in section.blocks[1].rows]
    assert levels[:2] == ["view: AP", "view: PA"]
    assert levels[2:] == ["age: 18 to below 40", "age: 40 to below 60", "age: 60 to below 80", "age: 80 and above"]
    assert subgroup_section(both) is None


def test_where_the_quartiles_are_equal_no_row_is_called_an_outlier(tmp_path):
    rows = "".join(f"c{n},{1 + (n > 25)},{n % 2}\n" for n in range(30))
    (tmp_path / "t.csv").write_text(f"id,grade,sick\n{rows}", encoding="utf-8")
    made = study(tmp_path / "t.csv", value="grade", by="sick", out=tmp_path / "out")
    assert "No row was taken for an outlier: the quartiles are equal" in words(trimmed_section(made))
    assert made.to_dict()["without_outliers"]["reason"]


def test_one_group_has_no_shares_that_could_be_alike(made_study):
    balance = replace(made_study.balance, levels=(("AP", 0, 5), ("PA", 0, 9)), caution="")
    said = words(view_section(replace(made_study, balance=balance)))
    assert "There are no two groups whose shares could be compared." in said
    assert "alike" not in said


def test_what_did_not_match_is_listed_by_name(made_study, both):
    section = unmatched_section(made_study)
    assert "Joined by case: 106 rows of ratios.csv have a label in labels.csv." in words(section)
    assert {name for _, name in section.blocks[1].rows} == {"other", "x", *made_study.finding.join.without_label}
    assert "columns of one table" in words(unmatched_section(both))


def test_a_view_that_goes_with_the_label_is_a_caution(made_study, both):
    said = words(view_section(made_study))
    assert "view and label go together" in said
    assert "(--where)" in said
    assert view_section(both) is None
