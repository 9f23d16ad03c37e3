from __future__ import annotations

from medunet.workflows.compare import compare
from medunet.workflows.comparison_figures import difference_drawings, seed_drawings


def test_a_figure_for_each_metric_with_its_numbers(scored, dices, tmp_path):
    more = [[case, case, "heart", "hd95", 3 + k, "mm", ""] for k, case in enumerate(dices())]
    done = compare([scored("a", dices(), more=more), scored("b", dices(seed=1), more=more)],
                   metrics=["dice", "hd95"], out=tmp_path / "out")  # fmt: skip
    dice, distance = difference_drawings(done)
    assert (dice.name, distance.name) == ("differences-dice", "differences-hd95")
    assert len(dice.numbers.rows) == 20
    assert "higher is better" in dice.svg
    assert "lower is better" in distance.svg
    assert "(mm)" in distance.svg
    assert dice.narrow
    assert dice.alt.startswith("heart: ")


def test_more_rows_than_fit_are_counted(scored, dices, tmp_path):
    structures = tuple(f"organ {k}" for k in range(15))
    done = compare(
        [scored(n, dices(n=6, seed=k), structures=structures) for k, n in enumerate("ab")], out=tmp_path / "o"
    )
    (drawing,) = difference_drawings(done)
    assert "3 more rows are in the table" in drawing.caption


def test_seeds(run_scored, dices, tmp_path):
    done = compare([run_scored(f"s{s}", dices(seed=s), seed=s) for s in range(3)], out=tmp_path / "out")
    (drawing,) = seed_drawings(done)
    assert [row[2] for row in drawing.numbers.rows] == [0, 1, 2]
    assert "3 seeds" in drawing.alt


def test_without_seeds_there_is_none(scored, dices, tmp_path):
    assert seed_drawings(compare([scored("a", dices()), scored("b", dices())], out=tmp_path / "out")) == ()
