from __future__ import annotations

import pytest

from medunet.errors import InputError, UsageError
from medunet.workflows.compare_variants import Trainings, train_variants, variants_of

SMALL = "chest-xray-small"


def test_a_grid_with_seeds():
    found = variants_of(["training.lr=1e-3,1e-4", "batch=4,8"], [0, 1], SMALL, [])
    assert [one.name for one in found[:3]] == [
        "lr-1e-3_batch-4_seed-0", "lr-1e-3_batch-4_seed-1", "lr-1e-3_batch-8_seed-0",
    ]  # fmt: skip
    assert len(found) == 8
    assert found[1].changes == ("training.lr=1e-3", "batch=4", "training.seed=1")
    assert found[0].label == found[1].label == "lr=1e-3, batch=4"


def test_commas_in_brackets_separate_nothing():
    found = variants_of(["network.widths=[8,16],[16,32]"], [], SMALL, [])
    assert [one.name for one in found] == ["widths-8-16", "widths-16-32"]


def test_names_that_would_be_one_folder():
    found = variants_of(["augmentation.rotation=1.0,10,1.00001"], [], SMALL, [])
    assert len({one.name for one in found}) == 3


def test_seeds_alone():
    assert [one.name for one in variants_of([], [3, 5], SMALL, [])] == ["seed-3", "seed-5"]


@pytest.mark.parametrize(
    ("vary", "seeds", "said"),
    [
        (["training.lr"], [], "is not KEY=A,B"),
        (["training.lr=1e-3"], [], "is not KEY=A,B"),
        (["training.lr=1e-3,,2e-3"], [], "is not KEY=A,B"),
        (["training.lr=1e-3,1e-3"], [], "names a value twice"),
        (["training.lr=1e-3,0.001"], [], "gives two trainings that are the same"),
        (["split.seed=1,2"], [], "gives the variants other test cases"),
        (["training.seed=1,2"], [], r"varies the seed alone\. Give the seeds as --seeds"),
        ([], [1], "gives one training"),
        (["training.lr=1e-3,1e-4"], [1, 1], "names a seed twice"),
    ],
)
def test_what_could_not_be_compared_is_refused_before_training(vary, seeds, said):
    with pytest.raises(UsageError, match=said):
        variants_of(vary, seeds, SMALL, [])


def test_wrong_keys_and_values_are_refused_before_training():
    with pytest.raises(InputError, match="learning_rate"):
        variants_of(["learning_rate=1,2"], [], SMALL, [])
    with pytest.raises(InputError, match="there is no such recipe"):
        variants_of(["training.lr=1e-3,1e-4"], [], "no-recipe", [])


def test_a_stopped_training_goes_on_and_a_finished_one_stays(monkeypatch, tmp_path, heard):
    from medunet.workflows import train as module

    calls = []
    monkeypatch.setattr(module, "train", lambda data, **how: calls.append((how["out"].name, how["resume"])))
    for name, files in {"lr-1": ["run.json", "model/model.json"], "lr-2": ["checkpoints/last.ckpt"]}.items():
        for file in files:
            path = tmp_path / "runs" / name / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text('{"status": "finished"}')
    variants = variants_of(["training.lr=1,2,3"], [], SMALL, [])
    runs = train_variants(tmp_path, variants, Trainings("films", SMALL, (), None, "cpu", None), heard)
    assert calls == [("lr-2", True), ("lr-3", False)]
    assert [run.name for run in runs] == ["lr-1", "lr-2", "lr-3"]
