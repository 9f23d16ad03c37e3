from __future__ import annotations

import csv

import PIL.Image
import pytest
import torch

from medunet.prediction import load_model
from medunet.training import Snapshot
from medunet.workflows.recorder import PICTURES_EVERY, Recorder


@pytest.fixture
def plan(trained):
    return load_model(trained.folder).plan


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def snapshot():
    target = torch.zeros(2, 32, 32, dtype=torch.uint8)
    target[:, 8:20, 8:20] = 1
    return Snapshot(torch.rand(2, 1, 32, 32), target, target.roll(2, 1), ("one", "two"))


def row(epoch, **more):
    return {"epoch": epoch, "train_loss": 1 / epoch, "val_loss": 1 / epoch, "val_dice": None, "lr": 0.1, **more}


def test_the_log_is_a_row_an_epoch_and_goes_on(tmp_path, heard, plan):
    first = Recorder(tmp_path, heard, Clock(), [])
    first.planned(plan, 0)
    first.epoch(row(1), 1, snapshot())
    second = Recorder(tmp_path, heard, Clock(), list(first.rows))
    second.epoch(row(2), 2, snapshot())
    with (tmp_path / "log.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(one["epoch"], one["train_loss"], one["val_dice"]) for one in rows] == [("1", "1", ""), ("2", "0.5", "")]


def test_a_row_whose_epoch_was_lost_comes_again(tmp_path, heard, plan):
    recorder = Recorder(tmp_path, heard, Clock(), [row(1), row(2), row(3)])
    recorder.planned(plan, 2)
    recorder.epoch(row(3, val_dice=0.5), 2, snapshot())
    with (tmp_path / "log.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(one["epoch"], one["val_dice"]) for one in rows] == [("1", ""), ("2", ""), ("3", "0.5")]


def test_plan_yaml_holds_the_epochs_that_were_settled(tmp_path, heard, plan):
    from medunet.workflows.run_folder import read_plan

    Recorder(tmp_path, heard, Clock(), []).planned(plan.with_epochs(77, "a budget"), 0)
    assert read_plan(tmp_path).epochs == 77


def test_pictures_come_not_too_often_and_the_last_epoch_is_drawn(tmp_path, heard, plan):
    clock = Clock()
    recorder = Recorder(tmp_path, heard, clock, [])
    recorder.planned(plan, 0)
    for epoch in range(1, 5):
        recorder.epoch(row(epoch), epoch, snapshot())
        clock.now += 0.4 * PICTURES_EVERY
    recorder.draw()
    recorder.draw()
    assert sorted(path.name for path in (tmp_path / "samples").iterdir()) == [
        "epoch-001.png",
        "epoch-004.png",
    ]
    with PIL.Image.open(tmp_path / "curves.png") as picture:
        assert min(picture.size) > 100
    with PIL.Image.open(tmp_path / "samples" / "epoch-001.png") as picture:
        assert picture.width > picture.height  # two cases side by side


def test_nothing_is_drawn_before_the_first_epoch(tmp_path, heard, plan):
    recorder = Recorder(tmp_path, heard, Clock(), [])
    recorder.draw()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("before", [0, 3])
def test_progress_counts_the_steps_of_this_call(tmp_path, heard, plan, before):
    plan = plan.model_copy(update={"training": plan.training.model_copy(update={"monitor": "val_loss"})})
    recorder = Recorder(tmp_path, heard, Clock(), [row(n) for n in range(1, before + 1)])
    recorder.planned(plan.with_epochs(before + 2, "test"), before)
    for epoch in (before + 1, before + 2):
        for step in (1, 2, 3):
            recorder.step(epoch, step, 3, 0.5)
        recorder.epoch(row(epoch), before + 1, None)
    assert heard.tasks == [("training", 6)]
    assert [done for done, _ in heard.advanced["training"]] == [1, 2, 3, 4, 5, 6]
    assert heard.advanced["training"][-1][1] == f"epoch {before + 2}/{before + 2}, loss 0.500, best epoch {before + 1}"


def test_without_a_monitor_no_epoch_is_called_the_best(tmp_path, heard, plan):
    plan = plan.model_copy(update={"training": plan.training.model_copy(update={"monitor": "none"})})
    recorder = Recorder(tmp_path, heard, Clock(), [])
    recorder.planned(plan.with_epochs(2, "test"), 0)
    recorder.step(1, 1, 1, 0.5)
    recorder.epoch(row(1), 1, None)
    recorder.step(2, 1, 1, 0.5)
    assert heard.advanced["training"][-1][1] == "epoch 2/2, loss 0.500"
