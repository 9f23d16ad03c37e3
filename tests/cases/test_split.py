from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medunet.cases.case import Case
from medunet.cases.cases import Cases
from medunet.cases.split import folds, prove, split_by_subject, split_rows
from medunet.errors import InputError, UsageError


def cases_of(count, per_subject=1, split=None):
    return Cases(
        tuple(
            Case(f"c{number}", f"s{number // per_subject}", (Path(f"{number}.png"),), split=split)
            for number in range(count)
        ),
        split_from="the folders" if split else "",
    )


def test_shares_of_193_subjects():
    cases = split_by_subject(cases_of(193), {"train": 0.7, "val": 0.1, "test": 0.2}, seed=0)
    assert prove(cases).subjects == {"train": 136, "val": 19, "test": 38}


def test_the_order_is_that_of_the_hash():
    def key(subject):
        return hashlib.sha256(f"7:split:{subject}".encode()).hexdigest()

    cases = split_by_subject(cases_of(10), seed=7)
    order = sorted((case.subject for case in cases), key=key)
    assert {case.subject for case in cases.of("test")} == set(order[:2])
    assert {case.subject for case in cases.of("val")} == {order[2]}


@settings(deadline=None)
@given(st.integers(1, 80), st.integers(1, 4), st.integers(0, 5), st.randoms())
def test_a_draw_keeps_subjects_together_and_forgets_the_order(count, per_subject, seed, random):
    cases = cases_of(count, per_subject)
    drawn = split_by_subject(cases, seed=seed)
    proof = prove(drawn)
    assert proof.shared_subjects == ()
    assert sum(proof.cases.values()) == count
    assert sum(proof.subjects.values()) == len(cases.subjects)
    if len(cases.subjects) >= 3:
        assert min(proof.subjects.values()) >= 1
    shuffled = list(cases)
    random.shuffle(shuffled)
    again = split_by_subject(replace(cases, cases=tuple(shuffled)), seed=seed)
    assert {case.id: case.split for case in again} == {case.id: case.split for case in drawn}


def test_another_seed_draws_other_subjects():
    tests = [{case.id for case in split_by_subject(cases_of(50), seed=seed).of("test")} for seed in range(3)]
    assert tests[0] != tests[1] != tests[2]


def test_given_splits_are_kept_and_val_is_drawn_where_it_lacks():
    tests = (replace(case, id=f"t{case.id}", subject=f"t{case.subject}", split="test") for case in cases_of(20))
    given_cases = Cases((*cases_of(80, split="train"), *tests), split_from="the folders")
    cases = split_by_subject(given_cases, seed=0)
    assert prove(cases).cases == {"train": 70, "val": 10, "test": 20}
    assert {case.id for case in cases.of("test")} == {case.id for case in given_cases.of("test")}
    assert prove(cases).method.startswith("the folders; val drawn from the training subjects (share 0.125)")
    complete = split_by_subject(cases, seed=1)
    assert {case.id: case.split for case in complete} == {case.id: case.split for case in cases}


def test_a_test_set_is_never_drawn_beside_given_splits():
    cases = split_by_subject(cases_of(10, split="train"), seed=0)
    assert prove(cases).cases == {"train": 9, "val": 1, "test": 0}


def test_some_splits_given_and_some_not():
    cases = Cases((*cases_of(2, split="train"), Case("x", "x", (Path("x.png"),))), source="cases.csv")
    with pytest.raises(InputError, match=r"cases.csv: gives a split to 2 cases and none to 1 \(x\)"):
        split_by_subject(cases)


@pytest.mark.parametrize("shares", [{"train": 0.5}, {"train": 1.2, "val": -0.2}, {"train": 0.8, "holdout": 0.2}])
def test_shares_that_are_none(shares):
    with pytest.raises(UsageError, match="add up to 1"):
        split_by_subject(cases_of(5), shares)


def test_no_share_no_case():
    proof = prove(split_by_subject(cases_of(7), {"train": 0.8, "test": 0.2}))
    assert proof.cases == {"train": 6, "val": 0, "test": 1}
    assert prove(split_by_subject(cases_of(7), {"test": 1.0})).cases["test"] == 7
    assert prove(split_by_subject(cases_of(7), {"val": 0.5, "test": 0.5})).cases["train"] == 0


def test_folds_validate_each_subject_once_and_keep_the_test_set():
    cases = split_by_subject(cases_of(60, 2), seed=0)
    made = folds(cases, 5, seed=0)
    tests = {case.id for case in cases.of("test")}
    validated = [case.id for fold in made for case in fold.of("val")]
    assert all({case.id for case in fold.of("test")} == tests for fold in made)
    assert all(prove(fold).shared_subjects == () for fold in made)
    assert sorted(validated) == sorted(case.id for case in cases if case.id not in tests)
    sizes = [prove(fold).subjects["val"] for fold in made]
    assert max(sizes) - min(sizes) <= 1
    assert prove(made[2]).method.startswith("fold 2 of 5 folds by subject")


@pytest.mark.parametrize("k", [0, 1, 6])
def test_impossible_folds(k):
    with pytest.raises(UsageError, match="folds"):
        folds(cases_of(5), k)


def test_the_proof_is_plain_json_and_counts_what_it_finds():
    proof = prove(split_by_subject(cases_of(10), seed=3))
    assert json.loads(json.dumps(proof.to_dict()))["seed"] == 3
    assert proof.to_dict()["shared_subjects"] == []
    assert prove(cases_of(3)).method == "no split"
    unsound = Cases((Case("a", "s", (Path("a"),), split="train"), Case("b", "t", (Path("b"),), split="test")))
    object.__setattr__(unsound.cases[1], "subject", "s")
    assert prove(unsound).shared_subjects == ("s",)


def test_rows_of_split_csv():
    heading, *rows = split_rows(cases_of(2, split="val"))
    assert heading == ("case", "subject", "split")
    assert rows == [("c0", "s0", "val"), ("c1", "s1", "val")]
