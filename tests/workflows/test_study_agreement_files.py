from __future__ import annotations

import csv
import hashlib
import json

import pytest

from medunet.workflows.study_agreement_files import inputs_of, unmatched_cases


def rows_of(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_tables_hold_every_figure_of_all_and_of_each_part(agreed):
    rows = rows_of(agreed.folder / "estimates.csv")
    assert {row["cases_of"] for row in rows} >= {"all", "view = AP", "view = PA", "subject = 1"}
    bias = next(row for row in rows if (row["cases_of"], row["figure"]) == ("all", "bias"))
    assert float(bias["value"]) == pytest.approx(agreed.found.bland_altman.bias.value, rel=1e-5)
    assert bias["source"] == "Bland and Altman 1986; Rao and Scott 1992"
    assert all(row["reason"] for row in rows if not row["low"])


def test_flips_add_up(agreed):
    for row in rows_of(agreed.folder / "flips.csv"):
        numbers = [
            int(row[name]) for name in ("both_above", "first_above_alone", "second_above_alone", "neither_above")
        ]
        assert sum(numbers) == (6 if row["cases_of"] == "all" else sum(numbers))
    assert rows_of(agreed.folder / "flips.csv")[0]["first_above_alone"] == "1"


def test_every_pair_is_there_holes_too(agreed):
    rows = {row["case"]: row for row in rows_of(agreed.folder / "pairs.csv")}
    assert set(rows) == set("abcdefg")
    assert (rows["g"]["first"], rows["g"]["difference"], rows["g"]["reason"]) == ("", "", "one: no value in the table")
    assert rows["c"]["view"] == "AP"


def test_what_has_no_partner_is_named(agreed):
    assert unmatched_cases(agreed) == [("in one alone", "<x>"), ("in two alone", "z")]
    assert [row["case"] for row in rows_of(agreed.folder / "unmatched.csv")] == ["<x>", "z"]


def test_the_record_names_its_inputs_by_hash(agreed):
    record = json.loads((agreed.folder / "study.json").read_text())
    digest = hashlib.sha256((agreed.folder.parent / "one.csv").read_bytes()).hexdigest()
    assert record["inputs"] == inputs_of(agreed)
    assert digest in record["inputs"].values()
    assert "medunet" in record["versions"]
