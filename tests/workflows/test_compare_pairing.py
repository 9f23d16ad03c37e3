from __future__ import annotations

import pytest

from medunet.errors import InputError
from medunet.workflows.compare_groups import Group
from medunet.workflows.compare_input import read_entries
from medunet.workflows.compare_pairing import by_seed, pair, refuse_other_subjects, refuse_trained

HEART = ("heart", "dice", "")


def groups(*words):
    return [Group(entry.name, (entry,)) for entry in read_entries(words, ["dice"], "test")]


def test_a_case_that_was_not_predicted_is_0_and_stays(scored):
    a, b = groups(scored("a", {"x": 0.9, "y": 0.8}), scored("b", {"x": None, "y": 0.8}))
    pairing = pair(a, b, HEART)
    assert pairing.cases == ("x", "y")
    assert pairing.second.tolist() == [0.0, 0.8]


def test_values_on_one_side_are_named(scored):
    def hole(case):
        return [case, case, "heart", "dice", "", "ratio", "absent in both"]

    a = scored("a", {"x": 0.9, "y": 0.8}, more=[hole("z"), hole("v")])
    b = scored("b", {"x": 0.9, "z": 0.7}, more=[hole("y"), hole("v")])
    pairing = pair(*groups(a, b), HEART)
    assert pairing.cases == ("x",)
    assert (pairing.only_first, pairing.only_second, pairing.neither) == (("y",), ("z",), ("v",))


def test_other_units_are_no_pair(scored):
    a = scored("a", {"x": 0.9}, more=[["y", "y", "heart", "dice", 3, "px", ""]])
    b = scored("b", {"x": 0.9}, more=[["y", "y", "heart", "dice", 2, "mm", ""]])
    pairing = pair(*groups(a, b), HEART)
    assert (pairing.cases, pairing.other_unit) == (("x",), ("y",))


def test_seeds_are_averaged_and_kept_apart(run_scored):
    runs = [run_scored(f"s{s}", {"x": 0.6 + 0.1 * s, "y": 0.8}, seed=s) for s in range(3)]
    other = run_scored("other", {"x": 0.5, "y": 0.5}, lr=1)
    *seeds, alone = read_entries([*runs, other], ["dice"], "test")
    group = Group("s", tuple(seeds))
    pairing = pair(group, Group("other", (alone,)), HEART)
    assert pairing.first == pytest.approx([0.7, 0.8])
    assert by_seed(group, HEART, pairing)[:, 0].tolist() == pytest.approx([0.6, 0.7, 0.8])


def test_cases_that_another_trained_on_are_refused(run_scored, dices, scored):
    a = run_scored("a", dices(n=3))
    b = run_scored("b", {"other": 0.9, "film-01": 0.8}, train=("film-00", "film-02"))
    with pytest.raises(InputError, match=r"a: 2 of 3 scored cases .* validation cases of b \(film-00, film-02\)"):
        refuse_trained(read_entries([a, b], ["dice"], "test"))
    with pytest.raises(InputError, match="table: 1 of 1 scored cases"):
        refuse_trained(read_entries([scored("table", {"film-02": 0.9}), b], ["dice"], "test"))


def test_a_part_that_is_the_same_of_both_gives_neither_an_advantage(run_scored, scored):
    a, b, c = (run_scored(name, {"x": 0.9}, train=train) for name, train in (("a", "t"), ("b", "t"), ("c", "u")))
    tables = [run / "evaluation" / "train" / "scores.csv" for run in (a, b, c)]
    for table in tables:
        scored(table.parent.relative_to(table.parents[3]), {"t": 0.99}, subjects={"t": "s-t"})
    refuse_trained(read_entries(tables[:2], ["dice"], "train"))
    with pytest.raises(InputError, match="c: 1 of 1 scored cases are training or validation cases of a"):
        refuse_trained(read_entries([tables[0], tables[2]], ["dice"], "train"))


def test_subjects_that_another_trained_on_are_refused(run_scored, scored):
    a = run_scored("a", {"x": 0.9}, train=("t1",))
    table = scored("table", {"new": 0.9}, subjects={"new": "s-t1"})
    with pytest.raises(InputError, match="training or validation cases of a"):
        refuse_trained(read_entries([a, table], ["dice"], "test"))


def test_other_subjects_of_one_case_are_refused(scored):
    a, b = scored("a", {"x": 0.9}), scored("b", {"x": 0.9}, subjects={"x": "someone"})
    with pytest.raises(InputError, match="another subject than in a"):
        refuse_other_subjects(read_entries([a, b], ["dice"], "test"))
