"""Weights & Biases: offline in RUN/wandb, for `wandb sync`, unless WANDB_MODE says another."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from medunet.workflows.tracking.tracker import Histogram, Start

if TYPE_CHECKING:
    import PIL.Image

UNLESS_SAID = {"WANDB_MODE": "offline", "WANDB_PROJECT": "medunet", "WANDB_ERROR_REPORTING": "false"}
"""Nobody is called who was not named."""

LEFT_OUT = {
    "console": "off",
    "disable_git": True,
    "save_code": False,
    "silent": True,
    "x_disable_meta": True,
    "x_disable_stats": True,
    "x_save_requirements": False,
}
"""What it would keep of machine, user, folders and command line."""


class Wandb:
    """Tells one run, which keeps its number when it goes on."""

    def __init__(self) -> None:
        self._run: Any = None
        self._package: Any = None

    def begin(self, start: Start) -> str:
        """Begin a run; one that goes on has a further folder with the same number."""
        for name, value in UNLESS_SAID.items():
            os.environ.setdefault(name, value)
        import wandb

        self._package = wandb
        number = start.run or uuid4().hex[:8]
        self._run = wandb.init(
            dir=str(start.folder.parent),  # it adds the folder `wandb` itself
            id=number,
            name=start.name,
            resume="allow",
            config=dict(start.parameters),
            allow_val_change=True,
            settings=wandb.Settings(**LEFT_OUT),
        )
        return number

    def figures(self, step: int, values: Mapping[str, float]) -> None:
        """Figures of an epoch."""
        self._run.log(dict(values), step=step)

    def histograms(self, step: int, values: Mapping[str, Histogram]) -> None:
        """Histograms of W&B's own kind."""
        made = self._package.Histogram
        found = {name: made(np_histogram=(one.counts, one.edges)) for name, one in values.items()}
        self._run.log(found, step=step)

    def pictures(self, step: int, pictures: Sequence[PIL.Image.Image]) -> None:
        """Images in a row."""
        self._run.log({"samples": [self._package.Image(one) for one in pictures]}, step=step)

    def end(self, *, finished: bool) -> None:
        """Close the run."""
        if self._run is not None:
            self._run.finish(exit_code=0 if finished else 1)
