from __future__ import annotations

import logging
import os
import signal
import warnings
from dataclasses import replace

import pytest
import torch

from medunet.errors import InputError
from medunet.training import fit
from medunet.training.checkpoints import network_weights
from medunet.training.fit import build


@pytest.fixture
def run(samples, machine, listener):
    """Train on the first eight phantoms, validate on the other four; returns what came out and what was told."""

    def go(plan, folder, told=None, resume=False, precision="float32", validation=None):
        told = told or listener()
        val = validation or samples[8:]
        loads = (samples.__getitem__, 8), (val.__getitem__, len(val))
        return fit(plan, *loads, folder, machine(precision), told, resume=resume), told

    return go


def same(a, b):
    """True where two networks have equal weights, bit for bit."""
    first, second = a.network.state_dict(), b.network.state_dict()
    return first.keys() == second.keys() and all(torch.equal(first[name], second[name]) for name in first)


@pytest.mark.parametrize("precision", ["float32", "bf16"])
def test_eight_phantoms_are_learnt(run, make_plan, tmp_path, precision):
    fitted, told = run(make_plan(epochs=12, passes=2, monitor="val_dice"), tmp_path, precision=precision)
    assert told.rows[-1]["train_loss"] < 0.75 * told.rows[0]["train_loss"]
    assert told.rows[-1]["val_loss"] < told.rows[0]["val_loss"]
    assert max(row["val_dice"] for row in told.rows) > 0.35 > 3 * told.rows[0]["val_dice"]
    assert [row["epoch"] for row in told.rows] == list(range(1, 13))
    assert fitted.epochs_run == 12
    assert told.steps[0][:3] == (1, 1, 4)
    assert not fitted.network.training


def test_the_best_weights_come_back_not_the_last(make_plan, samples, machine, listener, tmp_path):
    told = listener()

    def validate(number):
        """From the fourth epoch on the references are nonsense, so that an earlier epoch is the best."""
        sample = samples[8 + number]
        return replace(sample, target=(sample.target + 1) % 4) if len(told.rows) >= 3 else sample

    fitted = fit(
        make_plan(epochs=5, passes=2, lr=0.03), (samples.__getitem__, 8), (validate, 4), tmp_path, machine(), told
    )
    losses = [row["val_loss"] for row in told.rows]
    assert fitted.best_epoch == losses.index(min(losses)) + 1 <= 3
    assert told.best[-1] == fitted.best_epoch
    best, last = (network_weights(tmp_path / name) for name in ("best.ckpt", "last.ckpt"))
    state = fitted.network.state_dict()
    assert all(torch.equal(state[name], best[name]) for name in state)
    assert any(not torch.equal(state[name], last[name]) for name in state)


def test_the_same_seed_gives_the_same_weights_and_another_seed_others(run, make_plan, tmp_path):
    kinds = {"dropout": 0.3, "input_noise": 0.1}
    torch.manual_seed(1)
    first, _ = run(make_plan(network=kinds), tmp_path / "a")
    torch.manual_seed(2)  # what a caller did with torch's generator does not count
    second, _ = run(make_plan(network=kinds), tmp_path / "b")
    other, _ = run(make_plan(network=kinds, seed=6), tmp_path / "c")
    assert same(first, second)
    assert not same(first, other)


def test_first_weights_come_from_the_seed_alone(make_plan):
    torch.manual_seed(1)
    first = build(make_plan()).state_dict()
    torch.manual_seed(2)
    second = build(make_plan()).state_dict()
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_the_callers_generator_is_left_alone(run, make_plan, tmp_path):
    torch.manual_seed(9)
    wanted = torch.rand(3)
    torch.manual_seed(9)
    run(make_plan(epochs=1, network={"dropout": 0.2}), tmp_path)
    assert torch.equal(torch.rand(3), wanted)


