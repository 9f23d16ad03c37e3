from __future__ import annotations

import json
from dataclasses import replace
from types import SimpleNamespace

import pytest
import torch

from medunet.networks import UNet
from medunet.prediction import load_model
from medunet.training import Snapshot
from medunet.workflows.preparation import prepare_training
from medunet.workflows.tracking.observer import HISTOGRAMS_EVERY, Tracking
from medunet.workflows.tracking.tracker import Start
from medunet.workflows.train import train

CASES = 7
PER_EPOCH = 18


@pytest.fixture(scope="module")
def plan(trained):
    return load_model(trained.folder).plan


@pytest.fixture
def work(films, changes, tmp_path):
    call = SimpleNamespace(track=("memory",), folder=tmp_path / "run")
    prepared = prepare_training(films, "chest-xray-small", changes)
    return SimpleNamespace(call=call, title="run", prepared=prepared, training_cases=CASES)


@pytest.fixture(scope="module")
def network(plan):
    return UNet(plan.network)


def row(epoch):
    return {"epoch": epoch, "train_loss": 1 / epoch, "val_loss": 2 / epoch, "val_iou_heart": None, "lr": 0.1}


def snapshot(cases=("MRN 123", "Doe^Jane")):
    target = torch.zeros(len(cases), 32, 32, dtype=torch.uint8)
    target[:, 8:20, 8:20] = 1
    return Snapshot(torch.rand(len(cases), 1, 32, 32), target, target.roll(2, 1), cases)


def go(tracking, plan, network, first, last):
    """Train from epoch `first` to `last`, both included."""
    tracking.planned(plan, first - 1)
    for epoch in range(first, last + 1):
        for step in range((epoch - 1) * PER_EPOCH, epoch * PER_EPOCH):
            tracking.weights(step, network)
            tracking.step(epoch, step + 1, PER_EPOCH, 0.5)
        tracking.epoch(row(epoch), 1, snapshot())


def test_what_is_told_and_when(work, plan, network, heard, remembering):
    tracking = Tracking(work, [], heard)
    go(tracking, plan, network, 1, 12)
    tracking.end(finished=True)
    tracking.end(finished=False)
    (start,) = (call[0] for call in remembering.of("begin"))
    assert isinstance(start, Start)
    assert (start.folder, start.name, start.step, start.run) == (work.call.folder / "memory", "run", 0, None)
    assert start.parameters["training.lr"] == 2e-2
    last_steps = [PER_EPOCH * epoch - 1 for epoch in range(1, 13)]
    assert [step for step, _ in remembering.of("figures")] == last_steps
    assert remembering.of("figures")[1][1] == {"epoch": 2, "train_loss": 0.5, "val_loss": 1, "lr": 0.1}
    assert [step for step, _ in remembering.of("histograms")] == [0, HISTOGRAMS_EVERY, 2 * HISTOGRAMS_EVERY]
    assert [(step, len(pictures)) for step, pictures in remembering.of("pictures")] == [(n, 2) for n in last_steps]
    assert remembering.of("end") == [(True,)]
    assert tracking.remarks == heard.said == []
    steps = [call[1] for call in remembering.calls if call[0] in ("figures", "histograms", "pictures")]
    assert steps == sorted(steps)


def test_nothing_that_is_told_names_a_case(work, plan, network, heard, remembering):
    go(Tracking(work, [], heard), plan, network, 1, 1)
    words = repr([[value for value in call if not isinstance(value, Start)] for call in remembering.calls])
    start = remembering.of("begin")[0][0]
    words += repr(start.parameters) + start.name
    assert "train_loss" in words
    for case in (*work.prepared.cases, *({"id": one, "subject": one} for one in snapshot().cases)):
        named = case if isinstance(case, dict) else {"id": case.id, "subject": case.subject}
        assert named["id"] not in words
        assert f"'{named['subject']}'" not in words


def test_a_resumed_run_goes_on_and_is_told_nothing_twice(work, plan, network, heard, remembering):
    first = Tracking(work, [], heard)
    go(first, plan, network, 1, 6)  # steps 0 to 107, with histograms of step 100
    # Killed, and the checkpoint of epoch 6 is damaged: epoch 6 comes again.
    again = Tracking(work, [row(n) for n in range(1, 7)], heard)
    go(again, plan, network, 6, 8)
    start = remembering.of("begin")[1][0]
    assert (start.run, start.step) == ("first", 6 * PER_EPOCH)
    assert [step for step, _ in remembering.of("figures")] == [PER_EPOCH * epoch - 1 for epoch in range(1, 9)]
    assert [step for step, _ in remembering.of("pictures")] == [PER_EPOCH * epoch - 1 for epoch in range(1, 9)]
    assert [step for step, _ in remembering.of("histograms")] == [0, 100]


