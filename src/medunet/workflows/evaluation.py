"""What an evaluation starts from and what it ends with, as values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from medunet.cases import Case, Cases
from medunet.images import Image, LabelMap
from medunet.measuring import CaseErrors, Intervals
from medunet.planning import Plan
from medunet.reports import Picture
from medunet.scoring import ConfusionMatrix, PooledRoc, Score, Summary, summary_dict
from medunet.studies import Bounds, IntervalShare, share_inside
from medunet.workflows.calibration_figures import CalibrationFigures
from medunet.workflows.evaluation_intervals import (
    Figure,
    ScoreColumns,
    ScoreIntervals,
    figure_of,
    intervals_of,
    with_intervals,
)
from medunet.workflows.evaluation_subgroups import Grouping, Subgroup, subgroups_of

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
        bounds: of each case with a reference ratio, the predicted ratio's interval, where it has one.
        groupings: the columns by which the cases are looked at apart.
        pictures: case → its film with both outlines, of as many cases as a page can hold, the worst before the best.
        errors: of every case's ratios, for intervals to rest on.
        calibrating: how many cases the model's intervals come of; they are not in `bounds`.
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
    bounds: tuple[Bounds, ...] = ()
    groupings: tuple[Grouping, ...] = ()
    pictures: Mapping[str, Picture] = field(default_factory=dict)
    errors: tuple[CaseErrors, ...] = ()
    calibrating: int = 0

    @cached_property
    def columns(self) -> ScoreColumns:
        """The scores as columns of numbers."""
        return ScoreColumns.of(self.scores)

    @cached_property
    def intervals(self) -> dict[Figure, ScoreIntervals]:
        """Intervals of every mean and median."""
        return intervals_of(self.columns)

    @cached_property
    def subgroups(self) -> tuple[Subgroup, ...]:
        """Every figure in every group of the columns asked for."""
        return subgroups_of(self.columns, self.groupings)

    @cached_property
    def held(self) -> IntervalShare:
        """How often the intervals of the predicted ratio hold the reference's."""
        return share_inside(self.bounds)

    def interval(self, summary: Summary) -> ScoreIntervals:
        """What is known of a summary's mean and median beyond the sample.

        Raises:
            KeyError: it is a count of pixels, of which nothing is known.
        """
        return self.intervals[figure_of(summary)]

    def summary(self, structure: str, metric: str) -> Summary | None:
        """One summary, or None where it is not there."""
        return next((s for s in self.summaries if (s.structure, s.metric) == (structure, metric)), None)

    def _repr_html_(self) -> str:
        """A notebook shows the scores' means and medians, with what they stand on."""
        from medunet.workflows.evaluation_notebook import SHOWN, evaluation_html

        cases = len({score.case for score in self.scores})
        failed = (
            f"{len(self.failed)} of {cases} cases have no prediction and count as 0 in Dice." if self.failed else ""
        )
        figures = ((one, self.interval(one)) for one in self.summaries if one.metric in SHOWN)
        return evaluation_html(self.subject, figures, [said for said in (self.caution, failed) if said])

    def to_dict(self) -> dict[str, Any]:
        """As `summary.json` holds it."""
        return {
            "evaluated": self.subject,
            "cases": len({score.case for score in self.scores}),
            "failed": self.failed,
            "data": list(self.data),
            "caution": self.caution,
            "summary": summary_dict(self.summaries, with_intervals(self.intervals)),
            "ctr_intervals": self.held.to_dict() | {"calibrating": self.calibrating},
            "subgroups": {
                "rules": {one.column: one.rule for one in self.groupings},
                "groups": [one.to_dict() for one in self.subgroups],
            },
            "roc": self.roc.to_dict(),
            "calibration": self.calibration.to_dict(),
        }


@dataclass(frozen=True)
class Task:
    """What is to be evaluated: the cases, where predictions come from and what they read, where results go.

    `no_roc` says why the source gives no probabilities; it is empty where it gives them. `temperature` is the model's,
    or why it has none. `unknown` are the structures of the cases that a model does not know; they are not scored.
    `left_out` counts the cases of the data that are not to be scored, each with its reason. `plan` is the model's,
    `record` a run's run.json; both are empty for masks. `model` is the name it was loaded by; `card` and `intervals`
    are its own; masks have none. `keys` are the content keys of the cases' films, `calibrating` the cases whose films
    the model's intervals come of.
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
    left_out: tuple[tuple[int, str], ...] = ()
    plan: Plan | None = None
    record: Mapping[str, Any] = field(default_factory=dict)
    model: str | Path | None = None
    card: str = ""
    intervals: Intervals | str | None = None
    keys: Mapping[str, str] = field(default_factory=dict)
    calibrating: frozenset[str] = frozenset()
