"""Checkpoints: `last.ckpt` after every epoch, `previous.ckpt` the one before, `best.ckpt` when the figure improved.

Each is written whole or not at all. A checkpoint is a zip file whose members carry checksums, which are verified
before it is used: a damaged last one is passed over for the previous one.
"""

from __future__ import annotations

import contextlib
import math
import os
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from lightning.pytorch import Callback, LightningModule, Trainer

from medunet.errors import InputError
from medunet.images import whole
from medunet.training.task import EpochRow, TrainingTask

LAST, PREVIOUS, BEST = "last.ckpt", "previous.ckpt", "best.ckpt"


class Checkpoints(Callback):
    """Writes the checkpoints at the end of every epoch and remembers the best."""

    def __init__(self, folder: Path, monitor: str) -> None:
        self.folder = folder
        self.monitor = monitor
        self.best_value = math.inf
        self.best_epoch = 0
        self.value = math.inf
        self.rows: list[EpochRow] = []

    def state_dict(self) -> dict[str, Any]:
        """What a resumed run must know."""
        return {"best_value": self.best_value, "best_epoch": self.best_epoch, "value": self.value, "rows": self.rows}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on from a checkpoint."""
        self.best_value, self.best_epoch = float(state_dict["best_value"]), int(state_dict["best_epoch"])
        self.value = float(state_dict["value"])
        self.rows = list(state_dict["rows"])

    def on_train_epoch_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Save; validation of this epoch is done by now."""
        if isinstance(pl_module, TrainingTask):
            self.rows = [*self.rows, pl_module.row]
        self.value = self._lower_is_better(trainer)
        better = self.value < self.best_value
        if better:
            self.best_value, self.best_epoch = self.value, trainer.current_epoch + 1
        # The best goes first: stopped between the two, a resumed run repeats this epoch and finds it best again.
        if better:
            with self._writing(trainer, BEST) as path:
                trainer.save_checkpoint(path)
        with self._writing(trainer, LAST) as path:
            if not better:
                trainer.save_checkpoint(path)
            elif trainer.is_global_zero:
                shutil.copyfile(self.folder / BEST, path)
            if trainer.is_global_zero and (self.folder / LAST).exists():
                os.replace(self.folder / LAST, self.folder / PREVIOUS)

    def _lower_is_better(self, trainer: Trainer) -> float:
        """The figure of the epoch that has just ended; without a monitor every epoch is better than the one before."""
        if self.monitor == "none":
            return -float(trainer.current_epoch)
        figure = float(trainer.callback_metrics[self.monitor])
        return -figure if self.monitor == "val_dice" else figure

    @contextlib.contextmanager
    def _writing(self, trainer: Trainer, name: str) -> Iterator[Path]:
        """A path to write to; only the first of several processes writes, the others are there for Lightning."""
        if not trainer.is_global_zero:
            yield self.folder / name
            return
        with whole(self.folder / name) as path:
            yield path


@dataclass(frozen=True)
class Resumable:
    """Where a stopped training goes on.

    Attributes:
        path: the newest whole checkpoint.
        epoch: epochs that it has behind it.
        remarks: what was found damaged, and what was done instead.
    """

    path: Path
    epoch: int
    remarks: tuple[str, ...] = ()


def find_resumable(folder: Path) -> Resumable:
    """The newest whole checkpoint of a training.

    Raises:
        InputError: there is none.
    """
    remarks = []
    for name in (LAST, PREVIOUS):
        try:
            epoch = int(load_checkpoint(folder / name)["epoch"]) + 1
        except InputError as fault:
            remarks.append(f"{name} {fault.what}")
            continue
        if remarks:
            remarks[-1] += f"; going on from {name}, after epoch {epoch}"
        return Resumable(folder / name, epoch, tuple(remarks))
    raise InputError(folder, f"holds no whole checkpoint ({'; '.join(remarks)})", "Train anew with --overwrite")


def rows_until(folder: Path) -> list[EpochRow]:
    """The figures of every epoch up to the newest whole checkpoint; the log may lack the last, or have one more.

    Raises:
        InputError: there is no whole checkpoint.
    """
    return list(load_checkpoint(find_resumable(folder).path)["callbacks"]["Checkpoints"]["rows"])


def mend_best(folder: Path, last: Resumable) -> Resumable:
    """Make sure that there are best weights: where they are lost, the resumed epoch's take their place."""
    try:
        load_checkpoint(folder / BEST)
    except InputError as fault:
        contents = load_checkpoint(last.path)
        state = contents["callbacks"]["Checkpoints"]
        state |= {"best_value": state["value"], "best_epoch": last.epoch}
        for name in (BEST, LAST):
            with whole(folder / name) as path:
                torch.save(contents, path)
        said = f"{BEST} {fault.what}; the best weights are chosen again, from epoch {last.epoch} on"
        return Resumable(folder / LAST, last.epoch, (*last.remarks, said))
    return last


def load_checkpoint(path: Path) -> dict[str, Any]:
    """A checkpoint's contents: tensors and plain values only; nothing in it can run code.

    Raises:
        InputError: it is not there, damaged, or no checkpoint.
    """
    if not path.is_file():
        raise InputError(path, "is not there", "Train anew with --overwrite")
    try:
        with zipfile.ZipFile(path) as archive:
            if (member := archive.testzip()) is not None:
                raise zipfile.BadZipFile(f"{member} differs from its checksum")
        contents: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as fault:
        raise InputError(path, "is not a checkpoint that can be read", "Train anew with --overwrite") from fault
    if not isinstance(contents, dict) or "epoch" not in contents:
        raise InputError(path, "is not a checkpoint that can be read", "Train anew with --overwrite")
    return contents


def network_weights(path: Path) -> dict[str, torch.Tensor]:
    """The network's weights in a checkpoint."""
    state = load_checkpoint(path).get("state_dict", {})
    return {key.removeprefix("network."): value for key, value in state.items() if key.startswith("network.")}
