from __future__ import annotations

from medunet.workflows.compare_groups import differences, groups_of, seeds_alone
from medunet.workflows.compare_input import read_entries


def read(*runs):
    return read_entries(runs, ["dice"], "test")


def test_seeds_of_one_recipe_are_a_group(run_scored, dices):
    runs = [run_scored(f"{name}-seed-{s}", dices(seed=s), lr=lr, seed=s) for name, lr in (("fast", 1), ("slow", 2))
            for s in (0, 1)]  # fmt: skip
    groups = groups_of(read(*runs))
    assert [(group.name, group.seeds) for group in groups] == [("fast", (0, 1)), ("slow", (0, 1))]


def test_other_data_or_training_cases_are_no_seed(run_scored, dices):
    runs = [run_scored("a", dices()), run_scored("b", dices(), seed=1, data="d2"),
            run_scored("c", dices(), seed=2, train=("t2",))]  # fmt: skip
    assert [group.name for group in groups_of(read(*runs))] == ["a", "b", "c"]


def test_where_all_are_seeds_each_is_compared(run_scored, dices):
    entries = read(*(run_scored(f"seed-{s}", dices(seed=s), seed=s) for s in range(3)))
    assert seeds_alone(entries)
    assert [group.name for group in groups_of(entries)] == ["seed-0", "seed-1", "seed-2"]


def test_tables_are_no_seeds(scored, run_scored, dices):
    entries = read(scored("a", dices()), scored("b", dices()))
    assert not seeds_alone(entries)
    assert len(groups_of(entries)) == 2
    assert differences(entries) == ()


def test_what_differs_is_listed_and_nothing_else(run_scored, scored, dices):
    entries = read(run_scored("a", dices()), run_scored("b", dices(seed=1), lr=0.1, seed=4), scored("c", dices(seed=2)))
    found = dict(differences(entries))
    assert found["training.lr"] == ("0.001", "0.1", "–")
    assert found["training.seed"] == ("0", "4", "–")
    both = dict(differences(entries[:2]))
    assert "name" not in both
    assert not [key for key in both if key.startswith("version")]


def test_a_label_is_the_group_s_name(run_scored, dices):
    entries = read(*(run_scored(f"r{s}", dices(seed=s), lr=s + 1) for s in range(2)))
    labels = {entries[0].table: "lr=1"}
    assert [group.name for group in groups_of(entries, labels)] == ["lr=1", "r1"]
