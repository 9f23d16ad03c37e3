"""fit: from a plan and prepared samples to trained weights, by Lightning."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

import torch
from lightning.fabric.plugins.environments.torchelastic import TorchElasticEnvironment
from lightning.pytorch import Callback, LightningModule, Trainer
from lightning.pytorch.callbacks import EarlyStopping, EMAWeightAveraging
from lightning.pytorch.strategies import DDPStrategy, Strategy
from torch import Tensor

from medunet.errors import UsageError
from medunet.networks import UNet
from medunet.planning import Plan
from medunet.training.batches import ALONE, Load, Share, loader
from medunet.training.budget import batch_seconds, budgeted
from medunet.training.checkpoints import BEST, Checkpoints, find_resumable, mend_best, network_weights
from medunet.training.keys import key_of
from medunet.training.objective import Objective, objective_of
from medunet.training.ranks import agreed, told
from medunet.training.schedules import Stage
from medunet.training.surroundings import interruptible, own_randomness, quiet
from medunet.training.task import EpochRow, Snapshot, TrainingTask


class Observer(Protocol):
    """Who wants to know how training goes: the workflow, for progress, log, curves and pictures."""

    def planned(self, plan: Plan, done: int) -> None:
        """Called once, when the number of epochs is settled; `done` of them lie behind a resumed run."""

    def weights(self, step: int, network: UNet) -> None:
        """Called before every optimiser step, counted from 0 over the whole run, when the gradients are there."""

    def step(self, epoch: int, step: int, steps: int, loss: float) -> None:
        """Called after every batch; all numbers count from 1, `steps` are the batches of the epoch."""

    def epoch(self, row: EpochRow, best_epoch: int, snapshot: Snapshot | None) -> None:
        """Called after every epoch, when its checkpoint is on disk."""


@dataclass(frozen=True, eq=False)
class Fitted:
    """The best weights, where they come from, the plan as it was run, and what had to be said."""

    network: UNet
    plan: Plan
    best_epoch: int
    epochs_run: int
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Machine:
    """Where and how to run.

    Attributes:
        device: of this process.
        precision: bf16 or float32.
        clock: seconds, for the budget.
        budget: seconds that training may take; None for as long as the plan says.
        share: which of several processes this one is.
    """

    device: torch.device
    precision: Literal["bf16", "float32"]
    clock: Callable[[], float]
    budget: float | None = None
    share: Share = field(default=ALONE)


def fit(
    plan: Plan,
    training: tuple[Load, int],
    validation: tuple[Load, int],
    folder: Path,
    machine: Machine,
    observer: Observer,
    *,
    start: Mapping[str, Tensor] | None = None,
    resume: bool = False,
) -> Fitted:
    """Train; checkpoints go to `folder`.

    Args:
        plan: what to do.
        training: loader and number of training cases.
        validation: loader and number of validation cases, at least one.
        folder: where last.ckpt, previous.ckpt and best.ckpt are written.
        machine: where to run and for how long.
        observer: is told of steps and epochs.
        start: first weights by name, for those that do not begin at random.
        resume: go on from the newest whole checkpoint.

    Raises:
        TrainingError: the loss became NaN or infinite.
        InputError: there is no whole checkpoint to resume from.
        UsageError: the processes cannot share the batch.
        KeyboardInterrupt: the user stopped it; the last whole epoch is in last.ckpt.
    """
    _check_share(plan, machine.share)
    network = build(plan, start)
    last = told(mend_best(folder, find_resumable(folder)) if resume and not machine.share.rank else None)
    objective = objective_of(plan)
    train = loader(*training, plan, augment=True, share=machine.share)
    val = loader(*validation, plan, augment=False, share=machine.share)
    done = last.epoch if last else 0
    checkpoints = Checkpoints(folder, plan.training.monitor)
    if machine.budget is not None and (last is None or plan.stages[-1:] == (done,)):
        plan = _within_budget(plan, network, objective, (train, len(val)), machine)
    observer.planned(plan, done)
    trainer = _trainer(
        plan, machine, [*_averaging(plan), *_stopping(plan), checkpoints, _Telling(observer, checkpoints)]
    )
    task = TrainingTask(network, plan, objective, _stage(plan, training[1]), observer.weights)
    with quiet(), interruptible(), own_randomness(machine.device):
        trainer.fit(task, train, val, ckpt_path=last.path if last else None, weights_only=True)
    best = build(plan)
    if not machine.share.rank:  # the others may be here before the first has named its last file
        best.load_state_dict(network_weights(folder / BEST))
    return Fitted(best.eval(), plan, checkpoints.best_epoch, trainer.current_epoch, last.remarks if last else ())


def build(plan: Plan, start: Mapping[str, Tensor] | None = None) -> UNet:
    """The plan's network with first weights drawn from the plan's seed, or taken from `start`; channels-last."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(key_of(plan.training.seed, "weights") % 2**63)
        network = UNet(plan.network)
    if start is not None:
        network.load_state_dict({**network.state_dict(), **start})
    layout = torch.channels_last if plan.network.dims == 2 else torch.channels_last_3d
    return network.to(memory_format=layout)  # type: ignore[call-overload, no-any-return]


