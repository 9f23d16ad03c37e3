"""fit: from a plan and prepared samples to trained weights, by Lightning."""

from __future__ import annotations

import contextlib
import logging
import signal
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

import torch
from lightning.pytorch import Callback, LightningModule, Trainer
from lightning.pytorch.callbacks import EarlyStopping

from medunet.errors import InputError
from medunet.networks import UNet
from medunet.planning import Plan
from medunet.training.batches import Load, loader
from medunet.training.budget import epochs_within, step_seconds
from medunet.training.checkpoints import BEST, LAST, Checkpoints, load_checkpoint, network_weights
from medunet.training.keys import key_of
from medunet.training.task import EpochRow, SegmentationTask, Snapshot


class Observer(Protocol):
    """Who wants to know how training goes: the workflow, for progress, log, curves and pictures."""

    def planned(self, plan: Plan) -> None:
        """Called once, when the number of epochs is settled."""

    def step(self, epoch: int, step: int, steps: int, loss: float) -> None:
        """Called after every step; all numbers count from 1, `steps` are those of the epoch."""

    def epoch(self, row: EpochRow, best_epoch: int, snapshot: Snapshot | None) -> None:
        """Called after every epoch, when its checkpoint is on disk."""


@dataclass(frozen=True, eq=False)
class Fitted:
    """The best weights, where they come from, and the plan as it was run."""

    network: UNet
    plan: Plan
    best_epoch: int
    epochs_run: int


@dataclass(frozen=True)
class Machine:
    """Where and how to run: device, precision, and a time budget in seconds with the clock to keep it by."""

    device: torch.device
    precision: Literal["bf16", "float32"]
    clock: Callable[[], float]
    budget: float | None = None


def fit(
    plan: Plan,
    training: tuple[Load, int],
    validation: tuple[Load, int],
    folder: Path,
    machine: Machine,
    observer: Observer,
    *,
    resume: bool = False,
) -> Fitted:
    """Train; checkpoints go to `folder`.

    Args:
        plan: what to do.
        training: loader and number of training cases.
        validation: loader and number of validation cases, at least one.
        folder: where last.ckpt and best.ckpt are written.
        machine: where to run and for how long.
        observer: is told of steps and epochs.
        resume: go on from last.ckpt.

    Raises:
        TrainingError: the loss became NaN or infinite.
        InputError: there is no whole checkpoint to resume from.
        KeyboardInterrupt: the user stopped it; the last whole epoch is in last.ckpt.
    """
    network = build(plan)
    train = loader(*training, plan, augment=True)
    val = loader(*validation, plan, augment=False)
    if machine.budget is not None and not resume:
        plan = _within_budget(plan, network, train, len(val), machine)
        train = loader(*training, plan, augment=True)
    observer.planned(plan)
    steps = plan.epochs * len(train)
    task = SegmentationTask(network, plan, steps)
    checkpoints = Checkpoints(folder, plan.training.monitor)
    trainer = _trainer(plan, machine, [*_stopping(plan), checkpoints, _Telling(observer, checkpoints)])
    if resume:
        _check_resumable(folder)
    with _quiet(), _interruptible(), _own_randomness(machine.device):
        trainer.fit(task, train, val, ckpt_path=folder / LAST if resume else None, weights_only=True)
    best = build(plan)
    best.load_state_dict(network_weights(folder / BEST))
    return Fitted(best.eval(), plan, checkpoints.best_epoch, trainer.current_epoch)


def build(plan: Plan) -> UNet:
    """The plan's network with first weights drawn from the plan's seed, in channels-last layout."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(key_of(plan.training.seed, "weights") % 2**63)
        network = UNet(plan.network)
    layout = torch.channels_last if plan.network.dims == 2 else torch.channels_last_3d
    return network.to(memory_format=layout)  # type: ignore[call-overload, no-any-return]


def _check_resumable(folder: Path) -> None:
    """Both checkpoints are there and whole; better known now than after the last epoch."""
    for path in (folder / LAST, folder / BEST):
        if not path.is_file():
            raise InputError(path, "is not there: nothing to resume", "Train anew with --overwrite")
        load_checkpoint(path)


def _stopping(plan: Plan) -> list[Callback]:
    training = plan.training
    if not training.early_stopping:
        return []
    mode = "max" if training.monitor == "val_dice" else "min"
    # It counts before the epoch's checkpoint is written, so that a resumed run stops at the same epoch.
    patience = training.early_stopping
    return [EarlyStopping(training.monitor, patience=patience, mode=mode, check_on_train_epoch_end=False)]


def _trainer(plan: Plan, machine: Machine, callbacks: list[Callback]) -> Trainer:
    device = machine.device
    accelerator = "cpu" if device.type == "cpu" else "gpu"
    with _quiet():
        return Trainer(
            accelerator=accelerator,
            devices=[device.index or 0] if accelerator == "gpu" else 1,
            precision="bf16-mixed" if machine.precision == "bf16" else "32-true",
            max_epochs=plan.epochs,
            callbacks=callbacks,
            logger=False,
            enable_checkpointing=False,
            enable_progress_bar=False,
            enable_model_summary=False,
            num_sanity_val_steps=0,
            use_distributed_sampler=False,
        )


def _within_budget(plan: Plan, network: UNet, train: Any, val_steps: int, machine: Machine) -> Plan:
    if machine.budget is None:
        return plan
    start = machine.clock()
    batch = next(iter(train)).to(machine.device)
    seconds = step_seconds(network.to(machine.device), plan, batch, machine.precision, machine.clock)
    left = machine.budget - (machine.clock() - start)
    epochs = epochs_within(left, seconds, len(train), val_steps)
    why = f"fits into the budget: {left:.0f} s left, {seconds:.3f} s a step, {len(train)} steps an epoch"
    return plan.with_epochs(epochs, why)


class _Telling(Callback):
    """Passes steps and epochs on to the observer; stands after the checkpoints in the list of callbacks."""

    def __init__(self, observer: Observer, checkpoints: Checkpoints) -> None:
        self.observer, self.checkpoints = observer, checkpoints

    def on_train_batch_end(
        self, trainer: Trainer, pl_module: LightningModule, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        steps = int(trainer.num_training_batches)
        self.observer.step(trainer.current_epoch + 1, batch_idx + 1, steps, float(outputs["loss"].detach()))

    def on_train_epoch_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        if isinstance(pl_module, SegmentationTask):
            self.observer.epoch(pl_module.row, self.checkpoints.best_epoch, pl_module.snapshot)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep Lightning's advertisements and advice off the terminal."""
    logger = logging.getLogger("lightning.pytorch")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)


@contextlib.contextmanager
def _own_randomness(device: torch.device) -> Iterator[None]:
    """Training seeds torch's generators; the caller's go on as if it had not."""
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        yield


@contextlib.contextmanager
def _interruptible() -> Iterator[None]:
    """Lightning answers Ctrl-C by `sys.exit(1)` with the signal ignored; give the caller its KeyboardInterrupt."""
    handler = signal.getsignal(signal.SIGINT)
    try:
        yield
    except SystemExit as fault:
        raise KeyboardInterrupt from fault
    finally:
        with contextlib.suppress(ValueError):  # only the main thread may set a handler
            signal.signal(signal.SIGINT, handler)
