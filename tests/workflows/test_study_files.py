from __future__ import annotations

import csv
import hashlib

import pytest

from medunet.workflows.study_files import ESTIMATES, TESTS, VALUES, inputs_of, unmatched


def rows_of(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_every_row_of_the_table_comes_back_with_what_became_of_it(made_study):
    rows = rows_of(made_study.folder / "values.csv")
    assert tuple(rows[0]) == VALUES
    assert len(rows) == 107
    labels = [row["label"] for row in rows]
    assert (labels.count("no label"), labels.count("uncertain")) == (1, 2)
    assert sum(row["analysed"] == "true" for row in rows) == 101
    assert {row["reason"] for row in rows if not row["value"]} == {"no lung", "no heart"}


def test_every_estimate_has_its_method_and_source_and_a_reason_where_it_has_none(made_study):
    rows = rows_of(made_study.folder / "estimates.csv")
    assert tuple(rows[0]) == ESTIMATES
    assert {row["analysis"] for row in rows} >= {"all data", "view = AP", "age = 18 to below 40"}
    assert all(row["method"] and row["source"] for row in rows)
    assert all(bool(row["reason"]) == (not row["low"]) for row in rows)
    (area,) = (row for row in rows if (row["analysis"], row["figure"]) == ("all data", "AUC"))
    assert float(area["value"]) == pytest.approx(made_study.primary.comparison.area.value, abs=1e-5)
    origins = {row["origin"] for row in rows if row["figure"] == "sensitivity"}
    assert origins == {
        "stated beforehand",
        "chosen on these rows: in-sample, optimistic",
        "chosen and judged on other subjects: out-of-sample",
    }


def test_tests_are_written_with_what_they_count(made_study):
    rows = rows_of(made_study.folder / "tests.csv")
    assert tuple(rows[0]) == TESTS
    assert {row["units"] for row in rows} == {"means of subjects", "rows, grouped by subject"}


def test_what_did_not_match_is_written_by_name(made_study):
    assert [(row["what"], row["name"]) for row in rows_of(made_study.folder / "unmatched.csv")] == unmatched(made_study)


def test_inputs_are_named_by_their_hash(made_study, study_tables):
    digest = hashlib.sha256((study_tables / "ratios.csv").read_bytes()).hexdigest()
    assert inputs_of(made_study)["ratios.csv"] == digest
