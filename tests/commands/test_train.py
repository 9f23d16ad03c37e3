"""`medunet train`."""

from __future__ import annotations

import csv
import json

import pytest

from medunet.cli.train import seconds_of
from medunet.errors import UsageError


def test_a_run_holds_its_files_and_says_what_is_next(medunet, films, inside, tiny):
    ended = medunet("train", films, *tiny)
    assert ended.code == 0
    first, look, following = ended.out.splitlines()
    assert first.startswith("trained 1 epoch in ")
    assert "validation Dice 0." in first
    assert look == "look at run/curves.png"
    assert following == "next: medunet evaluate run"
    names = {path.relative_to(inside / "run").as_posix() for path in (inside / "run").rglob("*") if path.is_file()}
    assert {
        "run.json",
        "recipe.yaml",
        "plan.yaml",
        "split.csv",
        "log.csv",
        "curves.png",
        "checkpoints/last.ckpt",
        "checkpoints/best.ckpt",
        "model/weights.safetensors",
        "model/model.json",
        "model/card.md",
    } <= names
    assert any(name.startswith("samples/epoch-") for name in names)


def test_how_the_data_were_read_is_said_on_standard_error(medunet, films, inside, tiny):
    ended = medunet("train", films, *tiny)
    assert "12 of 12 images paired with masks by name" in ended.err
    assert "1 → right lung, 2 → left lung, 3 → heart" in ended.err
    assert "right lung → lung" in ended.err
    assert "subject: every case is its own subject" in ended.err


def test_the_split_proves_itself(trained):
    record = json.loads((trained / "run.json").read_text(encoding="utf-8"))
    with (trained / "split.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 12
    subjects = {name: {row["subject"] for row in rows if row["split"] == name} for name in ("train", "val", "test")}
    assert record["split"]["subjects"] == {name: len(group) for name, group in subjects.items()}
    assert not subjects["train"] & subjects["test"]


def test_a_folder_with_a_space_can_be_pasted(medunet, films, inside, tiny):
    ended = medunet("train", films, "--out", "my run", *tiny)
    assert ended.out.splitlines()[-1] == "next: medunet evaluate 'my run'"


def test_called_again_it_wants_to_be_told(medunet, films, inside, tiny, tree):
    medunet("train", films, *tiny)
    before = tree(inside)
    ended = medunet("train", films, *tiny)
    assert ended.code == 1
    assert "--resume" in ended.message
    assert "--overwrite" in ended.message
    assert tree(inside) == before


def test_resuming_what_never_began(medunet, films, inside, tiny):
    ended = medunet("train", films, *tiny, "--resume")
    assert ended.code == 1
    assert "Start it without --resume" in ended.message


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        (["training.step=5"], ["training.step", "steps"]),
        (["training.lr=-1"], ["training.lr", "-1"]),
        (["network.widths=wide"], ["network.widths", "wide"]),
        (["training.lr=-1", "training.batch=0"], ["training.lr", "training.batch"]),
        (["no sign"], ["no sign"]),
    ],
)
def test_wrong_keys_and_values_are_named_together(medunet, films, inside, changes, named):
    ended = medunet("train", films, *(word for change in changes for word in ("--set", change)))
    assert ended.code in (1, 2)
    assert all(word in ended.message for word in named)
    assert list(inside.iterdir()) == []


def test_a_fold_goes_into_its_folder(medunet, films, inside, tiny):
    assert medunet("train", films, "--fold", "2", *tiny).code == 0
    assert (inside / "run" / "fold-2" / "model" / "weights.safetensors").is_file()


@pytest.mark.parametrize("fold", ["5", "-1"])
def test_a_fold_that_is_none(medunet, films, inside, fold):
    ended = medunet("train", films, "--fold", fold)
    assert ended.code == 2
    assert "0 to 4" in ended.message


def test_a_tracker_that_is_none(medunet, films, inside):
    ended = medunet("train", films, "--track", "neptune")
    assert ended.code == 2
    assert "Choose from tensorboard, mlflow, wandb" in ended.message
    assert list(inside.iterdir()) == []


def test_a_tracker_that_is_not_installed(medunet, films, inside, monkeypatch):
    monkeypatch.setattr("medunet.workflows.tracking.registry.find_spec", lambda package: None)
    ended = medunet("train", films, "--track", "tensorboard")
    assert ended.code == 1
    assert ended.err.count("\n") == 1
    assert "python -m pip install 'medunet[tensorboard]'" in ended.message
    assert list(inside.iterdir()) == []


def test_trackers_are_told_and_say_nothing_themselves(medunet, films, inside, tiny):
    for package in ("tensorboard", "mlflow"):
        pytest.importorskip(package, reason=f"medunet[{package}] is not installed")
    ended = medunet("train", films, *tiny, "--track", "tensorboard", "--track", "mlflow", "--quiet")
    assert (ended.code, ended.err) == (0, "")
    assert list((inside / "run" / "tensorboard").glob("events.out.tfevents.*"))
    assert (inside / "run" / "mlflow" / "mlflow.db").is_file()


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("15m", 900), ("15 min", 900), ("1.5h", 5400), ("2", 120), (" 3m ", 180)]
)
def test_a_budget_is_a_time(text, seconds):
    assert seconds_of(text) == seconds


@pytest.mark.parametrize("text", ["", "soon", "-5m", "0", "0s", "5 days", "1e3", "inf"])
def test_what_is_no_time_is_refused(text):
    with pytest.raises(UsageError, match="is no time"):
        seconds_of(text)


def test_a_budget_ends_what_would_take_hours(medunet, films, inside, tiny):
    """The number of epochs is fixed from a timed warm-up; of 100,000 steps few fit into two seconds."""
    ended = medunet("train", films, *tiny, "--set", "training.steps=100000", "--budget", "2s", "--json")
    assert ended.code == 0
    assert json.loads(ended.out)["epochs"] < 1000
