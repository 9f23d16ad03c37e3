"""Checkpoints: `last.ckpt` after every epoch, `best.ckpt` when the monitored figure improved.

Each is written whole or not at all.
"""

from __future__ import annotations

import math
import shutil
from pathlib import Path
from typing import Any

import torch
from lightning.pytorch import Callback, LightningModule, Trainer

from medunet.errors import InputError
from medunet.images import whole

LAST, BEST = "last.ckpt", "best.ckpt"


class Checkpoints(Callback):
    """Writes both checkpoints at the end of every validation and remembers the best epoch."""

    def __init__(self, folder: Path, monitor: str) -> None:
        self.folder = folder
        self.monitor = monitor
        self.best_value = math.inf
        self.best_epoch = 0

    def state_dict(self) -> dict[str, Any]:
        """What a resumed run must know."""
        return {"best_value": self.best_value, "best_epoch": self.best_epoch}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on from a checkpoint."""
        self.best_value, self.best_epoch = float(state_dict["best_value"]), int(state_dict["best_epoch"])

    def on_train_epoch_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Save; validation of this epoch is done by now."""
        value = float(trainer.callback_metrics[self.monitor])
        badness = -value if self.monitor == "val_dice" else value
        better = badness < self.best_value
        if better:
            self.best_value, self.best_epoch = badness, trainer.current_epoch + 1
        # The best goes first: stopped between the two, a resumed run repeats this epoch and finds it best again.
        name = BEST if better else LAST
        with whole(self.folder / name) as path:
            trainer.save_checkpoint(path)
        if better:
            with whole(self.folder / LAST) as path:
                shutil.copyfile(self.folder / BEST, path)


def load_checkpoint(path: Path) -> dict[str, Any]:
    """A checkpoint's contents: tensors and plain values only; nothing in it can run code.

    Raises:
        InputError: it is damaged or is no checkpoint.
    """
    try:
        contents: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as fault:
        raise InputError(path, "is not a checkpoint that can be read", "Train anew with --overwrite") from fault
    return contents


def network_weights(path: Path) -> dict[str, torch.Tensor]:
    """The network's weights in a checkpoint."""
    state = load_checkpoint(path).get("state_dict", {})
    return {key.removeprefix("network."): value for key, value in state.items() if key.startswith("network.")}
