"""Batches: keyed order, whole batches from prepared samples."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, Sampler

from medunet.planning import Plan, Sample, stack
from medunet.training.augmentation import Draw, draw
from medunet.training.keys import generator

Load = Callable[[int], Sample]
"""Gives the prepared sample of a case's number."""


@dataclass(frozen=True, slots=True)
class Share:
    """Which process of how many this one is.

    Attributes:
        rank: its number over all machines, from 0.
        ranks: how many there are.
        local: its number on its machine.
        nodes: how many machines there are.
    """

    rank: int = 0
    ranks: int = 1
    local: int = 0
    nodes: int = 1


ALONE = Share()


@dataclass(frozen=True, slots=True)
class BatchKey:
    """Which cases make up a batch: the epoch, and for every member its case number and its turn in the epoch."""

    epoch: int
    members: tuple[tuple[int, int], ...]


@dataclass(frozen=True, eq=False)
class Batch:
    """Images float32 (N, C, *S) in [0, 1], targets uint8 (N, *S), the cases' ids, and draws (none for validation)."""

    images: Tensor
    targets: Tensor
    cases: tuple[str, ...]
    draws: tuple[Draw, ...]

    def to(self, device: torch.device, non_blocking: bool = False) -> Batch:
        """The same batch on another device (Lightning calls this)."""
        images = self.images.to(device, non_blocking=non_blocking)
        return Batch(images, self.targets.to(device, non_blocking=non_blocking), self.cases, self.draws)


class KeyedOrder(Sampler[BatchKey]):
    """The order of one epoch, drawn from (seed, epoch); every batch is full, the last one wraps around.

    Where several processes share the training, each gets its own part of every batch.
    """

    def __init__(self, cases: int, batch: int, batches: int, seed: int, share: Share = ALONE) -> None:
        self.cases, self.batch, self.batches, self.seed, self.share = cases, batch, batches, seed, share
        self.epoch = 0

    def set_epoch(self, epoch: int) -> None:
        """Lightning calls this before every epoch, also after a restart."""
        self.epoch = epoch

    def __len__(self) -> int:
        return self.batches

    def __iter__(self) -> Iterator[BatchKey]:
        members: list[tuple[int, int]] = []
        turn = 0
        while len(members) < len(self) * self.batch:
            order = generator(self.seed, "order", self.epoch, turn).permutation(self.cases)
            members.extend((int(number), turn) for number in order)
            turn += 1
        for start in range(0, len(self) * self.batch, self.batch):
            own = members[start : start + self.batch][self.share.rank :: self.share.ranks]
            yield BatchKey(self.epoch, tuple(own))


class FixedOrder(Sampler[BatchKey]):
    """All cases once in their order; the last batch may be short.

    Each of several processes gets every so-manieth batch; one for which there is none repeats another's, so that all
    have something to do. `batches` is how many there are over all processes.
    """

    def __init__(self, cases: int, batch: int, share: Share = ALONE) -> None:
        self.cases, self.batch, self.share = cases, batch, share
        self.batches = len(range(0, cases, batch))

    def _starts(self) -> range:
        starts = range(0, self.cases, self.batch)
        own = starts[self.share.rank :: self.share.ranks]
        return own or starts[self.share.rank % len(starts) :][:1]

    def __len__(self) -> int:
        return len(self._starts())

    def __iter__(self) -> Iterator[BatchKey]:
        for start in self._starts():
            yield BatchKey(0, tuple((n, 0) for n in range(start, min(start + self.batch, self.cases))))


class Batches(Dataset[Batch]):
    """Whole batches by key; the draws come with them and are applied on the device."""

    def __init__(self, load: Load, plan: Plan, *, augment: bool) -> None:
        self.load, self.plan, self.augment = load, plan, augment

    def __getitem__(self, key: BatchKey) -> Batch:
        samples: Sequence[Sample] = [self.load(number) for number, _ in key.members]
        images, targets = stack(samples)
        draws: tuple[Draw, ...] = ()
        if self.augment:
            how, seed = self.plan.augmentation, self.plan.training.seed
            turns = [turn for _, turn in key.members]
            side = min(images.shape[2:])
            draws = tuple(
                draw(how, seed, key.epoch, s.case, turn, side) for s, turn in zip(samples, turns, strict=True)
            )
        return Batch(images.float(), targets, tuple(sample.case for sample in samples), draws)


def loader(load: Load, cases: int, plan: Plan, *, augment: bool, share: Share = ALONE) -> DataLoader[Batch]:
    """A loader of whole batches, shuffled and augmented for training, in fixed order for validation."""
    training = plan.training
    batches = plan.steps_per_epoch(cases) * training.accumulate
    order: Sampler[BatchKey] = (
        KeyedOrder(cases, training.batch, batches, training.seed, share)
        if augment
        else FixedOrder(cases, training.batch, share)
    )
    return DataLoader(Batches(load, plan, augment=augment), sampler=order, batch_size=None)
