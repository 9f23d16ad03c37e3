from __future__ import annotations

import pytest

from medunet.reports.checklist import topics
from medunet.workflows.compare import compare
from medunet.workflows.compare_input import read_entries
from medunet.workflows.comparison_checklist import comparison_facts, input_words, run_record, selection_words
from medunet.workflows.comparison_page import comparison_page


@pytest.fixture
def facts(tmp_path):
    def make(words):
        done = compare(words, out=tmp_path / "out")
        return comparison_facts(done, read_entries(words, ["dice"], "test"))

    return make


def test_every_topic_is_one_that_a_checklist_asks_for(facts, run_scored, dices):
    runs = [run_scored(f"r{lr}-{seed}", dices(seed=seed), lr=lr, seed=seed) for lr in (1, 2) for seed in range(2)]
    found = facts(runs)
    assert set(found) <= topics()
    assert found["initialisation"][0] == "random weights; seeds 0; 1"
    assert found["robustness"] == ("spread between trainings with other seeds", "Seeds")
    assert found["data source"][0] == "one data set, by fingerprint"
    assert found["split"][0] == "1 train, 2 test: as given"


def test_of_tables_alone_nothing_is_said_of_how_models_came_about(facts, scored, dices):
    found = facts([scored("a", dices() | {"alone": 0.5}), scored("b", dices(seed=1))])
    assert not {"model", "initialisation", "split", "data source", "model selection"} & set(found)
    assert found["flow"] == ("20 cases of 20 subjects in all runs, 1 not in all of them", "Not compared")
    assert found["metrics"][0] == "dice"


def test_runs_on_other_data_are_counted(facts, run_scored, dices):
    runs = [run_scored(name, dices(seed=1), data=name) for name in "ab"]
    assert facts(runs)["data source"][0] == "2 data sets, by fingerprint"


def test_what_a_recipe_says_of_input_and_weights():
    recipe = {"input.size": [256, 256], "input.fit": "pad", "input.intensity.kind": "percentile"}
    assert input_words(recipe) == "256 × 256 pixels (pad), intensities by percentile"
    assert selection_words({"training.monitor": "none"}) == "the last epoch's"
    assert selection_words({"training.monitor": "val_dice"}) == "of the best val_dice on the validation cases"


def test_the_page_gives_the_record_of_every_run(run_scored, dices, tmp_path):
    words = [run_scored("a", dices()), run_scored("b", dices(seed=1), seed=4)]
    entries = read_entries(words, ["dice"], "test")
    page = comparison_page(compare(words, out=tmp_path / "out"), entries)
    facts = dict(page.provenance.facts)
    assert set(run_record(entries[1].run)) <= set(facts["b"])
    assert ("seed", "4") in facts["b"]
