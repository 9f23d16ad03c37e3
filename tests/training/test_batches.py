from __future__ import annotations

from collections import Counter

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from medunet.training.batches import Batches, BatchKey, FixedOrder, KeyedOrder, Share, loader


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 40), st.integers(1, 9), st.integers(1, 4), st.integers(0, 5))
def test_every_case_comes_as_often_as_there_are_passes_and_every_batch_is_full(cases, batch, passes, epoch):
    order = KeyedOrder(cases, batch, -(-passes * cases // batch), seed=1)
    order.set_epoch(epoch)
    keys = list(order)
    assert len(keys) == len(order)
    assert all(len(key.members) == batch and key.epoch == epoch for key in keys)
    members = [member for key in keys for member in key.members]
    assert len(set(members)) == len(members)  # a case that comes twice comes in another turn, with another draw
    assert members[: passes * cases].count(members[0]) == 1
    assert Counter(number for number, _ in members[: passes * cases]) == dict.fromkeys(range(cases), passes)
    assert len(members) - passes * cases < max(batch, 1)


def test_the_order_differs_by_epoch_and_seed_and_repeats_itself():
    def order_of(epoch, seed):
        order = KeyedOrder(20, 4, 5, seed)
        order.set_epoch(epoch)
        return list(order)

    assert order_of(3, 0) == order_of(3, 0)
    assert [key.members for key in order_of(3, 0)] != [key.members for key in order_of(4, 0)]
    assert [key.members for key in order_of(3, 0)] != [key.members for key in order_of(3, 1)]


@pytest.mark.parametrize(("cases", "batch"), [(1, 4), (8, 4), (9, 4)])
def test_validation_takes_all_cases_once_in_their_order(cases, batch):
    keys = list(FixedOrder(cases, batch))
    assert len(keys) == len(FixedOrder(cases, batch))
    assert [number for key in keys for number, _ in key.members] == list(range(cases))


def test_a_batch_holds_its_cases_and_their_draws(samples, make_plan):
    batches = Batches(samples.__getitem__, make_plan(), augment=True)
    batch = batches[BatchKey(2, ((3, 0), (1, 0), (3, 1)))]
    assert batch.cases == (samples[3].case, samples[1].case, samples[3].case)
    assert batch.images.shape == (3, 1, 32, 32)
    assert batch.images.dtype == torch.float32
    assert torch.equal(batch.targets[1], samples[1].target)
    assert batch.draws[0] != batch.draws[2]  # the same case in another turn
    assert batches[BatchKey(9, ((3, 0),))].draws != batches[BatchKey(2, ((3, 0),))].draws
    assert batches[BatchKey(2, ((1, 0), (3, 0)))].draws == (
        batch.draws[1],
        batch.draws[0],
    )  # not the place in the batch


def test_validation_is_not_augmented(samples, make_plan):
    batches = list(loader(samples.__getitem__, len(samples), make_plan(), augment=False))
    assert [len(batch.cases) for batch in batches] == [4, 4, 4]
    assert all(batch.draws == () for batch in batches)
    assert torch.equal(batches[0].images[2], samples[2].image.float())


def test_the_loader_of_training_goes_through_the_keyed_order(samples, make_plan):
    train = loader(samples.__getitem__, len(samples), make_plan(passes=2), augment=True)
    assert len(train) == 6
    train.sampler.set_epoch(1)
    first = [batch.cases for batch in train]
    torch.rand(100)  # the order does not come from torch's generator
    assert [batch.cases for batch in train] == first
    train.sampler.set_epoch(2)
    assert [batch.cases for batch in train] != first


@pytest.mark.parametrize("ranks", [2, 4])
def test_processes_share_every_batch_and_together_hold_it(ranks):
    whole = list(KeyedOrder(20, 8, 5, seed=3))
    parts = [list(KeyedOrder(20, 8, 5, 3, Share(rank, ranks))) for rank in range(ranks)]
    for number, key in enumerate(whole):
        own = [part[number].members for part in parts]
        assert {len(members) for members in own} == {8 // ranks}
        assert sorted(member for members in own for member in members) == sorted(key.members)


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 30), st.integers(1, 9), st.integers(1, 5))
def test_processes_validate_the_batches_of_one_and_none_is_idle(cases, batch, ranks):
    alone = [key.members for key in FixedOrder(cases, batch)]
    orders = [FixedOrder(cases, batch, Share(rank, ranks)) for rank in range(ranks)]
    assert all(len(order) == len(list(order)) >= 1 for order in orders)
    assert all(order.batches == len(alone) for order in orders)
    numbered = {
        index * ranks + rank: key.members for rank, order in enumerate(orders) for index, key in enumerate(order)
    }
    assert [numbered[number] for number in range(len(alone))] == alone


def test_an_epoch_has_as_many_batches_as_its_steps_gather(samples, make_plan):
    plan = make_plan(accumulate=2)
    assert plan.steps_per_epoch(12) == 2
    assert len(loader(samples.__getitem__, 12, plan, augment=True)) == 4
