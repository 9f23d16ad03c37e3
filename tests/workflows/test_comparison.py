from __future__ import annotations

import json

import pytest

from medunet.workflows.compare import compare
from medunet.workflows.comparison import figure_name, named
from medunet.workflows.comparison_words import better


@pytest.mark.parametrize(
    ("metric", "side"),
    [("dice", "higher"), ("nsd", "higher"), ("hd95", "lower"), ("ctr_abs_error", "lower"), ("ctr_error", "")],
)
def test_which_side_is_better(metric, side):
    assert better(metric) == side


def test_figures_in_words():
    assert figure_name("heart", "dice") == "heart Dice"
    assert figure_name("all", "ctr_abs_error", "against the reference masks") == "CTR absolute error"
    assert figure_name("all", "ctr_abs_error", "against column x") == "CTR absolute error (x)"


def test_names_joined():
    assert [named(names) for names in (["a"], ["a", "b"], ["a", "b", "c"])] == ["a", "a and b", "a, b and c"]


def test_as_plain_values(scored, dices, tmp_path):
    done = compare([scored("a", dices()), scored("b", dices(0.95, seed=1))], out=tmp_path / "out")
    told = json.loads(json.dumps(done.to_dict(), allow_nan=False))
    assert told["baseline"] == "a"
    assert told["compared"] == {"a": ["a"], "b": ["b"]}
    assert done.entries == ("a", "b")
    assert told["differences"][0]["mean_difference"]["method"].startswith("mean of the subjects'")
    assert done.difference("heart") is done.differences[0]
    assert done.difference("spleen") is None
    assert done.differences[0].shown


def test_it_shows_itself_in_a_notebook(scored, dices, tmp_path):
    markup = compare([scored("a", dices()), scored("<b>", dices(seed=1))], out=tmp_path / "out")._repr_html_()
    assert "heart Dice" in markup
    assert "<b>" not in markup
    assert "does not mean that there is none" in markup
