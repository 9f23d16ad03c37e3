from __future__ import annotations

from medunet.workflows.compare import compare
from medunet.workflows.comparison_words import NOT_EQUAL, sentence_of, summary_of


def test_a_difference_that_is_shown(scored, dices, tmp_path):
    done = compare([scored("a", dices()), scored("b", dices(0.95, seed=1))], out=tmp_path / "out")
    said = sentence_of(done.differences[0])
    assert said.startswith("heart Dice: b is 0.05")
    assert "higher (better) than a on average (95 % interval 0.0" in said
    assert "20 subjects" in said
    assert NOT_EQUAL not in summary_of(done)


def test_a_difference_that_is_not_shown_says_what_would_have_been(scored, dices, tmp_path):
    done = compare([scored("a", dices()), scored("b", dices(seed=1))], out=tmp_path / "out")
    said = sentence_of(done.differences[0])
    assert "no difference is shown between b and a" in said
    assert "would have been shown with 80 % chance" in said
    assert NOT_EQUAL in summary_of(done)
    assert summary_of(done)[0].startswith("0 of 1 test shows")


def test_so_few_subjects_that_no_test_can_show_anything_are_said(scored, tmp_path):
    """Five differences on one side have p = .0625; what a t test would show is no answer to that."""
    low, high = ({f"x{n}": 0.5 + lift + n / 99 for n in range(5)} for lift in (0, 0.3))
    done = compare([scored("a", low), scored("b", high)], out=tmp_path / "out")
    said = sentence_of(done.differences[0])
    assert said.endswith(
        "With 5 subjects the corrected p-value is 0.062 at least, so no difference could have been shown."
    )
    assert "80 % chance" not in said
    both = {"structures": ("heart", "lung")}
    done = compare([scored("c", low, **both), scored("d", high, **both)], out=tmp_path / "two")
    assert [one.least_p for one in done.differences] == [0.125, 0.125], "Holm's correction over both"


def test_seeds_that_may_turn_it_round(run_scored, dices, tmp_path):
    runs = [
        run_scored(f"{name}-{s}", dices(mean + 0.05 * s, seed=10 * s + lr), lr=lr, seed=s)
        for name, lr, mean in (("low", 1, 0.80), ("high", 2, 0.83))
        for s in range(3)
    ]
    done = compare(runs, out=tmp_path / "out")
    assert "Other seeds may turn it round" in sentence_of(done.differences[0])


def test_no_pair(scored, tmp_path):
    def hole(case):
        return [case, case, "lung", "dice", "", "ratio", "absent in both"]

    tables = [scored(n, {"x": 0.9, "y": 0.8}, more=[hole("x"), hole("y")]) for n in "ab"]
    done = compare(tables, out=tmp_path / "out")
    assert sentence_of(done.difference("lung")) == "lung Dice: not compared, no case has a value in both."
