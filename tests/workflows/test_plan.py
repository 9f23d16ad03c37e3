from __future__ import annotations

from dataclasses import replace

import pytest

from medunet.networks import UNet, count_parameters
from medunet.workflows.plan import Shown, duration, flop, plan


def test_it_shows_what_train_would_do_and_does_nothing(films, changes, trained, digest):
    before = digest(films)
    shown = plan(films, changes=changes)
    assert digest(films) == before
    assert shown.plan.model_dump() == trained_plan(trained).model_dump()
    assert shown.parameters == count_parameters(UNet(shown.plan.network))
    learn = sum(line.endswith(",train") for line in (trained.folder / "split.csv").read_text().splitlines())
    assert shown.steps == shown.plan.epochs * shown.plan.steps_per_epoch(learn)
    assert any(said.startswith("split: ") for said in shown.read_as)
    assert any("right lung → lung" in said for said in shown.read_as)
    assert f"{shown.parameters:,} parameters" in shown.cost[0]
    assert shown.to_dict()["steps"] == shown.steps


def trained_plan(trained):
    from medunet.prediction import load_model

    return load_model(trained.folder).plan


def test_the_operations_are_counted(films, changes):
    """Twice the side, four times the work."""
    small = plan(films, changes=changes)
    large = plan(films, changes=(*changes, "input.size=[64,64]"))
    assert large.forward_flop == 4 * small.forward_flop > 0


def test_the_published_chest_network_takes_38_tflop_a_step(films):
    shown = plan(films, recipe="chest-xray", changes=("training.batch=8",))
    batch = shown.plan.training.batch
    assert 3 * shown.forward_flop * 8 == pytest.approx(37.75e12, rel=0.002)
    assert shown.step_flop == 3 * shown.forward_flop * batch
    assert "125,518,799 parameters, 1.57 TFLOP per image" in shown.cost[0]


def test_the_time_is_that_of_the_operations_at_the_measured_rate(films, changes):
    shown = replace(plan(films, changes=changes), forward_flop=10**9, rate=6e9, steps=100)
    assert isinstance(shown, Shown)
    step = 3 * shown.plan.training.batch / (0.6 * 6)
    assert shown.step_seconds == pytest.approx(step)
    assert f"about {duration(step)} a step and {duration(100 * step)} in all on" in shown.cost[2]


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (2.5e6, "2.5 MFLOP"),
        (5.78e11, "578 GFLOP"),
        (3.775e13, "37.8 TFLOP"),
        (9.999e11, "1 TFLOP"),
        (4e18, "4000 PFLOP"),
    ],
)
def test_operations_have_three_digits(count, text):
    assert flop(count) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.83, "0.83 s"), (80, "80 s"), (720, "12 min"), (9000, "2.5 h"), (260000, "3 days")]
)
def test_times_have_a_unit_a_person_thinks_in(seconds, text):
    assert duration(seconds) == text
