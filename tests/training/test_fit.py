from __future__ import annotations

import logging
import math
import os
import signal
import warnings
from dataclasses import replace

import pytest
import torch

from medunet.errors import InputError, UsageError
from medunet.planning import Plan, UNetConfig, read_recipe
from medunet.training import fit
from medunet.training.batches import Share
from medunet.training.checkpoints import network_weights
from medunet.training.fit import build

CLASSES = ("right lung", "left lung", "heart")


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
        {"averaging": 0.9},
    ],
    ids=["one_cycle", "plateau", "constant", "early_stopping", "averaging"],
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


def test_the_running_average_of_the_weights_is_what_is_kept(make_plan, samples, machine, listener, tmp_path):
    class Watching(type(listener())):
        def weights(self, step, network):
            states.append({name: value.detach().clone() for name, value in network.state_dict().items()})

    states = []
    plan = make_plan(epochs=2, passes=2, averaging=0.8, schedule={"kind": "constant"})
    fit(plan, (samples.__getitem__, 8), (samples[8:].__getitem__, 4), tmp_path, machine(), Watching())
    last = torch.load(tmp_path / "last.ckpt", weights_only=True)
    current = {name.removeprefix("network."): value for name, value in last["current_model_state"].items()}
    # What is watched is from before each step: the first is the start, and the last step's result is in the file.
    average = None
    for state in [*states[1:], current]:
        floats = {name: value for name, value in state.items() if value.is_floating_point()}
        average = floats if average is None else {n: 0.8 * average[n] + 0.2 * value for n, value in floats.items()}
    kept = network_weights(tmp_path / "last.ckpt")
    assert len(states) == 8
    for name in (name for name, _ in build(plan).named_parameters()):
        assert torch.allclose(kept[name], average[name], atol=1e-6), name
        assert not torch.equal(kept[name], current[name])


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


def damage(path):
    """Change some bytes in the middle, the padding between tensors and more: the file keeps its length."""
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 512] = bytes(byte ^ 1 for byte in content[middle : middle + 512])
    path.write_bytes(bytes(content))