def _check_share(plan: Plan, share: Share) -> None:
    """Every process gets the same number of cases of each batch."""
    if plan.training.batch % share.ranks:
        what = f"{share.ranks} cannot share a batch of {plan.training.batch}"
        raise UsageError("--devices", what, "Give a number that divides training.batch")


def _stage(plan: Plan, cases: int) -> Stage:
    """What the schedule runs over: the epochs since the last end of the training."""
    per_epoch = plan.steps_per_epoch(cases)
    first = plan.stages[-1] if plan.stages else 0
    return Stage(first * per_epoch, (plan.epochs - first) * per_epoch, per_epoch)


def _within_budget(plan: Plan, network: UNet, objective: Objective, loaders: tuple[Any, int], machine: Machine) -> Plan:
    """The plan with the epochs that fit; all processes take the first one's number."""
    if machine.budget is None:
        return plan
    train, validation = loaders
    start = machine.clock()
    batch = next(iter(train)).to(machine.device)
    each = batch_seconds(network.to(machine.device), objective, batch, machine.precision, machine.clock)
    left = agreed(machine.budget - (machine.clock() - start))
    return budgeted(plan, left, agreed(each), len(train), validation)


def _trainer(plan: Plan, machine: Machine, callbacks: list[Callback]) -> Trainer:
    device = machine.device
    accelerator = "cpu" if device.type == "cpu" else "gpu"
    with quiet():
        return Trainer(
            accelerator=accelerator,
            devices=_devices(machine),
            num_nodes=machine.share.nodes,
            strategy=_strategy(machine),
            precision="bf16-mixed" if machine.precision == "bf16" else "32-true",
            max_epochs=plan.epochs,
            accumulate_grad_batches=plan.training.accumulate,
            gradient_clip_val=plan.training.clip or None,
            callbacks=callbacks,
            logger=False,
            enable_checkpointing=False,
            enable_progress_bar=False,
            enable_model_summary=False,
            num_sanity_val_steps=0,
            use_distributed_sampler=False,
        )


def _devices(machine: Machine) -> int | list[int]:
    """One device, by its number where it has one; or how many processes there are on each machine."""
    if machine.share.ranks > 1:
        return machine.share.ranks // machine.share.nodes
    return [machine.device.index or 0] if machine.device.type != "cpu" else 1


def _strategy(machine: Machine) -> Strategy | str:
    """Data in parallel over the processes that have joined; the environment says who they are, as with torchrun."""
    if machine.share.ranks == 1:
        return "auto"
    return DDPStrategy(cluster_environment=TorchElasticEnvironment())


def _stopping(plan: Plan) -> list[Callback]:
    training = plan.training
    if not training.early_stopping:
        return []
    mode = "max" if training.monitor == "val_dice" else "min"
    # It counts before the epoch's checkpoint is written, so that a resumed run stops at the same epoch.
    return [_Stopping(training.monitor, training.early_stopping, mode, plan.stages[-1] if plan.stages else 0)]


def _averaging(plan: Plan) -> list[Callback]:
    return [_Averaging(decay=plan.training.averaging)] if plan.training.averaging else []


class _Averaging(EMAWeightAveraging):
    """A running average of the weights, which takes their place in validation and in checkpoints."""

    def setup(self, trainer: Trainer, pl_module: LightningModule, stage: str) -> None:
        """Copy the task for the average, but not whoever watches it."""
        watching = vars(pl_module).pop("watch", None)
        super().setup(trainer, pl_module, stage)
        vars(pl_module)["watch"] = watching


class _Stopping(EarlyStopping):
    """Early stopping that is patient again in every stage of a training."""

    def __init__(self, monitor: str, patience: int, mode: str, stage: int) -> None:
        super().__init__(monitor, patience=patience, mode=mode, check_on_train_epoch_end=False)
        self.stage = stage

    def on_train_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """At the first epoch of a stage nothing has been waited for."""
        if trainer.current_epoch == self.stage:
            self.wait_count = 0


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
        if isinstance(pl_module, TrainingTask):
            self.observer.epoch(pl_module.row, self.checkpoints.best_epoch, pl_module.snapshot)
