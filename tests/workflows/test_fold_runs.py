"""A folder of folds is scored as one model on the test cases that all folds share."""

from __future__ import annotations

import json
import shutil

import pytest

from medunet.errors import InputError, UsageError
from medunet.workflows.evaluation_methods import _model
from medunet.workflows.evaluation_source import find_task
from medunet.workflows.fold_runs import fold_runs, run_of_all


@pytest.fixture
def folds(trained, tmp_path):
    """Two folds with the same test cases."""
    for number in (1, 0):
        shutil.copytree(trained.folder, tmp_path / "cv" / f"fold-{number}")
    return tmp_path / "cv"


def exchange(run, old, new):
    """Call the cases of one split those of another."""
    path = run / "split.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(f",{old}\n", f",{new}\n"), encoding="utf-8")


def test_all_folds_together_are_scored_on_their_test_cases_in_their_folder(trained, folds):
    told = {"split": None, "out": None, "allow_trained": False, "device": "cpu"}
    alone = find_task(trained.folder, None, **told)
    task = find_task(folds, None, **told)
    assert [case.id for case in task.cases] == [case.id for case in alone.cases]
    assert task.folder == folds / "evaluation" / "test"
    assert task.left_out == alone.left_out
    assert (task.log, task.caution) == ([], "")
    assert task.record == {"folds": 2} | {
        key: alone.record[key]
        for key in ("parameters", "versions", "data", "init", "epochs", "best_epoch")
        if key in alone.record
    }


def test_the_text_for_a_paper_says_how_the_folds_were_trained(folds):
    path = folds / "fold-1" / "run.json"
    record = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(record | {"epochs": 7}), encoding="utf-8")
    task = find_task(folds, None, split=None, out=None, allow_trained=False, device="cpu")
    text = " ".join(_model(task))
    assert f"It was trained for {record['epochs']} (fold-0), 7 (fold-1) epochs in batches of " in text
    assert "The probabilities of 2 such networks were averaged" in text


def test_an_unfinished_fold_is_none(folds):
    shutil.rmtree(folds / "fold-1" / "model")
    assert fold_runs(folds) == [folds / "fold-0"]
    assert fold_runs(folds / "fold-0") == []


def test_folds_with_other_test_cases_are_no_run(folds):
    exchange(folds / "fold-1", "val", "test")
    with pytest.raises(InputError, match=r"fold-1: its test cases differ from those of fold-0\. Train all folds on"):
        run_of_all(folds, "test")


def test_validation_cases_are_those_of_one_fold(folds):
    with pytest.raises(UsageError, match=r"--split: the folds in cv have different val cases\. Score one of them, "):
        run_of_all(folds, "val")


def test_a_model_without_a_run_needs_data(trained):
    with pytest.raises(UsageError, match="DATA: is needed to score a model"):
        run_of_all(trained.folder / "model", "test")
