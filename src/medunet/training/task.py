"""The Lightning task: one step of training, one of validation, and what is kept of an epoch."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from lightning.pytorch import LightningModule
from torch import Tensor
from torch.optim.lr_scheduler import LambdaLR, ReduceLROnPlateau

from medunet.errors import TrainingError
from medunet.networks import UNet
from medunet.planning import Plan
from medunet.training.augmentation import apply
from medunet.training.batches import Batch
from medunet.training.keys import key_of
from medunet.training.objective import Objective, penalty
from medunet.training.ranks import gathered, rank, world
from medunet.training.schedules import Stage, make_optimiser, make_schedule

EpochRow = dict[str, float | int | None]
"""A row of log.csv: epoch, train_loss, val_loss, val_dice, val_<figure>, lr."""

Watch = Callable[[int, UNet], None]
"""Is shown the network before every optimiser step, its gradients in place; the step counts from 0."""

SNAPSHOT_CASES = 4


@dataclass(frozen=True, eq=False)
class Snapshot:
    """Up to four validation cases: images (n, C, *S) in [0, 1], targets and predictions (n, *S), the cases' ids."""

    images: Tensor
    targets: Tensor
    predictions: Tensor
    cases: tuple[str, ...]


class TrainingTask(LightningModule):
    """Trains a U-Net by a plan and an objective; `stage` is what the learning rate's schedule runs over."""

    def __init__(
        self, network: UNet, plan: Plan, objective: Objective, stage: Stage, watch: Watch | None = None
    ) -> None:
        super().__init__()
        self.network = network
        self.plan = plan
        self.objective = objective
        self.stage = stage
        self.watch = watch
        self.row: EpochRow = {}
        self.snapshot: Snapshot | None = None
        self._losses: list[float] = []
        self._validated: dict[int, tuple[float, int, list[list[float]]]] = {}
        network.recompute = plan.training.checkpointing

    def configure_optimizers(self) -> Any:
        """Optimiser and schedule of the plan."""
        optimiser = make_optimiser(self.network, self.plan.training)
        schedule = make_schedule(optimiser, self.plan.training, self.stage)
        return optimiser if schedule is None else {"optimizer": optimiser, "lr_scheduler": schedule}

    def on_train_start(self) -> None:
        """Set the rate of the first step: what a checkpoint holds is that of the stage before."""
        schedule = self.lr_schedulers()
        if isinstance(schedule, LambdaLR):
            for group, share in zip(schedule.optimizer.param_groups, schedule.lr_lambdas, strict=True):
                group["lr"] = self.plan.training.lr * share(schedule.last_epoch)

    def transfer_batch_to_device(self, batch: Batch, device: torch.device, dataloader_idx: int) -> Batch:
        """Move the batch."""
        return batch.to(device, non_blocking=True)

    def on_train_epoch_start(self) -> None:
        """Begin a new row."""
        self._losses = []

    def training_step(self, batch: Batch, index: int) -> Tensor:
        """Augment, run, and return the loss.

        Raises:
            TrainingError: the loss is NaN or infinite.
        """
        # Dropout and noise layers draw from torch's generator; keyed by the step, a restart does not change them.
        torch.manual_seed(key_of(self.plan.training.seed, "layers", self.current_epoch, index, *_others()))
        images, targets = apply(batch.images, batch.targets, batch.draws)
        loss = self.objective.loss(self.network.outputs(_laid_out(images)), targets)
        cost = penalty(self.network, self.plan.training.l2)
        loss = loss if cost is None else loss + cost
        self._losses.append(self._finite(loss, f"step {index + 1}", "loss", batch))
        return loss

    def on_before_optimizer_step(self, optimizer: torch.optim.Optimizer) -> None:
        """Show the network with its gradients."""
        if self.watch is not None:
            self.watch(self.global_step, self.network)

    def on_validation_epoch_start(self) -> None:
        """Begin a new validation."""
        self._validated, self.snapshot = {}, None

    def validation_step(self, batch: Batch, index: int) -> None:
        """Loss and figures of every case; keep the first cases for pictures.

        Raises:
            TrainingError: the loss is NaN or infinite.
        """
        output = self.network(_laid_out(batch.images)).float()
        value = self._finite(self.objective.loss([output], batch.targets), "validation", "validation loss", batch)
        figures, prediction = self.objective.score(output, batch.targets)
        self._validated[index * world() + rank()] = value, len(batch.cases), figures.cpu().tolist()
        if self.snapshot is None:
            n = min(SNAPSHOT_CASES, len(batch.cases))
            self.snapshot = Snapshot(
                batch.images[:n].cpu(), batch.targets[:n].cpu(), prediction[:n].cpu(), batch.cases[:n]
            )

    def on_validation_epoch_end(self) -> None:
        """Make the epoch's row, tell Lightning what its callbacks monitor, and step a plateau."""
        losses, validated = self._of_all_ranks()
        figures = torch.tensor([row for _, _, rows in validated for row in rows], dtype=torch.float64)
        row: EpochRow = {"epoch": self.current_epoch + 1}
        row["train_loss"] = sum(losses) / len(losses) if losses else None
        val_loss = row["val_loss"] = sum(v * n for v, n, _ in validated) / sum(n for _, n, _ in validated)
        names = self.objective.figures
        dice = [number for number, name in enumerate(names) if name.startswith("dice_")]
        row["val_dice"] = _mean(figures[:, dice])
        for number, name in enumerate(names):
            row[f"val_{name}"] = _mean(figures[:, number])
        row["lr"] = float(self.trainer.optimizers[0].param_groups[0]["lr"]) if self.trainer.optimizers else None
        self.row = row
        self.log("val_loss", val_loss)
        self.log("val_dice", float(row["val_dice"] or 0.0))
        schedule = self.lr_schedulers()
        if isinstance(schedule, ReduceLROnPlateau):
            schedule.step(val_loss)

    def _of_all_ranks(self) -> tuple[list[float], list[tuple[float, int, list[list[float]]]]]:
        """Losses of the steps, and loss, cases and figures of every validation batch, as one process has them."""
        parts = gathered((self._losses, self._validated))
        losses = [sum(step) / len(step) for step in zip(*(part[0] for part in parts), strict=True)]
        validated = {number: batch for part in parts for number, batch in part[1].items()}
        batches: int = self.trainer.val_dataloaders.sampler.batches  # type: ignore[union-attr]
        return losses, [validated[number] for number in range(batches)]

    def _finite(self, loss: Tensor, when: str, what: str, batch: Batch) -> float:
        """The loss as a number."""
        value = float(loss.item())
        if not math.isfinite(value):
            raise TrainingError(
                f"epoch {self.current_epoch + 1}, {when}",
                f"the {what} became {value} (cases {', '.join(batch.cases[:3])}, …)",
                "Lower the learning rate (--set training.lr=…) or set training.precision=float32; "
                "what checkpoints/last.ckpt holds is from before",
            )
        return value


def _others() -> tuple[int, ...]:
    """What a process's own key has more than that of a single one: its number, from the second process on."""
    return (rank(),) if rank() else ()


def _laid_out(images: Tensor) -> Tensor:
    """Channels last, as fast convolutions want it."""
    return images.contiguous(memory_format=torch.channels_last if images.ndim == 4 else torch.channels_last_3d)


def _mean(values: Tensor) -> float | None:
    """Mean over cases that hold the structure in mask or prediction; None where none does."""
    known = values[~values.isnan()]
    return float(known.mean()) if len(known) else None
