"""Scores as columns of numbers, and the interval of every mean and median: where scoring and studies meet."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medunet.scoring import COUNTS, INVENTED, LENGTHS, MISSED, NOT_PREDICTED, Score, Summary
from medunet.scoring.reasons import against, outcomes
from medunet.studies import (
    Estimate,
    SubjectScores,
    mean_of_scores,
    median_of_scores,
    proportion,
    showable_between_runs,
)

Figure = tuple[str, str, str, str]
"""Structure, metric, what it was compared with, unit: what one summary is of."""

FAILURES = frozenset({MISSED, INVENTED, NOT_PREDICTED})
"""Outcomes that count as a penalty in a mean."""


@dataclass(frozen=True, eq=False)
class ScoreColumn:
    """All scores of one figure.

    Attributes:
        figure: which.
        values: (cases,) float64, NaN where there is none.
        case: (cases,) int64, number of the case among all that were scored.
        subject: (cases,) int64, number of the subject, the same in every column.
        failed: (cases,) bool, whether the value is a penalty.
    """

    figure: Figure
    values: NDArray[np.float64]
    case: NDArray[np.int64]
    subject: NDArray[np.int64]
    failed: NDArray[np.bool_]

    def subjects(self, rows: NDArray[np.bool_] | None = None) -> SubjectScores:
        """The scores by subject; `rows` (cases,) bool: only these."""
        if rows is None:
            return SubjectScores.of(self.values, self.subject)
        return SubjectScores.of(self.values[rows], self.subject[rows])

    @property
    def range(self) -> tuple[float | None, float | None]:
        """The smallest and the largest value that a score can have, None where there is none."""
        _, metric, _, unit = self.figure
        if metric in LENGTHS or metric.endswith("_abs_error"):
            return 0.0, None
        return (0.0, 1.0) if unit.startswith("ratio") and not metric.endswith("_error") else (None, None)


@dataclass(frozen=True, eq=False)
class ScoreColumns:
    """The scores of an evaluation as columns; counts of pixels are left out, for their mean is nobody's figure.

    Attributes:
        cases: the cases, in the order of their numbers.
        columns: by figure, in order of appearance.
    """

    cases: tuple[str, ...]
    columns: Mapping[Figure, ScoreColumn]

    @classmethod
    def of(cls, scores: Sequence[Score]) -> ScoreColumns:
        """Columns from rows, in one pass."""
        cases: dict[str, int] = {}
        subjects: dict[str, int] = {}
        found: dict[Figure, tuple[list[float], list[int], list[int], list[bool]]] = {}
        for score in scores:
            if score.metric in COUNTS:
                continue
            figure = (score.structure, score.metric, against(score.reason), score.unit)
            values, case, subject, failed = found.setdefault(figure, ([], [], [], []))
            values.append(np.nan if score.value is None else score.value)
            case.append(cases.setdefault(score.case, len(cases)))
            subject.append(subjects.setdefault(score.subject, len(subjects)))
            failed.append(bool(score.reason) and not FAILURES.isdisjoint(outcomes(score.reason)))
        columns = {
            figure: ScoreColumn(
                figure, np.array(values), np.array(case, np.int64), np.array(subject, np.int64), np.array(failed)
            )
            for figure, (values, case, subject, failed) in found.items()
        }
        return cls(tuple(cases), columns)


@dataclass(frozen=True, slots=True)
class ScoreIntervals:
    """What is known of one figure beyond the sample.

    Attributes:
        mean: over cases.
        median: of the subjects' means; where each subject has one case, over cases.
        showable: the difference in the mean that a second run on the same subjects would probably show.
        failed: share of the scored cases in which the structure was missed, invented or not predicted.
    """

    mean: Estimate
    median: Estimate
    showable: Estimate
    failed: Estimate

    def to_dict(self) -> dict[str, Any]:
        """As `summary.json` holds it."""
        return {
            "mean_interval": self.mean.to_dict(),
            "median_interval": self.median.to_dict(),
            "showable_difference": self.showable.to_dict(),
            "failed_share": self.failed.to_dict(),
        }


def intervals_of(columns: ScoreColumns) -> dict[Figure, ScoreIntervals]:
    """The intervals of every figure."""
    return {figure: _intervals(column) for figure, column in columns.columns.items()}


def figure_of(summary: Summary) -> Figure:
    """The figure that a summary is of."""
    return summary.structure, summary.metric, summary.against, summary.unit


def why_none(named: Mapping[str, Estimate]) -> tuple[str, ...]:
    """Sentences on the figures that have a number and no interval, one for each reason.

    Args:
        named: estimate by the words for it.
    """
    reasons: dict[str, list[str]] = {}
    for name, one in named.items():
        if one.reason:
            reasons.setdefault(one.reason, []).append(name)
    if len(reasons) == 1 and all(one.reason for one in named.values()):
        return (f"No intervals: {next(iter(reasons))}.",)
    return tuple(f"No interval for {', '.join(names)}: {reason}." for reason, names in reasons.items())


def with_intervals(intervals: Mapping[Figure, ScoreIntervals]) -> Callable[[Summary], dict[str, Any]]:
    """What `summary_dict` adds to a summary."""
    return lambda summary: intervals[figure].to_dict() if (figure := figure_of(summary)) in intervals else {}


def _intervals(column: ScoreColumn) -> ScoreIntervals:
    scores = column.subjects()
    least, most = column.range
    there = np.isfinite(column.values)
    return ScoreIntervals(
        mean_of_scores(scores, least=least, most=most),
        median_of_scores(scores),
        showable_between_runs(scores),
        proportion(column.failed[there], column.subject[there], of="cases with a value", kind=column.case[there]),
    )
