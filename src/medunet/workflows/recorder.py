"""Recorder: what a training run leaves behind while it goes: log.csv, curves.png, samples/, and progress."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import PIL.Image

from medunet.images import Grid, Image, LabelMap, Scheme, write_bytes, write_csv
from medunet.networks import UNet
from medunet.planning import Plan
from medunet.reports import contact_sheet, curves, draw_overlay, figure_png, png_bytes
from medunet.training import EpochRow, Snapshot
from medunet.workflows.progress import Progress
from medunet.workflows.run_folder import write_plan

PICTURES_EVERY = 20.0
"""Seconds that pass at least between two sets of pictures."""


class Recorder:
    """The observer of a training run (see `medunet.training.Observer`)."""

    def __init__(self, run: Path, progress: Progress, clock: Callable[[], float], rows: list[EpochRow]) -> None:
        self.run, self.progress, self.clock = run, progress, clock
        self.rows = rows
        self.epochs = 0
        self.best_epoch = 0
        self._plan: Plan | None = None
        self._before: int | None = None
        self._undrawn: Snapshot | None = None
        self._last_pictures = -PICTURES_EVERY

    def planned(self, plan: Plan, done: int) -> None:
        """Training is about to begin; plan.yaml now holds the epochs that a resumed run goes on to."""
        self._plan = plan
        self.epochs = plan.epochs
        # A log may tell of an epoch whose checkpoint was lost: it comes again.
        self.rows[:] = [row for row in self.rows if int(row["epoch"] or 0) <= done]
        write_plan(self.run, plan)
        if self.rows:  # a run that was killed may have left a log that lacks its last epoch, or has one more
            self._write_log()
            if not (self.run / "curves.png").is_file():
                self._draw_curves()

    def weights(self, step: int, network: UNet) -> None:
        """Nothing of the weights is kept."""

    def step(self, epoch: int, step: int, steps: int, loss: float) -> None:
        """A step is done."""
        if self._before is None:
            # What an earlier call did is left out, so that the time left is that of this call's steps.
            self._before = epoch - 1
            self.progress.begin("training", (self.epochs - self._before) * steps)
        chooses = self._plan is not None and self._plan.training.monitor != "none"
        best = f", best epoch {self.best_epoch}" if self.best_epoch and chooses else ""
        done = (epoch - 1 - self._before) * steps + step
        self.progress.advance(done, f"epoch {epoch}/{self.epochs}, loss {loss:.3f}{best}")

    def epoch(self, row: EpochRow, best_epoch: int, snapshot: Snapshot | None) -> None:
        """An epoch is done and its checkpoint is on disk."""
        self.rows.append(row)
        self.best_epoch = best_epoch
        self._write_log()
        self._undrawn = snapshot
        if self.clock() - self._last_pictures >= PICTURES_EVERY:
            self._last_pictures = self.clock()
            self.draw()

    def _write_log(self) -> None:
        header = list(self.rows[-1])
        write_csv(self.run / "log.csv", header, [[one.get(key) for key in header] for one in self.rows])

    def draw(self) -> None:
        """Curves and samples of the last epoch, where they are not drawn yet."""
        if self.rows and self._undrawn is not None:
            self._draw(int(self.rows[-1]["epoch"] or 0), self._undrawn)
            self._undrawn = None

    def _draw_curves(self) -> None:
        write_bytes(self.run / "curves.png", figure_png(curves(self.rows, best=self.best_epoch or None)))

    def _draw(self, epoch: int, snapshot: Snapshot) -> None:
        self._draw_curves()
        if self._plan is None:
            return
        pictures = pictures_of(snapshot, self._plan.classes)
        sheet = contact_sheet(pictures, columns=len(pictures), captions=list(snapshot.cases))
        write_bytes(self.run / "samples" / f"epoch-{epoch:03d}.png", png_bytes(sheet))


def pictures_of(snapshot: Snapshot, classes: Sequence[str]) -> list[PIL.Image.Image]:
    """The validation cases of an epoch with the outlines of prediction and reference; nothing names the case."""
    scheme = Scheme.of(tuple(classes))
    pictures = []
    for image, target, prediction in zip(snapshot.images, snapshot.targets, snapshot.predictions, strict=True):
        grid = Grid(tuple(target.shape))
        film = Image(np.ascontiguousarray(image.numpy(), dtype=np.float32), grid)
        found, wanted = (LabelMap(labels.numpy(), grid, scheme) for labels in (prediction, target))
        pictures.append(draw_overlay(film, found, reference=wanted, largest=384))
    return pictures


class Deaf:
    """The observer of a process that leaves nothing behind: one of several that share a training."""

    def planned(self, plan: Plan, done: int) -> None:
        """Not heard."""

    def weights(self, step: int, network: UNet) -> None:
        """Not heard."""

    def step(self, epoch: int, step: int, steps: int, loss: float) -> None:
        """Not heard."""

    def epoch(self, row: EpochRow, best_epoch: int, snapshot: Snapshot | None) -> None:
        """Not heard."""
