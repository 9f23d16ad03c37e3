"""The Lightning task: one step of training, one of validation, and what is kept of an epoch."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import torch
from lightning.pytorch import LightningModule
from torch import Tensor

from medunet.errors import TrainingError
from medunet.networks import UNet
from medunet.planning import Plan
from medunet.training.augmentation import apply
from medunet.training.batches import Batch
from medunet.training.keys import key_of
from medunet.training.losses import Output, total_loss
from medunet.training.schedules import make_optimiser, make_schedule

EpochRow = dict[str, float | int | None]
"""A row of log.csv: epoch, train_loss, val_loss, val_dice, val_dice_<structure>, lr."""

SNAPSHOT_CASES = 4


@dataclass(frozen=True, eq=False)
class Snapshot:
    """Up to four validation cases: images (n, C, *S) in [0, 1], targets and predictions (n, *S), the cases' ids."""

    images: Tensor
    targets: Tensor
    predictions: Tensor
    cases: tuple[str, ...]


def classes_of(logits: Tensor, output: Output) -> Tensor:
    """Class numbers (N, *S) uint8 of logits (N, K, *S): the largest; with sigmoid, background below one half."""
    if output == "softmax":
        return logits.argmax(1).to(torch.uint8)
    best, number = logits.max(1)
    return torch.where(best > 0, number + 1, 0).to(torch.uint8)


def dice_counts(prediction: Tensor, target: Tensor, classes: int) -> Tensor:
    """(N, classes, 2): twice the overlap, and the sum of both areas, of class numbers (N, *S)."""
    rows = []
    for number in range(1, classes + 1):
        p, t = (prediction == number).flatten(1), (target == number).flatten(1)
        rows.append(torch.stack([2 * (p & t).sum(1), p.sum(1) + t.sum(1)], dim=1))
    return torch.stack(rows, dim=1).double()


class SegmentationTask(LightningModule):
    """Trains a U-Net by a plan. `steps` is the number of optimiser steps of the whole run."""

    def __init__(self, network: UNet, plan: Plan, steps: int) -> None:
        super().__init__()
        self.network = network
        self.plan = plan
        self.steps = steps
        self.row: EpochRow = {}
        self.snapshot: Snapshot | None = None
        self._losses: list[float] = []
        self._val_losses: list[tuple[float, int]] = []
        self._val_counts: list[Tensor] = []

    def configure_optimizers(self) -> Any:
        """Optimiser and schedule of the plan."""
        optimiser = make_optimiser(self.network, self.plan.training)
        schedule = make_schedule(optimiser, self.plan.training, self.steps)
        return optimiser if schedule is None else {"optimizer": optimiser, "lr_scheduler": schedule}

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
        torch.manual_seed(key_of(self.plan.training.seed, "layers", self.current_epoch, index))
        images, targets = apply(batch.images, batch.targets, batch.draws)
        loss = self._loss(self._run(images), targets)
        self._losses.append(self._finite(loss, f"step {index + 1}", "loss", batch))
        return loss

    def on_validation_epoch_start(self) -> None:
        """Begin a new validation."""
        self._val_losses, self._val_counts, self.snapshot = [], [], None

    def validation_step(self, batch: Batch, index: int) -> None:
        """Loss and Dice of every case; keep the first cases for pictures.

        Raises:
            TrainingError: the loss is NaN or infinite.
        """
        logits = self._run(batch.images).float()
        output = self.plan.output
        value = self._finite(self._loss(logits, batch.targets), "validation", "validation loss", batch)
        self._val_losses.append((value, len(batch.cases)))
        prediction = classes_of(logits, output)
        self._val_counts.append(dice_counts(prediction, batch.targets, len(self.plan.classes)).cpu())
        if self.snapshot is None:
            n = min(SNAPSHOT_CASES, len(batch.cases))
            self.snapshot = Snapshot(
                batch.images[:n].cpu(), batch.targets[:n].cpu(), prediction[:n].cpu(), batch.cases[:n]
            )

    def on_validation_epoch_end(self) -> None:
        """Make the epoch's row, tell Lightning what its callbacks monitor, and step a plateau."""
        row: EpochRow = {"epoch": self.current_epoch + 1}
        row["train_loss"] = sum(self._losses) / len(self._losses) if self._losses else None
        val_loss = sum(v * n for v, n in self._val_losses) / sum(n for _, n in self._val_losses)
        row["val_loss"] = val_loss
        counts = torch.cat(self._val_counts)
        both = counts[..., 1]
        dice = torch.where(both > 0, counts[..., 0] / both.clamp_min(1), torch.nan)
        row["val_dice"] = _mean(dice)
        for number, name in enumerate(self.plan.classes):
            row[f"val_dice_{name}"] = _mean(dice[:, number])
        row["lr"] = float(self.trainer.optimizers[0].param_groups[0]["lr"]) if self.trainer.optimizers else None
        self.row = row
        self.log("val_loss", val_loss)
        self.log("val_dice", float(row["val_dice"] or 0.0))
        schedule = self.lr_schedulers()
        if isinstance(schedule, torch.optim.lr_scheduler.ReduceLROnPlateau):
            schedule.step(val_loss)

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

    def _run(self, images: Tensor) -> Tensor:
        layout = torch.channels_last if images.ndim == 4 else torch.channels_last_3d
        logits: Tensor = self.network(images.contiguous(memory_format=layout))
        return logits

    def _loss(self, logits: Tensor, targets: Tensor) -> Tensor:
        return total_loss(self.plan.training.loss, logits, targets, self.plan.output)  # type: ignore[arg-type]


def _mean(values: Tensor) -> float | None:
    """Mean over cases that hold the structure in mask or prediction; None where none does."""
    known = values[~values.isnan()]
    return float(known.mean()) if len(known) else None
