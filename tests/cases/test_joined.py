from __future__ import annotations

import json

import pytest

from medunet.cases import read_cases
from medunet.errors import InputError


@pytest.fixture
def two(tmp_path, pen):
    """Source one has lungs and heart, source two lungs alone; both have films a and b of subjects with equal names."""
    pen.pairs(tmp_path / "one", ["a", "b"])
    for name in "ab":
        mask = pen.blob(1)
        mask[12:14, 12:14] = 2
        pen.draw(tmp_path / "one" / "masks" / f"{name}.png", mask)
    (tmp_path / "one" / "masks" / "labels.json").write_text(json.dumps({"lungs": 1, "heart": 2}))
    pen.pairs(tmp_path / "two", ["a", "b"])

    def read(first="", second="", rest="", **options):
        (tmp_path / "all.yaml").write_text(
            f"sources:\n  - {{folder: one{first}}}\n  - {{folder: two, rename: {{foreground: Lungs}}{second}}}\n{rest}"
        )
        return read_cases(tmp_path / "all.yaml", **options)

    return read


def test_one_scheme_and_what_was_never_looked_for(two):
    cases = two()
    assert [case.id for case in cases] == ["one_a", "one_b", "two_a", "two_b"]
    assert cases.subjects == ("one_a", "one_b", "two_a", "two_b")
    assert cases.scheme.names == ("lungs", "heart")
    assert [case.annotated for case in cases] == [None, None, ("lungs",), ("lungs",)]
    assert [int(case.read_target().mask("lungs").sum()) for case in cases] == [36] * 4
    assert any(said.startswith("two: 2 cases") for said in cases.provenance)


def test_what_is_said_of_a_source(two):
    cases = two(", split: train, tags: {site: X}", ", split: test, annotated: [foreground, heart]")
    assert [case.split for case in cases] == ["train", "train", "test", "test"]
    assert [case.annotated for case in cases] == [None] * 4
    assert [case.tags.get("site") for case in cases] == ["X", "X", None, None]


def test_subjects_are_joined_only_when_told(two):
    cases = two(", split: train", ", split: test")
    assert len(cases.subjects) == 4
    assert two(rest="subjects: shared\n").subjects == ("a", "b")
    with pytest.raises(InputError, match="one subject in two splits"):
        two(", split: train", ", split: test", "subjects: shared\n")


def test_faults_of_all_sources_together(two, tmp_path):
    for place in ("one", "two"):
        (tmp_path / place / "cases.csv").write_text("id\ngone\n")
    with pytest.raises(InputError, match=r"called gone; cases\.csv, line 2"):
        two()


def test_a_structure_that_nobody_has(two):
    with pytest.raises(InputError, match=r"annotated names liver, which no mask has\. Structures are lungs, heart"):
        two(", annotated: [liver]")


def test_one_source_with_statements(tmp_path, pen):
    pen.pairs(tmp_path / "d", ["a", "b"])
    (tmp_path / "d" / "data.yaml").write_text("split: val\ntags: {view: PA}\nannotated: [foreground]\n")
    cases = read_cases(tmp_path / "d")
    assert [(case.split, case.view, case.annotated) for case in cases] == [("val", "PA", None)] * 2
