"""The work of a training: what was asked, what it is about, where it runs, and its prepared cases."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from medunet.errors import UsageError
from medunet.planning import Plan, SampleCache
from medunet.workflows import surroundings
from medunet.workflows.preparation import Prepared
from medunet.workflows.progress import Progress
from medunet.workflows.samples import Keys, load_samples
from medunet.workflows.starting import Start

if TYPE_CHECKING:
    import torch

    from medunet.training.batches import Load, Share
    from medunet.training.fit import Machine

AFTERWARDS, AFTERWARDS_SHARE = 60.0, 0.1
"""Seconds of a budget that are kept for fitting the temperature, the intervals and the checks, and the share of a short
budget that they may take."""


@dataclass(frozen=True)
class Call:
    """The arguments of `train` as plain values: what another process is told."""

    data: str
    recipe: str
    out: str
    changes: tuple[str, ...]
    fold: int | None
    init: str | None
    budget: float | None
    device: str
    devices: int
    resume: bool
    overwrite: bool
    cache: str | None
    track: tuple[str, ...] = ()

    @property
    def folder(self) -> Path:
        """The run folder."""
        return Path(self.out) if self.fold is None else Path(self.out) / f"fold-{self.fold}"


@dataclass(frozen=True, eq=False)
class Work:
    """What a training is about, before anything is written.

    Attributes:
        call: what was asked.
        prepared: recipe, cases, plan.
        keys: what is in the files.
        begun: the weights to begin with, where they are a model's.
        share: which of several processes this one is.
        device: where it runs.
        start: when the call began, by the clock.
    """

    call: Call
    prepared: Prepared
    keys: Keys
    begun: Start | None
    share: Share
    device: torch.device
    start: float

    @property
    def plan(self) -> Plan:
        """The plan of a training from the beginning."""
        return self.begun.plan if self.begun else self.prepared.plan

    @property
    def title(self) -> str:
        """What people call the run."""
        name = Path(self.call.out).resolve().name
        return name if self.call.fold is None else f"{name} fold {self.call.fold}"

    @property
    def training_cases(self) -> int:
        """How many cases are trained on."""
        return len(self.prepared.cases.of("train"))

    @property
    def time_left(self) -> float | None:
        """Seconds of the budget that are left."""
        budget = self.call.budget
        return None if budget is None else budget - (surroundings.clock() - self.start)

    @property
    def time_to_train(self) -> float | None:
        """Seconds of the budget that are left for steps; the rest is for what is fitted to the last weights."""
        left = self.time_left
        if left is None or self.call.budget is None:
            return None
        return left - min(AFTERWARDS, AFTERWARDS_SHARE * self.call.budget)


def share_of(devices: int) -> Share:
    """Which of several processes this one is."""
    from medunet.training.batches import Share

    if devices < 1:
        raise UsageError("--devices", f"{devices} devices train nothing", "Give 1 or more")
    return Share(*surroundings.processes(devices))


def device_of(asked: str, share: Share) -> torch.device:
    """The device that was asked for; a word that names none is refused before any data is read."""
    import torch

    from medunet.networks import choose_device, keep_allocator

    keep_allocator()  # before the first tensor
    device = choose_device(asked)
    if device.type != "cuda" or share.ranks == 1:
        return device
    if share.local >= torch.cuda.device_count():
        what = f"{share.local + 1} GPUs are asked for here, there are {torch.cuda.device_count()}"
        raise UsageError("--devices", what, "Give fewer, or --device cpu")
    return torch.device("cuda", share.local)


def machine_of(work: Work, plan: Plan) -> Machine:
    """Where and how `plan` is run, with the time that is left."""
    from medunet.networks import choose_precision
    from medunet.training.fit import Machine

    precision = choose_precision(plan.training.precision, work.device)
    return Machine(work.device, precision, surroundings.clock, work.time_to_train, work.share)


def loads_of(work: Work, plan: Plan, progress: Progress) -> list[tuple[Load, int]]:
    """Loader and number of the training cases, and of the validation cases."""
    cache = work.call.cache
    store = SampleCache(Path(cache) if cache else surroundings.cache_folder(), plan.preprocessing, plan.classes)
    groups = [work.prepared.cases.of("train").cases, work.prepared.cases.of("val").cases]
    loads = load_samples(groups, store, work.keys.content, progress)
    return [(load, len(group)) for load, group in zip(loads, groups, strict=True)]
