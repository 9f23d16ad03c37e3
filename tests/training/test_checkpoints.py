from __future__ import annotations

import math
import os

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from medunet.errors import InputError, OutputError
from medunet.training.checkpoints import (
    BEST,
    LAST,
    PREVIOUS,
    Checkpoints,
    find_resumable,
    load_checkpoint,
    network_weights,
)


class Trainer:
    """What a checkpoint needs of Lightning's trainer."""

    is_global_zero = True

    def __init__(self):
        self.current_epoch = 0
        self.callback_metrics = {}
        self.fault = None

    def save_checkpoint(self, path):
        if self.fault:
            path.write_bytes(b"half a check")
            raise self.fault
        torch.save({"epoch": self.current_epoch, "state_dict": {"network.w": torch.tensor([self.current_epoch])}}, path)

    def end_epoch(self, callback, **metrics):
        self.callback_metrics = metrics
        callback.on_train_epoch_end(self, None)
        self.current_epoch += 1


@pytest.mark.parametrize(
    ("monitor", "values", "best"),
    [
        ("val_loss", (3.0, 1.0, 2.0, 1.0), 2),
        ("val_dice", (0.1, 0.9, 0.5, 0.9), 2),
        ("val_dice", (0.0, 0.0), 1),
        ("none", (1.0, 3.0, 2.0), 3),
    ],
)
def test_last_holds_the_last_epoch_and_best_the_first_of_the_best(tmp_path, monitor, values, best):
    trainer, checkpoints = Trainer(), Checkpoints(tmp_path, monitor)
    for value in values:
        trainer.end_epoch(checkpoints, **{monitor: torch.tensor(value)})
    assert load_checkpoint(tmp_path / LAST)["epoch"] == len(values) - 1
    assert network_weights(tmp_path / BEST) == {"w": torch.tensor([best - 1])}
    assert checkpoints.best_epoch == best
    assert load_checkpoint(tmp_path / PREVIOUS)["epoch"] == len(values) - 2


def test_the_best_value_goes_on_after_a_restart(tmp_path):
    trainer, checkpoints = Trainer(), Checkpoints(tmp_path, "val_loss")
    trainer.end_epoch(checkpoints, val_loss=1.0)
    restarted = Checkpoints(tmp_path, "val_loss")
    restarted.load_state_dict(checkpoints.state_dict())
    trainer.end_epoch(restarted, val_loss=2.0)
    assert restarted.best_epoch == 1
    assert load_checkpoint(tmp_path / BEST)["epoch"] == 0


@pytest.mark.parametrize("fault", [OSError(28, "No space left on device"), KeyboardInterrupt(), RuntimeError("disk")])
def test_a_write_that_fails_midway_leaves_the_earlier_checkpoints(tmp_path, fault):
    trainer, checkpoints = Trainer(), Checkpoints(tmp_path, "val_loss")
    trainer.end_epoch(checkpoints, val_loss=1.0)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    trainer.fault = fault
    for value in (0.5, 2.0):
        with pytest.raises(OutputError if isinstance(fault, OSError) else type(fault)):
            trainer.end_epoch(checkpoints, val_loss=value)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_stopped_between_the_two_files_a_resumed_run_repeats_the_epoch(tmp_path, monkeypatch):
    trainer, checkpoints = Trainer(), Checkpoints(tmp_path, "val_loss")
    trainer.end_epoch(checkpoints, val_loss=2.0)
    first = checkpoints.state_dict()
    monkeypatch.setattr("shutil.copyfile", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        trainer.end_epoch(checkpoints, val_loss=1.0)
    monkeypatch.undo()
    # What is resumed is the first epoch, whose best is the first; the second is found best again.
    assert load_checkpoint(tmp_path / LAST)["epoch"] == 0
    assert first["best_epoch"] == 1
    restarted = Checkpoints(tmp_path, "val_loss")
    restarted.load_state_dict(first)
    trainer.current_epoch = 1
    trainer.end_epoch(restarted, val_loss=1.0)
    assert (restarted.best_epoch, load_checkpoint(tmp_path / BEST)["epoch"]) == (2, 1)


@pytest.mark.parametrize("content", [b"", b"not a checkpoint", b"PK\x03\x04 half a zip"])
def test_a_damaged_checkpoint_is_one_line(tmp_path, content):
    (tmp_path / LAST).write_bytes(content)
    with pytest.raises(InputError, match=r"last.ckpt: is not a checkpoint that can be read. Train anew with --over"):
        load_checkpoint(tmp_path / LAST)


@pytest.mark.parametrize("zipped", [True, False], ids=["zip", "the form before it"])
@pytest.mark.parametrize("key", ["state_dict", "hyper_parameters"])
def test_a_checkpoint_cannot_run_code(tmp_path, key, zipped):
    canary = tmp_path / "canary"

    class Evil:
        def __reduce__(self):
            return (open, (str(canary), "w"))

    contents = {"epoch": 0, "_instantiator": "os.system", key: Evil()}
    torch.save(contents, tmp_path / LAST, _use_new_zipfile_serialization=zipped)
    with pytest.raises(InputError):
        load_checkpoint(tmp_path / LAST)
    with pytest.raises(InputError):
        find_resumable(tmp_path)
    assert not canary.exists()
    torch.load(tmp_path / LAST, weights_only=False)
    assert canary.exists(), "the canary never sings: this proves nothing"


def test_a_fresh_run_has_no_best():
    assert Checkpoints(None, "val_loss").state_dict() == {
        "best_value": math.inf,
        "best_epoch": 0,
        "value": math.inf,
        "rows": [],
    }


def test_stopped_between_moving_the_last_and_naming_the_new_one_the_earlier_is_found(tmp_path, monkeypatch):
    trainer, checkpoints = Trainer(), Checkpoints(tmp_path, "val_loss")
    trainer.end_epoch(checkpoints, val_loss=1.0)
    trainer.current_epoch = 1
    real, calls = os.replace, []

    def stops_after_the_first(source, target):
        calls.append(str(target))
        if len(calls) > 1:
            raise KeyboardInterrupt
        real(source, target)

    monkeypatch.setattr("os.replace", stops_after_the_first)
    with pytest.raises(KeyboardInterrupt):
        trainer.end_epoch(checkpoints, val_loss=2.0)
    monkeypatch.undo()
    assert calls[0].endswith(PREVIOUS)
    assert not (tmp_path / LAST).exists()
    found = find_resumable(tmp_path)
    assert (found.path, found.epoch) == (tmp_path / PREVIOUS, 1)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_changed_bit_of_the_numbers_is_noticed(tmp_path, data):
    torch.save({"epoch": 3, "state_dict": {"network.w": torch.arange(500.0)}}, tmp_path / LAST)
    content = bytearray((tmp_path / LAST).read_bytes())
    start = content.find(torch.arange(500.0).numpy().tobytes())
    at = data.draw(st.integers(start, start + 1999))
    content[at] ^= 1 << data.draw(st.integers(0, 7))
    (tmp_path / LAST).write_bytes(bytes(content))
    with pytest.raises(InputError, match="is not a checkpoint that can be read"):
        load_checkpoint(tmp_path / LAST)
