"""Several processes that share a training: two on this processor."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time

import pytest
import safetensors.torch

from medunet.errors import MedunetError, TrainingError
from medunet.workflows import launch
from medunet.workflows.launch import crew
from medunet.workflows.train import train

EVEN = (
    "training.steps=16",
    "training.batch=4",
    "training.lr=2e-2",
    "training.precision=float32",
    "input.size=[32,32]",
    "network.widths=[4,8,16]",
    "network.norm=group",
    "split={train: 0.6, val: 0.2, test: 0.2}",
)
"""Group norm sees each case alone, so that the number of processes cannot matter."""


def weights_of(run):
    return safetensors.torch.load_file(run.folder / "model" / "weights.safetensors")


@pytest.fixture(scope="module")
def alone(films, cache, tmp_path_factory):
    return train(films, out=tmp_path_factory.mktemp("alone") / "run", changes=EVEN, device="cpu", cache=cache)


def test_two_processes_train_what_one_trains(alone, films, cache, tmp_path):
    before = dict(os.environ)
    run = train(films, out=tmp_path / "run", changes=EVEN, device="cpu", cache=cache, devices=2)
    assert dict(os.environ) == before
    one, two = weights_of(alone), weights_of(run)
    assert one.keys() == two.keys()
    assert max(float((one[name] - two[name]).abs().max()) for name in one) < 1e-4
    first, second = ((r.folder / "log.csv").read_text().splitlines() for r in (alone, run))
    assert len(first) == len(second)
    for a, b in zip(first[1:], second[1:], strict=True):
        wanted = [float(text or 0) for text in a.split(",")]
        assert [float(text or 0) for text in b.split(",")] == pytest.approx(wanted, abs=1e-4)


def test_torchrun_starts_the_processes_as_well(alone, films, cache, tmp_path):
    told = [word for change in EVEN for word in ("--set", change)]
    line = ["train", str(films), "--out", str(tmp_path / "run"), "--device", "cpu", "--cache", str(cache), *told]
    program = tmp_path / "go.py"
    program.write_text("import torch; torch.set_num_threads(1)\nfrom medunet.cli import main\nmain()\n")
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", str(program)]
    done = subprocess.run([*torchrun, *line], capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.count("trained ") == 1  # one of them speaks
    two = safetensors.torch.load_file(tmp_path / "run" / "model" / "weights.safetensors")
    assert max(float((weight - two[name]).abs().max()) for name, weight in weights_of(alone).items()) < 1e-4


def children():
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(os.getpid())], capture_output=True, text=True, check=True)
    lines = [int(pid) for pid in found.stdout.split()]
    return [pid for pid in lines if b"follower import follow" in _words_of(pid)]


def _words_of(pid):
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return file.read()
    except OSError:
        return b""


@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")
def test_a_process_that_dies_is_noticed_and_named(films, cache, tmp_path):
    when = {}

    def kill_when_it_trains():
        while not (tmp_path / "run" / "log.csv").is_file():
            time.sleep(0.05)
        when["killed"] = time.monotonic()
        os.kill(children()[0], signal.SIGKILL)

    killer = threading.Thread(target=kill_when_it_trains, daemon=True)
    killer.start()
    with pytest.raises(TrainingError) as fault:
        train(
            films,
            out=tmp_path / "run",
            changes=(*EVEN, "training.steps=40000"),
            device="cpu",
            cache=cache,
            devices=2,
        )
    assert time.monotonic() - when["killed"] < 20  # seconds; 1 s of its own, on a machine that may be busy
    assert str(fault.value) == (
        "process 1 of 1 beside the first: was ended by SIGKILL. "
        "Go on with --resume, with fewer devices if memory ran out."
    )
    assert children() == []


def test_none_is_left_where_one_cannot_be_started(tmp_path, monkeypatch):
    plain, started = launch._start, []

    def refused_the_second_time(*told):
        if started:
            raise OSError(11, "Resource temporarily unavailable")
        started.append(plain(*told))
        return started[0]

    monkeypatch.setattr(launch, "_start", refused_the_second_time)
    monkeypatch.setattr(launch, "FOLLOW", "import time; time.sleep(600)")
    monkeypatch.setattr(launch, "LOOK_EVERY", 0.01)
    with pytest.raises(OSError, match="temporarily unavailable"), crew({}, 3):
        pass
    assert started[0].poll() == -signal.SIGKILL


def test_a_process_that_refuses_is_quoted(tmp_path):
    call = {"data": str(tmp_path / "nowhere"), "out": str(tmp_path / "run")}

    def breaks_when_the_other_has_ended():
        with crew(call, 2) as others:
            others.processes[0].wait(60)
            raise RuntimeError("connection closed")

    with pytest.raises(TrainingError, match=r"process 1 of 1 beside the first: ended with code 1: .*nowhere"):
        breaks_when_the_other_has_ended()
    with pytest.raises(MedunetError):
        train(tmp_path / "nowhere", out=tmp_path / "run", devices=2, device="cpu")


def test_a_batch_that_cannot_be_shared_is_a_mistake_of_words(films, cache, tmp_path):
    with pytest.raises(MedunetError, match="cannot share a batch of 3"):
        train(films, out=tmp_path / "run", changes=(*EVEN, "batch=3"), device="cpu", cache=cache, devices=2)
