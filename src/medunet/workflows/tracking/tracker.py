"""Tracker: what a place to track to must be able to do, and what it is given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    import PIL.Image

Parameter = str | int | float | bool
"""A key of recipe or plan; lists and mappings are JSON text."""


@dataclass(frozen=True)
class Start:
    """A training that begins or goes on.

    Attributes:
        folder: RUN/NAME, which is there; what the tracker keeps on this machine goes into it.
        name: of the run, for people.
        parameters: keys of recipe and plan; nothing in them or in what follows says who the films show.
        step: no step below this one is told again; 0 at the beginning of a run.
        run: what `begin` returned when the run began, None at the beginning.
    """

    folder: Path
    name: str
    parameters: Mapping[str, Parameter]
    step: int = 0
    run: str | None = None


@dataclass(frozen=True, eq=False)
class Histogram:
    """How many of a tensor's finite values lie where.

    Attributes:
        counts: (bins,) whole numbers.
        edges: (bins + 1,) rising; the last bin holds its upper edge.
        total, squares: sum of the values and of their squares.
    """

    counts: np.ndarray
    edges: np.ndarray
    total: float
    squares: float


class Tracker(Protocol):
    """A place that is told how a training goes.

    `step` counts optimiser steps from 0 over the whole run and never falls; what is told of an epoch has the number of
    its last step. Any method may raise: the tracker is then dropped, and training goes on without it.
    """

    def begin(self, start: Start) -> str:
        """Begin, or go on; return what identifies the run there, empty where nothing is needed."""

    def figures(self, step: int, values: Mapping[str, float]) -> None:
        """Losses, Dice and IoU, learning rate and epoch."""

    def histograms(self, step: int, values: Mapping[str, Histogram]) -> None:
        """Parameters and gradients, under `parameters/NAME` and `gradients/NAME`, before the step is made."""

    def pictures(self, step: int, pictures: Sequence[PIL.Image.Image]) -> None:
        """Validation films with outlines of prediction and reference; the same films every epoch."""

    def end(self, *, finished: bool) -> None:
        """Training has ended, or was stopped and may go on later."""