def test_a_damaged_last_checkpoint_is_passed_over_for_the_one_before(run, make_plan, listener, tmp_path):
    plan = make_plan(epochs=6, network={"dropout": 0.2})
    whole, _ = run(plan, tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        run(plan, tmp_path / "spoilt", listener(stop_after_epoch=4))
    damage(tmp_path / "spoilt" / "last.ckpt")
    again, told = run(plan, tmp_path / "spoilt", resume=True)
    assert told.done == 3
    assert told.steps[0][:2] == (4, 1)
    assert again.remarks == (
        "last.ckpt is not a checkpoint that can be read; going on from previous.ckpt, after epoch 3",
    )
    assert same(whole, again)


@pytest.mark.parametrize("how", ["damaged", "gone"])
def test_lost_best_weights_are_chosen_anew_and_it_is_said(run, make_plan, listener, tmp_path, how):
    plan = make_plan(epochs=5)
    with pytest.raises(KeyboardInterrupt):
        run(plan, tmp_path, listener(stop_after_epoch=3))
    damage(tmp_path / "best.ckpt") if how == "damaged" else (tmp_path / "best.ckpt").unlink()
    again, told = run(plan, tmp_path, resume=True)
    assert told.done == 3
    assert again.best_epoch >= 3
    assert again.remarks[0].endswith("the best weights are chosen again, from epoch 3 on")
    (tmp_path / "best.ckpt").unlink()
    once_more, _ = run(plan, tmp_path, resume=True)  # nothing left to train: the last weights are what there is
    assert once_more.best_epoch == 5


def test_resuming_without_any_whole_checkpoint_is_one_line(run, make_plan, tmp_path):
    run(make_plan(epochs=1), tmp_path)
    damage(tmp_path / "last.ckpt")
    with pytest.raises(InputError, match=r"no whole checkpoint \(last.ckpt is not a .*; previous.ckpt is not there\)"):
        run(make_plan(epochs=1), tmp_path, resume=True)
    (tmp_path / "last.ckpt").unlink()
    with pytest.raises(InputError, match=r"last.ckpt is not there"):
        run(make_plan(epochs=1), tmp_path, resume=True)


@pytest.mark.parametrize(
    "schedule", [{"kind": "plateau", "patience": 0}, {"kind": "step", "every": 2}, {"kind": "constant"}]
)
def test_a_finished_run_that_goes_on_is_the_longer_run(run, make_plan, tmp_path, schedule):
    plan = make_plan(epochs=2, schedule=schedule, network={"dropout": 0.2}, lr=0.03)
    run(plan, tmp_path / "stages")
    further, told = run(plan.continued(2, 5, "asked for"), tmp_path / "stages", resume=True)
    assert [row["epoch"] for row in told.rows] == [3, 4, 5]
    whole, _ = run(make_plan(epochs=5, schedule=schedule, network={"dropout": 0.2}, lr=0.03), tmp_path / "whole")
    assert further.plan.stages == (2,)
    assert same(whole, further)


def test_a_further_stage_of_one_cycle_is_another_cycle_also_when_it_is_resumed(run, make_plan, listener, tmp_path):
    plan = make_plan(epochs=3)
    run(plan, tmp_path)
    longer = plan.continued(3, 7, "asked for")
    with pytest.raises(KeyboardInterrupt):
        run(longer, tmp_path, listener(stop_after_epoch=5), resume=True)
    _, told = run(longer, tmp_path, resume=True)
    assert [row["epoch"] for row in told.rows] == [6, 7]
    (_, second) = run(plan.continued(3, 7, "asked for"), tmp_path, resume=True)
    assert second.rows == []


def test_early_stopping_is_patient_again_in_a_further_stage(run, make_plan, tmp_path):
    plan = make_plan(epochs=30, lr=0.3, early_stopping=2, schedule={"kind": "constant"})
    first, _ = run(plan, tmp_path)
    done = first.epochs_run
    assert done < 30
    again, told = run(plan.continued(done, done + 5, "asked for"), tmp_path, resume=True)
    assert 2 <= len(told.rows) <= 5
    assert again.epochs_run == done + len(told.rows)


def test_processes_that_cannot_share_a_batch_are_refused(make_plan, samples, machine, listener, tmp_path):
    where = replace(machine(), share=Share(0, 3))
    with pytest.raises(UsageError, match=r"3 cannot share a batch of 4\. Give a number that divides training\.batch"):
        fit(make_plan(), (samples.__getitem__, 8), (samples.__getitem__, 4), tmp_path, where, listener())


def test_first_weights_may_be_given(run, make_plan, samples, machine, listener, tmp_path):
    first, _ = run(make_plan(epochs=12, passes=2), tmp_path / "a")
    start = {name: weight for name, weight in first.network.state_dict().items() if not name.startswith("head")}
    plan = make_plan(seed=9)
    begun = build(plan, start).state_dict()
    assert all(torch.equal(begun[name], weight) for name, weight in start.items())
    assert torch.equal(begun["head.weight"], build(plan).state_dict()["head.weight"])
    told = listener()
    fit(plan, (samples.__getitem__, 8), (samples.__getitem__, 4), tmp_path / "b", machine(), told, start=start)
    _, fresh = run(plan, tmp_path / "c")
    assert told.rows[0]["train_loss"] < fresh.rows[0]["train_loss"]


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


@pytest.mark.parametrize("name", ["chest-xray", "lungs", "chest-xray-small"])
def test_every_packaged_recipe_takes_a_step_with_a_smaller_network(
    name, samples, make_plan, machine, listener, tmp_path
):
    recipe = read_recipe(name, ["widths=[4,8,8]", "epochs=1", "batch=4"])
    output = 1 if recipe.output == "sigmoid" else 4
    network = {**recipe.network.model_dump(), "out_channels": len(CLASSES) if output == 1 else output}
    plan = Plan(
        recipe=name,
        classes=CLASSES,
        output=recipe.output,
        network=UNetConfig(**network, in_channels=1),
        preprocessing=make_plan().preprocessing,
        augmentation=recipe.augmentation,
        training=recipe.training,
    )
    first = build(plan).state_dict()
    told = listener()
    fitted = fit(plan, (samples.__getitem__, 4), (samples.__getitem__, 2), tmp_path, machine(), told)
    assert len(told.steps) == 1
    assert math.isfinite(told.rows[0]["train_loss"])
    kernels = [key for key in first if key.endswith("weight") and first[key].ndim > 2]
    assert all(not torch.equal(fitted.network.state_dict()[key], first[key]) for key in kernels)