@pytest.mark.parametrize(
    "told",
    [
        {"schedule": {"kind": "one_cycle"}},
        {"schedule": {"kind": "plateau", "patience": 0, "factor": 0.5}, "lr": 0.1},
        {"optimiser": "adam", "schedule": {"kind": "constant"}},
        {"early_stopping": 4, "monitor": "val_dice"},
    ],
    ids=["one_cycle", "plateau", "constant", "early_stopping"],
)
@pytest.mark.parametrize("stop", [{"stop_after_epoch": 3}, {"stop_at_step": (4, 2)}], ids=["after", "within"])
def test_stopped_and_resumed_is_the_same_as_not_stopped(run, make_plan, listener, tmp_path, told, stop):
    plan = make_plan(epochs=6, network={"dropout": 0.2, "input_noise": 0.05}, **told)
    whole, all_rows = run(plan, tmp_path / "whole")
    stopped = listener(**stop)
    with pytest.raises(KeyboardInterrupt):
        run(plan, tmp_path / "halves", stopped)
    assert [row["epoch"] for row in stopped.rows] == [1, 2, 3]
    again, rest = run(plan, tmp_path / "halves", resume=True)
    assert len(all_rows.rows) == (5 if "early_stopping" in told else 6)
    assert rest.steps[0][:2] == (4, 1)
    assert [*stopped.rows, *rest.rows] == all_rows.rows
    assert again.best_epoch == whole.best_epoch
    assert same(whole, again)


def test_early_stopping_stops_and_says_how_long_it_ran(run, make_plan, tmp_path):
    plan = make_plan(epochs=30, lr=0.3, early_stopping=2, schedule={"kind": "constant"})
    fitted, told = run(plan, tmp_path)
    assert len(told.rows) < 30
    assert fitted.epochs_run == len(told.rows) == fitted.best_epoch + 2


def test_a_run_that_is_done_has_nothing_left_to_resume(run, make_plan, tmp_path):
    first, _ = run(make_plan(), tmp_path)
    again, told = run(make_plan(), tmp_path, resume=True)
    assert told.rows == []
    assert again.best_epoch == first.best_epoch
    assert same(first, again)


@pytest.mark.parametrize("name", ["last.ckpt", "best.ckpt"])
def test_resuming_without_a_whole_checkpoint_is_one_line_before_anything_is_done(run, make_plan, tmp_path, name):
    run(make_plan(epochs=1), tmp_path)
    content = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(content[: len(content) // 2])
    with pytest.raises(InputError, match=f"{name}: is not a checkpoint"):
        run(make_plan(epochs=1), tmp_path, resume=True)
    (tmp_path / name).unlink()
    with pytest.raises(InputError, match=f"{name}: is not there"):
        run(make_plan(epochs=1), tmp_path, resume=True)


@pytest.fixture
def ctrl_c():
    """Python's own answer to Ctrl-C; a shell's background job inherits a signal that is ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield signal.default_int_handler
    signal.signal(signal.SIGINT, before)


def test_ctrl_c_is_the_callers_and_the_handler_comes_back(run, make_plan, listener, tmp_path, ctrl_c):
    class Presses(listener):
        def step(self, epoch, step, steps, loss):
            if (epoch, step) == (2, 1):
                os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        run(make_plan(epochs=3), tmp_path, Presses())
    assert signal.getsignal(signal.SIGINT) is ctrl_c
    assert (tmp_path / "last.ckpt").is_file()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["best.ckpt", "last.ckpt"]


def test_the_terminal_stays_clean(run, make_plan, tmp_path, capfd, caplog):
    caplog.set_level(logging.INFO)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        run(make_plan(epochs=1), tmp_path)
    out, err = capfd.readouterr()
    assert (out, err) == ("", "")


def test_one_case_to_train_and_one_to_validate_are_enough(samples, make_plan, machine, listener, tmp_path):
    told = listener()
    fit(make_plan(batch=1, epochs=1), (samples.__getitem__, 1), (samples.__getitem__, 1), tmp_path, machine(), told)
    assert told.rows[0]["val_loss"] > 0


def test_sigmoid_output_trains_too(run, make_plan, tmp_path):
    plan = make_plan(output="sigmoid", epochs=6, loss={"bce": 1.0, "dice": 1.0})
    _, told = run(plan, tmp_path)
    assert told.rows[-1]["train_loss"] < told.rows[0]["train_loss"]


def test_validation_cases_without_any_structure_do_not_break_the_choice(run, make_plan, samples, tmp_path):
    blank = [replace(sample, target=torch.zeros_like(sample.target)) for sample in samples[8:]]
    fitted, told = run(make_plan(epochs=2, monitor="val_dice"), tmp_path, validation=blank)
    assert fitted.best_epoch >= 1
    assert len(told.rows) == 2
