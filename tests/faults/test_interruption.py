"""Ctrl-C, kill and a scheduler's farewell: what was whole stays whole, and the run goes on to the same end."""

from __future__ import annotations

import csv
import json
import signal

import pytest
import torch

from medunet.training.checkpoints import load_checkpoint
from medunet.workflows.train import train

SLOW_DISK = """
import os, time
from medunet.cli import main

flush = os.fsync


def slow(file):
    time.sleep(0.04)
    flush(file)


os.fsync = slow
main()
"""
"""A disk on which a file is written for long enough to be seen."""


def rows_of(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def has_epochs(run, count):
    """True when that many epochs are in the log; it is written whole, so it can be read at any moment."""
    return lambda: (run / "log.csv").is_file() and len(rows_of(run / "log.csv")) >= count


@pytest.fixture(scope="module")
def whole(films, program, tmp_path_factory):
    """The run as it is when nobody stops it."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    run = tmp_path_factory.mktemp("whole") / "run"
    done = train(films, out=run, changes=program.changes(), device="cpu", cache=program.cache)
    torch.set_num_threads(before)
    return done


@pytest.mark.parametrize("farewell", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=lambda one: one.name)
def test_training_that_is_stopped_goes_on_to_the_same_weights(
    whole, films, program, here, wait_for, tmp_path, farewell
):
    run = tmp_path / "run"
    process = program.start(*program.train(films, run))
    wait_for(has_epochs(run, 2), process)
    process.send_signal(farewell)
    out, err = process.communicate(timeout=60)
    if farewell is signal.SIGINT:
        assert process.returncode == 130
    if farewell is not signal.SIGKILL:
        assert process.returncode != 0
        assert out == ""
        assert "Traceback" not in err
        last = err.strip().splitlines()[-1]
        assert last.startswith("medunet: stopped")
        assert json.loads((run / "run.json").read_text())["status"] == "stopped"
        assert not [path.name for path in run.rglob(".*") if path.name != ".medunet.json"]  # no half-written file
    # The last whole epoch is on disk, and the log tells of it.
    epochs = len(rows_of(run / "log.csv"))
    assert 2 <= epochs < whole.epochs
    assert load_checkpoint(run / "checkpoints" / "last.ckpt")["epoch"] in (epochs - 1, epochs)
    load_checkpoint(run / "checkpoints" / "best.ckpt")
    assert not (run / "model").exists()
    code, out, err = here(*program.train(films, run, "--resume", "--json"))
    assert code == 0, err
    told = json.loads(out)
    assert told["epochs"] == whole.epochs
    assert told["best_epoch"] == whole.best_epoch
    assert told["weights_sha256"] == whole.weights_sha256
    rows = [int(row["epoch"]) for row in rows_of(run / "log.csv")]
    assert rows == sorted(set(rows))
    assert rows[-1] == whole.epochs


def test_killed_again_and_again_while_a_checkpoint_is_written_it_ends_with_the_same_weights(
    whole, films, program, here, wait_for, tmp_path
):
    """The short form of `benchmarks/kill_training.py`, at the worst moments: a temporary file is there."""
    run = tmp_path / "run"

    def is_writing():
        folder = run / "checkpoints"
        return folder.is_dir() and any(path.name.startswith(".") for path in folder.iterdir())

    for kill in range(3):
        process = program.start(*program.train(films, run, *(["--resume"] if kill else [])), line=SLOW_DISK)
        wait_for(has_epochs(run, 2 * kill + 1), process)
        wait_for(is_writing, process)
        process.kill()
        process.communicate()
    code, out, err = here(*program.train(films, run, "--resume", "--json"))
    assert code == 0, err
    assert json.loads(out)["weights_sha256"] == whole.weights_sha256
    rows = [int(row["epoch"]) for row in rows_of(run / "log.csv")]
    assert rows == list(range(1, whole.epochs + 1))
    assert not [path.name for path in (run / "checkpoints").iterdir() if path.name.startswith(".")]


def test_stopped_before_the_first_epoch_the_same_call_starts_anew(films, program, here, wait_for, tmp_path):
    run = tmp_path / "run"
    process = program.start(*program.train(films, run, steps=8))
    wait_for(lambda: (run / "run.json").is_file(), process)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "Traceback" not in err
    code, _, err = here(*program.train(films, run, "--quiet", steps=8))
    assert code == 0, err
    assert (run / "model" / "weights.safetensors").is_file()
