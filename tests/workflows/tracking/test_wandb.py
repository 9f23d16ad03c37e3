"""Weights & Biases: against a stand-in for the calls that are used, and for real, offline, where it is installed."""

from __future__ import annotations

import json
import os
import struct
import sys
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType, SimpleNamespace

import numpy as np
import PIL.Image
import pytest

from medunet.workflows.tracking.registry import check_trackers
from medunet.workflows.tracking.tracker import Histogram, Start
from medunet.workflows.tracking.wandb import LEFT_OUT, Wandb


class StandIn(ModuleType):
    """Not W&B: it only remembers what it was asked. What W&B makes of that, the last test shows where it can."""

    def __init__(self):
        super().__init__("wandb")
        self.__spec__ = ModuleSpec("wandb", None)
        self.begun, self.logged, self.ended = [], [], []

    def init(self, **words):
        self.begun.append(words)
        return SimpleNamespace(log=lambda values, step: self.logged.append((step, values)), finish=self.finish)

    def finish(self, exit_code):
        self.ended.append(exit_code)

    def Settings(self, **words):  # noqa: N802
        return words

    def Histogram(self, np_histogram):  # noqa: N802
        return ("histogram", *np_histogram)

    def Image(self, picture):  # noqa: N802
        return ("image", picture.size)


@pytest.fixture
def stand_in(monkeypatch):
    module = StandIn()
    monkeypatch.setitem(sys.modules, "wandb", module)
    return module


def test_stand_in_a_run_begins_offline_and_says_nothing_of_the_machine(stand_in, tmp_path):
    check_trackers(["wandb"])
    number = Wandb().begin(Start(tmp_path / "wandb", "run", {"training.lr": 0.1}))
    assert {name: os.environ[name] for name in ("WANDB_MODE", "WANDB_PROJECT", "WANDB_ERROR_REPORTING")} == {
        "WANDB_MODE": "offline",
        "WANDB_PROJECT": "medunet",
        "WANDB_ERROR_REPORTING": "false",
    }
    (words,) = stand_in.begun
    assert words["settings"] == LEFT_OUT
    assert (words["dir"], words["id"], words["name"]) == (str(tmp_path), number, "run")
    assert words["config"] == {"training.lr": 0.1}


def test_stand_in_what_was_set_stays(stand_in, tmp_path, monkeypatch):
    monkeypatch.setenv("WANDB_MODE", "online")
    Wandb().begin(Start(tmp_path / "wandb", "run", {}))
    assert os.environ["WANDB_MODE"] == "online"


def test_stand_in_a_resumed_run_keeps_its_number(stand_in, tmp_path):
    number = Wandb().begin(Start(tmp_path / "wandb", "run", {}))
    assert Wandb().begin(Start(tmp_path / "wandb", "run", {}, step=20, run=number)) == number
    assert [words["resume"] for words in stand_in.begun] == ["allow", "allow"]


def test_stand_in_everything_is_logged_with_its_step(stand_in, tmp_path):
    tracker = Wandb()
    tracker.begin(Start(tmp_path / "wandb", "run", {}))
    one = Histogram(np.array([1, 3]), np.array([-1.0, 0.0, 1.0]), 1.5, 2.5)
    tracker.histograms(0, {"gradients/a": one})
    tracker.pictures(9, [PIL.Image.new("RGB", (7, 5)), PIL.Image.new("RGB", (6, 5))])
    tracker.figures(9, {"val_loss": 0.5})
    tracker.end(finished=True)
    assert stand_in.logged == [
        (0, {"gradients/a": ("histogram", one.counts, one.edges)}),
        (9, {"samples": [("image", (7, 5)), ("image", (6, 5))]}),
        (9, {"val_loss": 0.5}),
    ]
    assert stand_in.ended == [0]


def test_a_run_that_never_began_ends():
    Wandb().end(finished=False)


def records(path):
    """The records of a .wandb file: LevelDB's log format behind seven bytes of its own."""
    data, place, parts = path.read_bytes(), 7, []
    while place + 7 <= len(data):
        if 32768 - place % 32768 < 7:  # the rest of a block that holds no header
            place += 32768 - place % 32768
            continue
        _, length, kind = struct.unpack_from("<IHB", data, place)
        parts.append(data[place + 7 : place + 7 + length])
        place += 7 + length
        if kind in (1, 4):  # whole, or the last part
            yield b"".join(parts)
            parts = []


def history(folder):
    """Step and values of everything that the offline runs of a folder hold, and the keys of their configuration."""
    from wandb.proto.wandb_internal_pb2 import Record

    found, config = [], set()
    for path in sorted(folder.glob("offline-run-*/run-*.wandb")):
        for data in records(path):
            record = Record.FromString(data)
            config |= {item.key for item in record.run.config.update}
            if record.WhichOneof("record_type") == "history":
                items = {item.key or ".".join(item.nested_key): item.value_json for item in record.history.item}
                found.append((record.history.step.num, {key: json.loads(text) for key, text in items.items()}))
    return found, config


@pytest.mark.skipif(find_spec("wandb") is None, reason="medunet[wandb] is not installed")
def test_a_stopped_and_resumed_run_is_read_back_whole(stopped_and_resumed, tmp_path):
    run = stopped_and_resumed(tmp_path / "run", "wandb")
    found, config = history(run.folder / "wandb")
    assert {"training.lr", "plan.training.epochs"} <= config
    figures = [(step, values["epoch"]) for step, values in found if "epoch" in values]
    assert figures == [(18 * epoch - 1, epoch) for epoch in range(1, 8)]
    assert [step for step, values in found if any(key.startswith("samples") for key in values)] == [
        18 * epoch - 1 for epoch in range(1, 8)
    ]
    assert [step for step, values in found if any(key.startswith("gradients/") for key in values)] == [0, 100]
    assert len({path.name.rpartition("-")[2] for path in (run.folder / "wandb").glob("offline-run-*")}) == 1
    assert json.loads((run.folder / "run.json").read_text())["remarks"] == []
