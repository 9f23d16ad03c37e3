from __future__ import annotations

import pytest

from medunet.errors import InputError, OutputError, UsageError
from medunet.images import write_json
from medunet.scoring import Score
from medunet.workflows.compare_input import read_entries, value_of


def entries(*what, metrics=("dice",), split="test"):
    return read_entries(what, metrics, split)


def test_runs_evaluations_and_tables_are_the_same(run_scored, scored, dices):
    run = run_scored("run", dices())
    other = scored("other", dices(seed=1))
    for words in ((run, other), (run / "evaluation" / "test", other / "scores.csv")):
        one, two = entries(*words)
        assert one.run.seed == 0
        assert one.run.recipe["training.lr"] == 0.001
        assert two.run is None
        assert len(one.scores) == 20


def test_names_are_as_long_as_they_must_be(run_scored, scored, dices):
    assert [e.name for e in entries(run_scored("run", dices()), scored("b", dices()))] == ["run", "b"]
    a, b = run_scored("x/seed-0", dices()), run_scored("y/seed-0", dices())
    assert [e.name for e in entries(a, b)] == ["x/seed-0", "y/seed-0"]


def test_a_run_without_scores_is_evaluated_first(run_copy, scored, dices, heard):
    one, _ = read_entries([run_copy, scored("b", dices())], ["dice"], "test", device="cpu", progress=heard)
    assert any("has no scores of its test split yet" in said for said in heard.said)
    assert (run_copy / "evaluation" / "test" / "report.html").is_file()
    assert {score.metric for score in one.scores} == {"dice"}


def test_scores_of_other_weights_are_refused(run_scored, scored, dices):
    run = run_scored("run", dices())
    write_json(run / "evaluation" / "test" / ".medunet.json", {"command": "evaluate", "model": "older"})
    with pytest.raises(
        OutputError, match=r"scores of other weights .* medunet evaluate .*run --split test --overwrite"
    ):
        entries(run, scored("b", dices()))


def test_what_cannot_be_compared(run_scored, scored, dices, tmp_path):
    b = scored("b", dices())
    run = run_scored("run", dices())
    with pytest.raises(UsageError, match="is given twice"):
        entries(run, run / "evaluation" / "test")
    with pytest.raises(UsageError, match="is given twice"):  # before a run that has no scores yet is evaluated
        entries(tmp_path / "gone", tmp_path / "gone")
    with pytest.raises(InputError, match="gone: is not there"):
        entries(tmp_path / "gone", b)
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="empty: is no run, no evaluation and no table"):
        entries(tmp_path / "empty", b)
    write_json(run / "run.json", {"status": "stopped"})
    with pytest.raises(InputError, match="has not ended"):
        entries(run, b)
    with pytest.raises(InputError, match="gone: is not there"):
        entries(run, tmp_path / "gone")
    run_scored("folds/fold-0", dices())
    with pytest.raises(InputError, match=r"folds: holds several runs \(fold-0\)"):
        entries(tmp_path / "folds", b)


def test_a_run_without_its_recipe(run_scored, scored, dices):
    run = run_scored("run", dices())
    (run / "recipe.yaml").unlink()
    with pytest.raises(InputError, match=r"lacks its recipe\.yaml"):
        entries(run, scored("b", dices()))


@pytest.mark.parametrize(
    ("metric", "reason", "value"),
    [
        ("dice", "not predicted: no mask", 0.0),
        ("specificity", "not predicted: no mask", None),
        ("dice", "absent in both", None),
        ("ctr_abs_error", "not predicted", None),
    ],
)
def test_what_was_not_predicted_is_that_run_s_failure(metric, reason, value):
    assert value_of(Score("a", "a", "heart", metric, None, "ratio", reason)) == value
