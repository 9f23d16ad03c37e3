from __future__ import annotations

from dataclasses import replace

import pytest

from medunet.reports import checklist_block
from medunet.workflows.evaluate import evaluate
from medunet.workflows.evaluation_methods import evaluation_facts, evaluation_methods
from medunet.workflows.evaluation_source import find_task


@pytest.fixture(scope="module")
def both(trained, evaluated):
    """The tiny run on its own test films: what was asked and what came of it."""
    task = find_task(trained.folder, None, split=None, out=evaluated.folder, allow_trained=False, device="cpu")
    return evaluated, task


def test_the_text_says_what_the_run_recorded(both):
    done, task = both
    text = evaluation_methods(done, task).text
    record, plan = task.record, task.plan
    assert f"test ({len(task.cases.cases)} cases of {record['split']['subjects']['test']} subjects)" in text
    assert "no subject was in two parts" in text
    assert f"{record['parameters']:,} parameters" in text
    assert (
        f"trained for {record['epochs']} epochs in batches of {plan.training.batch} with {plan.training.optimiser}"
        in text
    )
    assert f"The weights of the last epoch, {record['best_epoch']}, were kept" in text
    assert record["weights_sha256"] in text
    assert f"medunet {record['versions']['medunet']}" in text
    assert "Ronneberger" in text


def test_another_version_at_training_is_said(both):
    done, task = both
    old = {**task.record, "versions": {"torch": "1.0"}}
    assert "The training used torch 1.0." in evaluation_methods(done, replace(task, record=old)).text


def test_cases_without_a_prediction_are_in_the_text(both):
    done, task = both
    text = evaluation_methods(replace(done, failed={"a": "x", "b": "y"}), task).text
    assert "2 of them could not be predicted; they count as 0" in text


def test_of_masks_nothing_is_claimed_about_a_network(others, tmp_path):
    task = find_task(others / "masks", others, split=None, out=tmp_path / "out", allow_trained=False, device="cpu")
    done = evaluate(others / "masks", others, out=tmp_path / "out")
    text = evaluation_methods(done, task).text
    assert "how they were made is not part of this record" in text
    assert not any(word in text for word in ("U-Net", "epochs", "ROC", "weights"))
    assert {"model", "training", "split"}.isdisjoint(evaluation_facts(done, task, []))


def test_a_run_answers_what_it_knows_and_leaves_the_rest(both):
    done, task = both
    facts = evaluation_facts(done, task, ["Scores", "Flow of numbers"])
    assert facts["flow"].section == "Flow of numbers"
    assert facts["failures"].section == ""
    assert "drawn by subject" in facts["split"].text
    assert {"funding", "ethics", "annotators", "reference rationale", "external test", "design"}.isdisjoint(facts)
    assert "left to the author" in checklist_block(facts).title
