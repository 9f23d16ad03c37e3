"""Summaries over cases that cannot hide a failure: every mean stands beside what it was taken over."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from medunet.errors import InputError
from medunet.scoring.metrics import BACKGROUND_DOMINATED, LENGTHS, SURFACE_METRICS
from medunet.scoring.pooling import pooled_figures
from medunet.scoring.reasons import (
    ABSENT_IN_BOTH,
    AGAINST_MASKS,
    INVENTED,
    MISSED,
    NOT_LOOKED_FOR,
    NOT_PREDICTED,
    against,
    outcomes,
)
from medunet.scoring.score import Score


@dataclass(frozen=True, slots=True)
class Summary:
    """One metric of one structure over all cases. A figure is None where there are too few values for it.

    The numbers add up: ``cases == n + no_value``. The outcomes say why, and which values are penalties: of the ratios,
    an absent or not looked-for structure has no value, a missed or invented structure and an unpredicted case count
    as 0, in distances as the image's diagonal. On counts and on specificity and accuracy of a missed or invented
    structure they only mark the rows.

    Attributes:
        structure: name of the structure, or "all".
        metric: "dice", "tp", "ctr_error", …
        against: what a measurement was compared with, or "".
        unit: unit of every figure.
        cases: cases that were scored, with and without a value.
        n: cases with a value; mean, median, … are over these.
        no_value: cases without one.
        subjects: different subjects among the `n` cases.
        mean, median, minimum, maximum: over cases, each case once.
        sd: standard deviation of the sample (n − 1); needs two values.
        lower_quartile, upper_quartile: linear between neighbours (type 7 of Hyndman and Fan 1996).
        pooled: the figure from the counts summed over cases (for a count, the sum): pixels weigh the same, not cases.
            None for measurements and "all", and where a case was not predicted, because its counts are unknown and
            a pooled figure without it would be one of the survivors. For `auc` see `PooledRoc`.
        missed, invented, absent_in_both, not_looked_for, not_predicted: cases with this outcome.
        undefined: cases without a value for another reason (0/0, a measurement that could not be taken).
        note: what a reader must know to read the figures rightly, or "".
    """

    structure: str
    metric: str
    against: str
    unit: str
    cases: int
    n: int
    no_value: int
    subjects: int
    mean: float | None
    median: float | None
    minimum: float | None
    maximum: float | None
    sd: float | None
    lower_quartile: float | None
    upper_quartile: float | None
    pooled: float | None
    missed: int
    invented: int
    absent_in_both: int
    not_looked_for: int
    not_predicted: int
    undefined: int
    note: str = ""


def summarise(scores: Iterable[Score]) -> tuple[Summary, ...]:
    """One summary per structure, metric and, for measurements, what they were compared with; in order of appearance.

    Surface scores in mm and in % of the width, or with two tolerances, are not one figure: each unit has its summary.

    Raises:
        InputError: a case has two figures of one name, so it would count twice, or another metric has two units.
    """
    groups: dict[tuple[str, str, str, str], dict[str, Score]] = {}
    for score in scores:
        ruler = score.unit if score.metric in SURFACE_METRICS else ""
        group = groups.setdefault((score.structure, score.metric, against(score.reason), ruler), {})
        if score.case in group:
            raise InputError(
                score.case, f"{score.metric} of {score.structure} is there twice", "Score every case once in one table"
            )
        group[score.case] = score
    counted = {key[:3]: group for key, group in groups.items() if key[1] not in SURFACE_METRICS}
    pooled = {structure: pooled_figures(counted, structure) for structure in {key[0] for key in groups}}
    return tuple(
        _summary(structure, metric, source, tuple(group.values()), pooled[structure].get(metric))
        for (structure, metric, source, _), group in groups.items()
    )


def summary_dict(
    summaries: Iterable[Summary], beside: Callable[[Summary], Mapping[str, Any]] = lambda _: {}
) -> dict[str, dict[str, dict[str, Any]]]:
    """Structure → metric → figures, as `summary.json` holds them.

    The metric's name alone stands for overlap and for measurements against the reference masks; against anything else
    it is followed by what ("ctr_error against column ctr_source"). A surface score in a second unit is followed by it
    ("hd95 in % of width").

    Args:
        summaries: one of each figure.
        beside: what else is known of a figure, such as its intervals; written after its own numbers.
    """
    nested: defaultdict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
    for summary in summaries:
        plain = summary.against in ("", AGAINST_MASKS)
        name = summary.metric if plain else f"{summary.metric} {summary.against}"
        if name in nested[summary.structure]:
            name = f"{name} in {summary.unit}"
        figures = asdict(summary)
        own = {key: figures[key] for key in figures if key not in ("structure", "metric")}
        nested[summary.structure][name] = own | dict(beside(summary))
    return dict(nested)


def _summary(structure: str, metric: str, source: str, scores: Sequence[Score], pooled: float | None) -> Summary:
    """The summary of one group of scores, one score a case."""
    units = {score.unit for score in scores}
    if len(units) > 1:
        raise InputError(metric, f"{structure} has it in {' and '.join(sorted(units))}", "Give all cases one unit")
    valued = [score for score in scores if score.value is not None]
    found = Counter(outcome for score in scores for outcome in outcomes(score.reason))
    unexplained = [score for score in scores if score.value is None and not outcomes(score.reason) & _EXPLAINS_NONE]
    return Summary(
        structure,
        metric,
        source,
        units.pop(),
        cases=len(scores),
        n=len(valued),
        no_value=len(scores) - len(valued),
        subjects=len({score.subject for score in valued}),
        **_figures([score.value for score in valued if score.value is not None]),
        pooled=pooled,
        missed=found[MISSED],
        invented=found[INVENTED],
        absent_in_both=found[ABSENT_IN_BOTH],
        not_looked_for=found[NOT_LOOKED_FOR],
        not_predicted=found[NOT_PREDICTED],
        undefined=len(unexplained),
        note=_BACKGROUND_NOTE if metric in BACKGROUND_DOMINATED else _DIAGONAL_NOTE if metric in LENGTHS else "",
    )


def _figures(values: Sequence[float]) -> dict[str, float | None]:
    """Place and spread of the values; all None where there are none."""
    if not values:
        return dict.fromkeys((*_QUARTILES, "mean", "sd"))
    quartiles = np.quantile(values, [0, 0.25, 0.5, 0.75, 1])
    return {
        **{name: float(value) for name, value in zip(_QUARTILES, quartiles, strict=True)},
        "mean": float(np.mean(values)),
        "sd": float(np.std(values, ddof=1)) if len(values) > 1 else None,
    }


_QUARTILES = ("minimum", "lower_quartile", "median", "upper_quartile", "maximum")
_EXPLAINS_NONE = frozenset({ABSENT_IN_BOTH, NOT_LOOKED_FOR, NOT_PREDICTED})
_DIAGONAL_NOTE = "a structure that was missed, invented or not predicted counts as the image's diagonal"
_BACKGROUND_NOTE = "dominated by the background: near 1 even where the structure is missed"
