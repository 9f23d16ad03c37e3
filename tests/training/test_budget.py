from __future__ import annotations

import itertools

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from medunet.training import fit
from medunet.training.batches import loader
from medunet.training.budget import (
    EPOCH_OVERHEAD,
    MARGIN,
    TIMED,
    UNTIMED,
    VALIDATION_SHARE,
    batch_seconds,
    budgeted,
    epochs_within,
)
from medunet.training.fit import build
from medunet.training.objective import objective_of


def test_epochs_within_counts_training_validation_and_overhead():
    epoch = 0.5 * (10 + VALIDATION_SHARE * 4) + EPOCH_OVERHEAD
    assert epochs_within(6.001 * epoch / MARGIN, 0.5, 10, 4) == 6
    assert epochs_within(5.999 * epoch / MARGIN, 0.5, 10, 4) == 5


@pytest.mark.parametrize("seconds", [-10.0, 0.0, 0.001])
def test_there_is_at_least_one_epoch(seconds):
    assert epochs_within(seconds, 1.0, 100, 10) == 1


@settings(deadline=None)
@given(st.floats(1, 1e5), st.floats(1e-3, 10), st.integers(1, 500), st.integers(1, 50))
def test_the_epochs_fit_into_the_time(seconds, step, training, validation):
    epochs = epochs_within(seconds, step, training, validation)
    cost = epochs * (step * (training + VALIDATION_SHARE * validation) + EPOCH_OVERHEAD)
    assert epochs == 1 or cost <= seconds


def test_a_step_is_timed_without_the_first_ones_and_the_network_stays_as_it_was(samples, make_plan):
    plan = make_plan()
    network = build(plan)
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    batch = next(iter(loader(samples.__getitem__, len(samples), plan, augment=True)))
    # Each step reads the clock at its start and its end; the first ones are slow and must not count.
    spans = [100.0] * UNTIMED + [3.0, 1.0, 2.0, 50.0, 2.5][:TIMED]
    times = itertools.chain.from_iterable((0.0, span) for span in spans)
    assert batch_seconds(network, objective_of(plan), batch, "float32", lambda: next(times)) == 2.5
    assert all(torch.equal(tensor, before[name]) for name, tensor in network.state_dict().items())
    assert all(p.grad is None for p in network.parameters())


def test_fit_settles_its_epochs_by_the_clock(samples, make_plan, machine, listener, tmp_path):
    ticks = itertools.count()
    clock = machine(clock=lambda: next(ticks) * 0.1, budget=5.0)  # a step takes 0.1 s by this clock
    plan = make_plan(epochs=500)
    told = listener()
    fitted = fit(plan, (samples.__getitem__, 8), (samples.__getitem__, 4), tmp_path, clock, told)
    # 5 s less the warm-up's clock readings; 2 steps and 1 validation step an epoch.
    left = 5.0 - 0.1 * (2 * (UNTIMED + TIMED) + 1)
    wanted = epochs_within(left, 0.1, 2, 1)
    assert told.plans[0].epochs == fitted.plan.epochs == fitted.epochs_run == wanted
    assert len(told.rows) == wanted
    reason = next(decision.reason for decision in fitted.plan.decisions if decision.key == "epochs")
    assert reason.startswith("fits into the budget: ")
    assert "2 batches an epoch" in reason


def test_a_budget_for_a_further_stage_counts_from_the_end_of_the_last(make_plan):
    plan = make_plan(epochs=7).continued(7, 8, "asked for")
    more = epochs_within(60, 0.5, 10, 2)
    assert budgeted(plan, 60, 0.5, 10, 2).epochs == 7 + more
    assert budgeted(make_plan(), 60, 0.5, 10, 2).epochs == more
