"""Which cases to look at: the worst, and those in the middle."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from medunet.scoring.matching import ALL
from medunet.scoring.metrics import LENGTHS
from medunet.scoring.reasons import NOT_PREDICTED, outcomes
from medunet.scoring.score import Score


def worst(scores: Iterable[Score], metric: str = "dice", n: int = 6) -> tuple[str, ...]:
    """The ids of the `n` worst cases by their mean over structures, the worst first.

    Unpredicted cases come before all others, ties are ordered by id. Of errors (`ctr_abs_error`) and distances (`hd95`)
    the largest is the worst, whatever its sign. Cases without any value (nothing there, nothing predicted) have no
    place and are left out.
    """
    return _ranked(scores, metric)[: max(n, 0)]


def median_cases(scores: Iterable[Score], metric: str = "dice", n: int = 6) -> tuple[str, ...]:
    """The ids of the `n` cases in the middle of the same order, the worse first."""
    ranked = _ranked(scores, metric)
    start = max((len(ranked) - n) // 2, 0)
    return ranked[start : start + max(n, 0)]


def best(scores: Iterable[Score], metric: str = "dice", n: int = 6) -> tuple[str, ...]:
    """The ids of the `n` best cases of the same order, the best first."""
    return _ranked(scores, metric)[::-1][: max(n, 0)]


def _ranked(scores: Iterable[Score], metric: str) -> tuple[str, ...]:
    """Every case with a value or without a prediction, the worst first."""
    rows = [score for score in scores if score.metric == metric]
    # accuracy exists per structure and over all; the mean is over structures where there are any
    rows = [score for score in rows if score.structure != ALL] or rows
    values: defaultdict[str, list[float]] = defaultdict(list)
    unpredicted = {score.case for score in rows if NOT_PREDICTED in outcomes(score.reason)}
    less_is_better = metric.endswith("_error") or metric in LENGTHS
    for score in rows:
        if score.value is not None:
            values[score.case].append(-abs(score.value) if less_is_better else score.value)
    means = {case: sum(found) / len(found) for case, found in values.items()}
    return tuple(
        sorted(means.keys() | unpredicted, key=lambda case: (case not in unpredicted, means.get(case, 0), case))
    )
