from __future__ import annotations

import pytest
import torch
from torch import nn

from medunet.planning import ScheduleRecipe, TrainingRecipe
from medunet.training.schedules import Stage, make_optimiser, make_schedule, share_at


def how(kind="one_cycle", **told):
    schedule = {
        key: told.pop(key) for key in ("warmup", "factor", "patience", "minimum", "every", "power") if key in told
    }
    return TrainingRecipe(schedule=ScheduleRecipe(kind=kind, **schedule), **told)


def network():
    return nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.Conv2d(4, 2, 1))


def rates(recipe, steps, per_epoch=10):
    """The learning rate of every step."""
    optimiser = make_optimiser(network(), recipe)
    schedule = make_schedule(optimiser, recipe, Stage(0, steps, per_epoch))
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
    schedule = make_schedule(optimiser, recipe, Stage(0, 100, 10))
    found = []
    for loss in (1.0, 0.5, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6):
        schedule["scheduler"].step(loss)
        found.append(optimiser.param_groups[0]["lr"])
    assert found[3] == 0.01
    assert found[4] == 0.005
    assert found[-1] == 0.002


def test_constant_has_no_schedule():
    recipe = how("constant")
    assert make_schedule(make_optimiser(network(), recipe), recipe, Stage(0, 10, 10)) is None


@pytest.mark.parametrize(
    ("name", "kind"), [("adamw", torch.optim.AdamW), ("adam", torch.optim.Adam), ("sgd", torch.optim.SGD)]
)
def test_weight_decay_is_on_kernels_only(name, kind):
    net = network()
    optimiser = make_optimiser(net, how(optimiser=name, weight_decay=0.1, lr=0.02))
    assert type(optimiser) is kind
    decayed = {id(p) for group in optimiser.param_groups if group["weight_decay"] for p in group["params"]}
    assert decayed == {id(net[0].weight), id(net[2].weight)}
    together = [p for group in optimiser.param_groups for p in group["params"]]
    assert {id(p) for p in together} == {id(p) for p in net.parameters()}
    assert len(together) == len(list(net.parameters()))


def of_torch(make, steps):
    """The rates that torch's own schedule gives, for a largest rate of 0.01."""
    optimiser = torch.optim.SGD(network().parameters(), lr=0.01)
    schedule = make(optimiser)
    found = []
    for _ in range(steps):
        found.append(optimiser.param_groups[0]["lr"])
        optimiser.step()
        schedule.step()
    return found


TORCH = torch.optim.lr_scheduler


@pytest.mark.parametrize(
    ("recipe", "make"),
    [
        (how("one_cycle", lr=0.01), lambda o: TORCH.OneCycleLR(o, 0.01, total_steps=60, pct_start=0.15)),
        (how("one_cycle", lr=0.01, warmup=0.5), lambda o: TORCH.OneCycleLR(o, 0.01, total_steps=60, pct_start=0.5)),
        (how("cosine", lr=0.01), lambda o: TORCH.CosineAnnealingLR(o, T_max=60)),
        (how("cosine", lr=0.01, minimum=1e-4), lambda o: TORCH.CosineAnnealingLR(o, T_max=60, eta_min=1e-4)),
        (how("polynomial", lr=0.01), lambda o: TORCH.PolynomialLR(o, total_iters=60, power=0.9)),
        (how("polynomial", lr=0.01, power=2.0), lambda o: TORCH.PolynomialLR(o, total_iters=60, power=2.0)),
        (how("step", lr=0.01, every=2, factor=0.1), lambda o: TORCH.StepLR(o, step_size=20, gamma=0.1)),
    ],
    ids=["one_cycle", "half", "cosine", "to a minimum", "polynomial", "squared", "step"],
)
def test_rates_agree_with_torch(recipe, make):
    assert rates(recipe, 60) == pytest.approx(of_torch(make, 60), rel=1e-6, abs=1e-12)


@pytest.mark.parametrize("kind", ["one_cycle", "cosine", "polynomial"])
def test_a_further_stage_runs_its_course_anew(kind):
    recipe = how(kind).schedule
    first, second = Stage(0, 40, 10), Stage(40, 20, 10)
    assert share_at(recipe, 40, first) == pytest.approx(0, abs=1e-4)
    alone = [share_at(recipe, step, Stage(0, 20, 10)) for step in range(21)]
    assert [share_at(recipe, 40 + step, second) for step in range(21)] == alone


@pytest.mark.parametrize("kind", ["step", "constant"])
def test_what_knows_no_end_goes_on_over_stages(kind):
    recipe = how(kind, every=3).schedule
    for step in range(200):
        assert share_at(recipe, step, Stage(0, 200, 10)) == share_at(recipe, step, Stage(80, 120, 10))
