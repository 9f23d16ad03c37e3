from __future__ import annotations

import pytest

from medunet.workflows.compare_input import read_entries
from medunet.workflows.compare_tests import compared


def compare(folder, *words, metrics=("dice",), **more):
    return compared(folder, read_entries(words, metrics, "test"), metrics, **more)


def test_the_family_is_all_structures_of_all_others(scored, dices, tmp_path):
    both = ("lung", "heart")
    runs = [scored(name, dices(seed=k), structures=both) for k, name in enumerate("abc")]
    done = compare(tmp_path, *runs)
    assert done.family == "lung Dice and heart Dice of b and c against a: 4 tests"
    raw = sorted(one.figures.wilcoxon.p_value for one in done.differences)
    assert min(one.p_holm for one in done.differences) == pytest.approx(min(1, 4 * raw[0]))


def test_a_test_that_cannot_be_made_is_no_part_of_the_family(scored, dices, tmp_path):
    alike = [[case, case, "lung", "dice", 0.9, "ratio", ""] for case in dices()]
    done = compare(tmp_path, *(scored(n, dices(seed=k), more=alike) for k, n in enumerate("ab")))
    assert done.family.endswith("1 test; 1 more could not be made and are no part of it")
    lung = done.difference("lung")
    assert lung.p_holm is None
    assert lung.figures.wilcoxon.reason == "every difference is 0"


def test_cases_and_structures_of_one_alone_are_named(scored, tmp_path):
    a = scored("a", {"x": 0.9, "y": 0.8, "z": 0.7}, structures=("heart", "lung"))
    b = scored("b", {"y": 0.8, "z": 0.6, "w": 0.5})
    done = compare(tmp_path, a, b)
    assert done.alone == {"a": ("x",), "b": ("w",)}
    assert done.structures_alone == {"a": ("lung",)}
    assert (done.cases, done.subjects) == (2, 2)


def test_groups_of_seeds_are_compared_and_their_spread_is_apart(run_scored, dices, tmp_path):
    runs = [
        run_scored(f"{name}-{s}", dices(mean + 0.02 * s, seed=10 * s + lr), lr=lr, seed=s)
        for name, lr, mean in (("low", 1, 0.85), ("high", 2, 0.9))
        for s in range(3)
    ]
    done = compare(tmp_path, *runs)
    assert list(done.groups) == ["low", "high"]
    (one,) = done.differences
    assert one.figures.mean.value == pytest.approx(0.05, abs=0.01)
    over_subjects = one.figures.mean.high - one.figures.mean.low
    assert one.with_seeds.high - one.with_seeds.low > 2 * over_subjects
    spreads = {spread.group: spread for spread in done.seeds}
    assert spreads["low"].seeds == (0, 1, 2)
    assert spreads["low"].spread.between_seeds.value == pytest.approx(0.02, abs=0.01)


def test_runs_of_one_recipe_get_their_spread_and_a_caution(run_scored, dices, tmp_path):
    done = compare(tmp_path, *(run_scored(f"s{s}", dices(seed=s), seed=s) for s in range(3)))
    assert len(done.differences) == 2
    assert [one.group for one in done.seeds] == ["all runs"]
    assert any("differ in their seed alone" in one for one in done.cautions)


def test_one_seed_against_several_is_said(run_scored, dices, tmp_path):
    runs = [*(run_scored(f"s{s}", dices(seed=s), seed=s) for s in range(3)), run_scored("one", dices(seed=9), lr=5)]
    done = compare(tmp_path, *runs)
    assert any("one has one seed" in caution for caution in done.cautions)
    assert "fewer than 3 seeds" in done.differences[0].with_seeds.reason


def test_cautions(run_scored, dices, tmp_path):
    same = [run_scored("a", dices(), weights="w"), run_scored("b", dices(), seed=1, weights="w", data="d2")]
    said = " ".join(compare(tmp_path, *same).cautions)
    assert "not trained on the same data" in said
    assert "same weights" in said


def test_a_figure_that_only_one_has_is_said(scored, dices, tmp_path):
    more = [[case, case, "heart", "iou", 0.8, "ratio", ""] for case in dices()]
    done = compare(tmp_path, scored("a", dices(), more=more), scored("b", dices(seed=1)), metrics=("dice", "iou"))
    assert "heart IoU is not in b and is not compared." in done.cautions
    assert len(done.differences) == 1


def test_failures_of_each_run_are_counted(scored, tmp_path):
    done = compare(tmp_path, scored("a", {"x": 0.9, "y": None}), scored("b", {"x": 0.9, "y": 0.7}))
    assert [(side.entry, side.failures, side.mean) for side in done.sides] == [("a", 1, 0.45), ("b", 0, 0.8)]
