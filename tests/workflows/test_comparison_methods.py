from __future__ import annotations

from medunet.workflows.compare import compare
from medunet.workflows.comparison_methods import comparison_methods


def test_what_was_done_with_its_sources(scored, dices, tmp_path):
    text = comparison_methods(compare([scored("a", dices()), scored("b", dices())], out=tmp_path / "out")).text
    assert "b was compared with a on the 20 cases of 20 subjects" in text
    assert "Holm S." in text
    assert "seed" not in text


def test_seeds_are_told_where_there_are_any(run_scored, dices, tmp_path):
    runs = [run_scored(f"r{lr}-{s}", dices(seed=s), lr=lr, seed=s) for lr in (1, 2) for s in range(3)]
    text = comparison_methods(compare(runs, out=tmp_path / "out")).text
    assert "mean over seeds" in text
    assert "Satterthwaite" in text
