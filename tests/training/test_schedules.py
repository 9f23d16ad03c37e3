from __future__ import annotations

import pytest
import torch
from torch import nn

from medunet.planning import ScheduleRecipe, TrainingRecipe
from medunet.training.schedules import make_optimiser, make_schedule


def how(kind="one_cycle", **told):
    schedule = {key: told.pop(key) for key in ("warmup", "factor", "patience", "minimum") if key in told}
    return TrainingRecipe(schedule=ScheduleRecipe(kind=kind, **schedule), **told)


def network():
    return nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.Conv2d(4, 2, 1))


def rates(recipe, steps):
    """The learning rate of every step."""
    optimiser = make_optimiser(network(), recipe)
    schedule = make_schedule(optimiser, recipe, steps)
    assert schedule["interval"] == "step"
    found = []
    for _ in range(steps):
        found.append(optimiser.param_groups[0]["lr"])
        optimiser.step()
        schedule["scheduler"].step()
    return found


@pytest.mark.parametrize("warmup", [0.15, 0.5])
def test_one_cycle_rises_to_the_rate_asked_for_and_ends_near_nothing(warmup):
    found = rates(how(lr=0.01, warmup=warmup), 200)
    assert max(found) == pytest.approx(0.01, rel=1e-3)
    assert found.index(max(found)) == pytest.approx(warmup * 200, abs=1.5)
    assert found[0] < 0.01 / 10
    assert found[-1] < 0.01 / 1000


@pytest.mark.parametrize("steps", [1, 2, 3, 10, 20])
@pytest.mark.parametrize("warmup", [0.05, 0.1, 0.15, 0.5, 0.9])
def test_one_cycle_takes_any_number_of_steps(steps, warmup):
    found = rates(how(lr=0.01, warmup=warmup), steps)
    assert all(0 < rate <= 0.01 + 1e-12 for rate in found)


def test_plateau_lowers_the_rate_when_the_validation_loss_stands_still():
    recipe = how("plateau", lr=0.01, factor=0.5, patience=2, minimum=0.002)
    optimiser = make_optimiser(network(), recipe)
    schedule = make_schedule(optimiser, recipe, 100)
    found = []
    for loss in (1.0, 0.5, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6):
        schedule["scheduler"].step(loss)
        found.append(optimiser.param_groups[0]["lr"])
    assert found[3] == 0.01
    assert found[4] == 0.005
    assert found[-1] == 0.002


def test_constant_has_no_schedule():
    recipe = how("constant")
    assert make_schedule(make_optimiser(network(), recipe), recipe, 10) is None


@pytest.mark.parametrize(("name", "kind"), [("adamw", torch.optim.AdamW), ("adam", torch.optim.Adam)])
def test_weight_decay_is_on_kernels_only(name, kind):
    net = network()
    optimiser = make_optimiser(net, how(optimiser=name, weight_decay=0.1, lr=0.02))
    assert type(optimiser) is kind
    decayed = {id(p) for group in optimiser.param_groups if group["weight_decay"] for p in group["params"]}
    assert decayed == {id(net[0].weight), id(net[2].weight)}
    together = [p for group in optimiser.param_groups for p in group["params"]]
    assert {id(p) for p in together} == {id(p) for p in net.parameters()}
    assert len(together) == len(list(net.parameters()))
