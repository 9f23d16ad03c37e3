"""Tracking: the observer of a training that tells trackers what a run's folder holds, and more often.

Beside every tracker's own files lies `medunet.json`: the run's number there, and how far it was told. A resumed run
goes on from it: what was told is not told again, and epochs that were not are made up for. A tracker that fails is
dropped and said, and training goes on.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from medunet.images import write_json
from medunet.workflows.progress import Progress
from medunet.workflows.recorder import pictures_of
from medunet.workflows.tracking.histograms import histograms_of
from medunet.workflows.tracking.parameters import parameters_of
from medunet.workflows.tracking.registry import make_tracker
from medunet.workflows.tracking.tracker import Histogram, Parameter, Start, Tracker

if TYPE_CHECKING:
    import PIL.Image

    from medunet.networks import UNet
    from medunet.planning import Plan
    from medunet.training import EpochRow, Snapshot
    from medunet.workflows.training_work import Work

HISTOGRAMS_EVERY = 100
"""Optimiser steps."""
LONGEST = 160
"""Characters of a library's message that are said."""
NOTE = "medunet.json"

T = TypeVar("T")


@dataclass(frozen=True)
class Told:
    """How far a tracker was told.

    Attributes:
        run: its own number of the run.
        epoch: the last epoch whose figures it has.
        histograms: the last step of which it has histograms, −1 for none.
    """

    run: str
    epoch: int = 0
    histograms: int = -1


@dataclass(eq=False)
class Place:
    """A tracker in its folder, and how far it was told."""

    name: str
    tracker: Tracker
    folder: Path
    told: Told | None

    @property
    def so_far(self) -> Told:
        """How far it was told; nothing, where it was never begun."""
        return self.told or Told("")

    def note(self, told: Told) -> None:
        """Keep how far it was told."""
        self.told = told
        write_json(self.folder / NOTE, asdict(told))


class Tracking:
    """Tells the trackers of a run (see `medunet.training.Observer`).

    Args:
        work: what the training is about, and which trackers are asked for.
        rows: the figures of the epochs that lie behind; a tracker that lacks them is told them.
        progress: is told of a tracker that is dropped.
    """

    def __init__(self, work: Work, rows: Sequence[EpochRow], progress: Progress) -> None:
        self.work, self.rows, self.progress = work, rows, progress
        self.remarks: list[str] = []
        self.places: list[Place] = []
        self._plan: Plan | None = None
        self._per_epoch = 1
        for name in dict.fromkeys(work.call.track):
            folder = work.call.folder / name
            try:
                self.places.append(Place(name, make_tracker(name), folder, _told(folder / NOTE)))
            except Exception as fault:
                self._say(name, fault)

    def planned(self, plan: Plan, done: int) -> None:
        """Begin; a tracker that lacks figures of earlier epochs is told them."""
        self._plan = plan
        self._per_epoch = plan.steps_per_epoch(self.work.training_cases)
        self._each(partial(parameters_of, self.work.prepared.recipe, plan), self._begin)
        for row in list(self.rows):
            if int(row["epoch"] or 0) <= done:
                self._each(partial(_figures, row), self._tell_epoch)

    def weights(self, step: int, network: UNet) -> None:
        """Histograms of parameters and gradients, the latter before they are clipped."""
        if step % HISTOGRAMS_EVERY == 0:
            self._each(partial(histograms_of, network), partial(self._tell_histograms, step))

    def step(self, epoch: int, step: int, steps: int, loss: float) -> None:
        """Single steps are not told."""

    def epoch(self, row: EpochRow, best_epoch: int, snapshot: Snapshot | None) -> None:
        """Figures and pictures of an epoch."""
        if snapshot is not None and self._plan is not None:
            self._each(partial(pictures_of, snapshot, self._plan.classes), partial(self._tell_pictures, row))
        self._each(partial(_figures, row), self._tell_epoch)

    def end(self, *, finished: bool) -> None:
        """Training has ended, or was stopped."""
        self._each(bool, lambda place, _: place.tracker.end(finished=finished))
        self.places.clear()

    def _begin(self, place: Place, parameters: dict[str, Parameter]) -> None:
        place.folder.mkdir(parents=True, exist_ok=True)
        told = place.so_far
        step = max(self._per_epoch * told.epoch, told.histograms + 1)
        run = place.tracker.begin(
            Start(place.folder, self.work.title, parameters, step, told.run if place.told else None)
        )
        place.note(replace(told, run=run))

    def _tell_epoch(self, place: Place, figures: dict[str, float]) -> None:
        epoch = int(figures["epoch"])
        if epoch > place.so_far.epoch:
            place.tracker.figures(self._last_step(epoch), figures)
            place.note(replace(place.so_far, epoch=epoch))

    def _tell_pictures(self, row: EpochRow, place: Place, pictures: list[PIL.Image.Image]) -> None:
        epoch = int(row["epoch"] or 0)
        if epoch > place.so_far.epoch:
            place.tracker.pictures(self._last_step(epoch), pictures)

    def _tell_histograms(self, step: int, place: Place, histograms: dict[str, Histogram]) -> None:
        if step > place.so_far.histograms:
            place.tracker.histograms(step, histograms)
            place.note(replace(place.so_far, histograms=step))

    def _last_step(self, epoch: int) -> int:
        return self._per_epoch * epoch - 1

    def _each(self, make: Callable[[], T], tell: Callable[[Place, T], None]) -> None:
        """Make a value and tell it to every tracker; whatever fails, training goes on."""
        if not self.places:
            return
        try:
            value = make()
        except Exception as fault:
            for place in list(self.places):
                self._drop(place, fault)
            return
        for place in list(self.places):
            try:
                tell(place, value)
            except Exception as fault:
                self._drop(place, fault)

    def _drop(self, place: Place, fault: Exception) -> None:
        self.places.remove(place)
        with suppress(Exception):
            place.tracker.end(finished=False)
        self._say(place.name, fault)

    def _say(self, name: str, fault: Exception) -> None:
        remark = f"--track {name} failed and is dropped, training goes on: {_words(fault)}"
        self.remarks.append(remark)
        self.progress.say(remark)


def _told(path: Path) -> Told | None:
    """How far a tracker was told by earlier calls; None where it was not, or nobody knows."""
    try:
        return Told(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def _figures(row: EpochRow) -> dict[str, float]:
    """The figures of a row that there are."""
    return {name: float(value) for name, value in row.items() if value is not None}


def _words(fault: Exception) -> str:
    """The first line of what a library says, without the password of an address."""
    lines = str(fault).strip().splitlines()
    text = re.sub(r"//[^/@\s]+@", "//…@", lines[0]) if lines else ""
    name = type(fault).__name__
    return f"{name}: {text[:LONGEST]}" if text else name
