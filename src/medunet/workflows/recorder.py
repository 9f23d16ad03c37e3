"""Recorder: what a training run leaves behind while it goes: log.csv, curves.png, samples/, and progress."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from medunet.images import Grid, Image, LabelMap, Scheme, write_bytes, write_csv
from medunet.planning import Plan
from medunet.reports import contact_sheet, curves, draw_overlay, figure_png, png_bytes
from medunet.training import EpochRow, Snapshot
from medunet.workflows.progress import Progress

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
        self._last_pictures = -PICTURES_EVERY

    def planned(self, plan: Plan) -> None:
        """Training is about to begin."""
        self._plan = plan
        self.epochs = plan.epochs

    def step(self, epoch: int, step: int, steps: int, loss: float) -> None:
        """A step is done."""
        if step == 1 and epoch == len(self.rows) + 1 and self.best_epoch == 0:
            self.progress.begin("training", self.epochs * steps)
        best = f", best epoch {self.best_epoch}" if self.best_epoch else ""
        self.progress.advance((epoch - 1) * steps + step, f"epoch {epoch}/{self.epochs}, loss {loss:.3f}{best}")

    def epoch(self, row: EpochRow, best_epoch: int, snapshot: Snapshot | None) -> None:
        """An epoch is done and its checkpoint is on disk."""
        self.rows.append(row)
        self.best_epoch = best_epoch
        header = list(self.rows[-1])
        write_csv(self.run / "log.csv", header, [[one.get(key) for key in header] for one in self.rows])
        last = row["epoch"] == self.epochs
        if last or self.clock() - self._last_pictures >= PICTURES_EVERY:
            self._last_pictures = self.clock()
            self._draw(int(row["epoch"] or 0), snapshot)

    def _draw(self, epoch: int, snapshot: Snapshot | None) -> None:
        write_bytes(self.run / "curves.png", figure_png(curves(self.rows)))
        if snapshot is None or self._plan is None:
            return
        scheme = Scheme.of(self._plan.classes)
        pictures = []
        for image, target, prediction in zip(snapshot.images, snapshot.targets, snapshot.predictions, strict=True):
            grid = Grid(tuple(target.shape))
            film = Image(np.ascontiguousarray(image.numpy(), dtype=np.float32), grid)
            found, wanted = (LabelMap(labels.numpy(), grid, scheme) for labels in (prediction, target))
            pictures.append(draw_overlay(film, found, reference=wanted, largest=384))
        sheet = contact_sheet(pictures, columns=len(pictures), captions=list(snapshot.cases))
        folder = self.run / "samples"
        folder.mkdir(exist_ok=True)
        write_bytes(folder / f"epoch-{epoch:03d}.png", png_bytes(sheet))
