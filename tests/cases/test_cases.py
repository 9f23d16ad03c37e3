from __future__ import annotations

from pathlib import Path

import pytest

from medunet.cases.case import Case
from medunet.cases.cases import Cases
from medunet.errors import InputError


def case(name, subject, split=None):
    return Case(name, subject, (Path(f"{name}.png"),), split=split)


def test_one_subject_in_two_splits_is_refused_without_naming_it():
    with pytest.raises(InputError) as caught:
        Cases(
            (case("a", "SECRET", "train"), case("b", "other", "val"), case("c", "SECRET", "test")), source="cases.csv"
        )
    assert "cases.csv: has one subject in two splits: case a (train) and case c (test)" in str(caught.value)
    assert "SECRET" not in str(caught.value)


def test_ids_are_unique():
    with pytest.raises(InputError, match="several cases of one id"):
        Cases((case("a", "s"), case("a", "t")))


def test_cases_of_a_split_and_subjects():
    cases = Cases((case("a", "s", "train"), case("b", "t", "val"), case("c", "s", "train")), provenance=("said",))
    assert [one.id for one in cases.of("train")] == ["a", "c"]
    assert cases.of("train").provenance == ("said",)
    assert len(cases.of("test")) == 0
    assert cases.subjects == ("s", "t")
