"""What an evaluation starts from and what it ends with, as values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from medunet.cases import Case, Cases
from medunet.images import Image, LabelMap
from medunet.scoring import ConfusionMatrix, PooledRoc, Score, Summary, summary_dict
from medunet.workflows.calibration_figures import CalibrationFigures

if TYPE_CHECKING:
    from medunet.prediction import Temperature


@dataclass(frozen=True, eq=False)
class Predicted:
    """What is scored of a case.

    Attributes:
        labels: the mask.
        probabilities: structure → float32 (*space) on the mask's grid; None where masks are all there is.
        calibrated: the same at the model's temperature; None where it has none.
    """

    labels: LabelMap
    probabilities: Mapping[str, NDArray[np.float32]] | None = None
    calibrated: Mapping[str, NDArray[np.float32]] | None = None


Source = Callable[[Case, Image], Predicted]
"""Gives the prediction of a case; raises InputError where there is none."""


@dataclass(frozen=True, eq=False)
class Evaluation:
    """Scores of every intended case.

    Attributes:
        folder: where the tables and the page are.
        subject: what was evaluated, in a few words (a run's or model's name, a folder of masks).
        scores: one row a figure.
        summaries: over cases.
        matrix: pooled confusion matrix over the predicted cases, or None where there is none.
        failed: case → why it could not be predicted or read.
        ratios: case → (reference, predicted) cardiothoracic ratio, where both have one.
        data: sentences on how the data was read.
        caution: what makes the figures better than they are, or an empty text.
        roc: probabilities inside and outside of each structure, pooled over cases, or why there are none.
        calibration: whether the probabilities are right, before and after the model's temperature, or why nobody knows.
    """

    folder: Path
    subject: str
    scores: tuple[Score, ...]
    summaries: tuple[Summary, ...]
    matrix: ConfusionMatrix | None
    failed: dict[str, str]
    ratios: dict[str, tuple[float, float]]
    data: tuple[str, ...]
    caution: str = ""
    roc: PooledRoc = field(default_factory=PooledRoc)
    calibration: CalibrationFigures = field(default_factory=CalibrationFigures)

    def summary(self, structure: str, metric: str) -> Summary | None:
        """One summary, or None where it is not there."""
        return next((s for s in self.summaries if (s.structure, s.metric) == (structure, metric)), None)

    def to_dict(self) -> dict[str, Any]:
        """As `summary.json` holds it."""
        return {
            "evaluated": self.subject,
            "cases": len({score.case for score in self.scores}),
            "failed": self.failed,
            "data": list(self.data),
            "caution": self.caution,
            "summary": summary_dict(self.summaries),
            "roc": self.roc.to_dict(),
            "calibration": self.calibration.to_dict(),
        }


@dataclass(frozen=True)
class Task:
    """What is to be evaluated: the cases, where predictions come from and what they read, where results go.

    `no_roc` says why the source gives no probabilities; it is empty where it gives them. `temperature` is the model's,
    or why it has none. `unknown` are the structures of the cases that a model does not know; they are not scored.
    """

    cases: Cases
    source: Source
    subject: str
    folder: Path
    identity: dict[str, Any]
    facts: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    split: dict[str, Any] | None
    caution: str = ""
    reads: tuple[Path, ...] = ()
    log: Sequence[Mapping[str, float | int | None]] = ()
    no_roc: str = ""
    temperature: Temperature | str = ""
    unknown: frozenset[str] = frozenset()