def test_figures_that_a_tracker_lacks_are_made_up_for(work, plan, network, heard, remembering):
    tracking = Tracking(work, [row(n) for n in range(1, 4)], heard)
    go(tracking, plan, network, 3, 4)  # the third row is of an epoch whose checkpoint was lost
    assert [(step, values["epoch"]) for step, values in remembering.of("figures")] == [
        (PER_EPOCH * epoch - 1, epoch) for epoch in (1, 2, 3, 4)
    ]
    assert [step for step, _ in remembering.of("pictures")] == [3 * PER_EPOCH - 1, 4 * PER_EPOCH - 1]


@pytest.mark.parametrize("method", ["begin", "figures", "histograms", "pictures"])
def test_a_tracker_that_fails_is_dropped_and_said_once(work, plan, network, heard, remembering, method):
    remembering.fails = {method, "end"}
    tracking = Tracking(work, [], heard)
    go(tracking, plan, network, 1, 7)
    tracking.end(finished=True)
    said = "--track memory failed and is dropped, training goes on: OSError: [Errno 28] No space left on device"
    assert heard.said == tracking.remarks == [said]
    assert len(remembering.of(method)) == 1
    assert remembering.of("end") == [(False,)]


def test_a_tracker_that_fails_takes_no_other_along(work, plan, network, heard, remembering):
    pytest.importorskip("tensorboard", reason="medunet[tensorboard] is not installed")
    work.call.track = ("tensorboard", "memory")
    tracking = Tracking(work, [], heard)
    tracking.planned(plan, 0)
    records = tracking.places[0].tracker._records
    records._writer.close()
    try:
        records._writer = open("/dev/full", "wb")  # noqa: SIM115
    except OSError:
        pytest.skip("this system has no /dev/full")
    for step in range(PER_EPOCH):
        tracking.weights(step, network)
    tracking.epoch(row(1), 1, snapshot())
    assert len(heard.said) == 1
    assert "--track tensorboard failed and is dropped" in heard.said[0]
    assert "No space left on device" in heard.said[0]
    assert len(remembering.of("figures")) == 1


def test_a_tracker_that_cannot_be_made_is_said(work, plan, network, heard, monkeypatch):
    def broken(name):
        raise ImportError("libcuda.so.1: cannot open https://me:secret@host/store\nsecond line")

    monkeypatch.setattr("medunet.workflows.tracking.observer.make_tracker", broken)
    tracking = Tracking(work, [], heard)
    go(tracking, plan, network, 1, 1)
    assert heard.said[0].endswith("ImportError: libcuda.so.1: cannot open https://…@host/store")


def test_pictures_that_cannot_be_drawn_drop_all_and_stop_nothing(work, plan, heard, remembering):
    tracking = Tracking(work, [], heard)
    tracking.planned(plan, 0)
    tracking.epoch(row(1), 1, replace(snapshot(), predictions=torch.full((2, 32, 32), 99, dtype=torch.uint8)))
    assert len(heard.said) == 1
    tracking.epoch(row(2), 1, snapshot())
    assert not remembering.of("figures")


def test_ctrl_c_is_no_fault_of_a_tracker(work, plan, heard, remembering, monkeypatch):
    def interrupted(step, values):
        raise KeyboardInterrupt

    monkeypatch.setattr(remembering, "figures", interrupted)
    tracking = Tracking(work, [], heard)
    tracking.planned(plan, 0)
    with pytest.raises(KeyboardInterrupt):
        tracking.epoch(row(1), 1, None)


def test_a_dropped_tracker_is_in_run_json_and_the_model_is_the_same(
    trained, films, cache, changes, tmp_path, heard, remembering
):
    remembering.fails = {"pictures"}
    run = train(
        films, out=tmp_path / "run", changes=changes, device="cpu", cache=cache, track=["memory"], progress=heard
    )
    assert run.weights_sha256 == trained.run.weights_sha256
    record = json.loads((run.folder / "run.json").read_text())
    assert record["track"] == ["memory"]
    assert len(record["remarks"]) == 1
    assert record["remarks"][0].startswith("--track memory failed and is dropped")
    assert heard.said.count(record["remarks"][0]) == 1


def test_overwrite_removes_what_was_tracked(films, cache, changes, tmp_path, remembering):
    told = {"changes": (*changes, "training.steps=4"), "device": "cpu", "cache": cache, "track": ["memory"]}
    train(films, out=tmp_path / "run", **told)
    train(films, out=tmp_path / "run", overwrite=True, **told)
    assert [start.run for (start,) in remembering.of("begin")] == [None, None]


def test_of_several_processes_the_first_one_tracks(films, cache, changes, tmp_path):
    pytest.importorskip("tensorboard", reason="medunet[tensorboard] is not installed")
    even = (*changes, "training.steps=8", "network.norm=group")
    run = train(films, out=tmp_path / "run", changes=even, device="cpu", cache=cache, devices=2, track=["tensorboard"])
    assert len(list((run.folder / "tensorboard").glob("events.*"))) == 1
