"""The AUC of every case and structure as scores, and pooled over cases: what may be summed, and what must not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import reduce
from operator import add
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medunet.images.labelmap import LabelMap, Scheme
from medunet.scoring.matching import ALL, by_normalised_name, normalised
from medunet.scoring.metrics import ROC_METRICS
from medunet.scoring.reasons import NOT_LOOKED_FOR, NOT_PREDICTED
from medunet.scoring.roc import ONE_THRESHOLD, RocCounts
from medunet.scoring.score import Score
from medunet.scoring.summary import Summary

NOTHING_INSIDE = "no pixel of it in the reference: there is nothing to rank"
NOTHING_OUTSIDE = "it fills the whole image: there is nothing to rank it against"
UNKNOWN = "the model does not know it"

POOLED_NOTE = (
    "pooled over the pixels of all cases: a large image counts more than a small one, and pixels of one subject are "
    "not independent, so no interval is taken from them"
)
"""What a pooled figure is, and what it is not."""

_NOTE = "knows no threshold, and the background dominates it: near 1 even where the mask misses the structure"


def count_case(
    reference: LabelMap,
    probabilities: Mapping[str, NDArray[np.floating[Any]]],
    *,
    annotated: tuple[str, ...] | None = None,
    where: str = "probabilities",
) -> dict[str, RocCounts]:
    """Counts of every structure that was looked for and that the model knows, one against the rest; "all" is their sum.

    Args:
        reference: labels (*space).
        probabilities: structure → float16 or float32 (*space) in [0, 1], matched by name.
        annotated: the structures that were looked for; None or empty means all.
        where: the case, for the message.

    Raises:
        InputError: a mask was given, or a value is NaN or no probability.
        ValueError: an array's shape differs from the reference's.
    """
    known = by_normalised_name(probabilities, where=where)
    counts = {
        name: RocCounts.of(reference.mask(name), probabilities[known[normalised(name)]], where=f"{where}, {name}")
        for name in _looked_for(reference.scheme, annotated)
        if normalised(name) in known
    }
    return _with_all(counts)


def auc_scores(
    case: str,
    subject: str,
    scheme: Scheme,
    counts: Mapping[str, RocCounts] | None,
    *,
    annotated: tuple[str, ...] | None = None,
    refusal: str = "",
) -> tuple[Score, ...]:
    """The metrics of `ROC_METRICS` for every structure of the scheme, then for "all".

    Args:
        case: the case's id.
        subject: the subject's id.
        scheme: the structures that are scored.
        counts: of `count_case`, or None where there are no probabilities; then `refusal` says why.
        annotated: the structures that were looked for; None or empty means all.
        refusal: "not predicted…" gives 0, as every ratio of a case without prediction; anything else no value.
    """
    looked_for = {*_looked_for(scheme, annotated), ALL}
    rows = []
    for name in (*scheme.names, ALL):
        for metric, formula in ROC_METRICS.items():
            if name not in looked_for:
                value, why = None, NOT_LOOKED_FOR
            elif counts is None:
                value, why = (0.0 if refusal.startswith(NOT_PREDICTED) else None), refusal
            else:
                why = undefined(counts.get(name))
                value = None if why else formula(counts[name])
            rows.append(Score(case, subject, name, metric, value, "ratio", why))
    return tuple(rows)


def undefined(counts: RocCounts | None) -> str:
    """Why there is no AUC of these counts, or "" where there is one."""
    if counts is None:
        return UNKNOWN
    if not counts.total_inside:
        return NOTHING_INSIDE
    if not counts.total_outside:
        return NOTHING_OUTSIDE
    return ONE_THRESHOLD if counts.is_mask else ""


@dataclass(frozen=True, eq=False)
class PooledRoc:
    """Counts over cases, in a fixed amount of memory.

    Attributes:
        counts: structure → counts summed over the predicted cases; "all" is over structures too.
        cases: structure → predicted cases in which it was looked for.
        unpredicted: cases without a prediction, of which nothing can be summed.
        refusal: why there are no probabilities at all, or "".
    """

    counts: Mapping[str, RocCounts] = field(default_factory=dict)
    cases: Mapping[str, int] = field(default_factory=dict)
    unpredicted: int = 0
    refusal: str = ""

    def plus(self, counts: Mapping[str, RocCounts] | None) -> PooledRoc:
        """With one case more; None is a case without a prediction, and changes nothing where there is a refusal."""
        if self.refusal:
            return self
        if counts is None:
            return replace(self, unpredicted=self.unpredicted + 1)
        summed = {**self.counts, **{n: self.counts[n] + c if n in self.counts else c for n, c in counts.items()}}
        cases = {**self.cases, **{name: self.cases.get(name, 0) + 1 for name in counts}}
        return replace(self, counts=summed, cases=cases)

    def why_not(self, name: str) -> str:
        """Why there is no pooled figure of a structure, or ""."""
        if self.refusal:
            return self.refusal
        if self.unpredicted:
            who, them = ("1 case", "it") if self.unpredicted == 1 else (f"{self.unpredicted} cases", "them")
            return f"{who} not predicted: without {them} this would be a figure of the survivors"
        return undefined(self.counts.get(name))

    def value(self, name: str, metric: str = "auc") -> float | None:
        """The pooled figure, or None where `why_not` has a reason."""
        return None if self.why_not(name) else ROC_METRICS[metric](self.counts[name])

    def to_dict(self) -> dict[str, Any]:
        """As `summary.json` holds it."""
        if self.refusal:
            return {"refused": self.refusal}
        return {"note": POOLED_NOTE, "structures": {name: self._figures(name) for name in self.counts}}

    def _figures(self, name: str) -> dict[str, Any]:
        counts, why = self.counts[name], self.why_not(name)
        return {
            **{metric: self.value(name, metric) for metric in ROC_METRICS},
            "bound": None if why else counts.bound,
            "reason": why,
            "cases": self.cases[name],
            "pixels_inside": counts.total_inside,
            "pixels_outside": counts.total_outside,
        }


def with_pooled(summaries: tuple[Summary, ...], pooled: PooledRoc) -> tuple[Summary, ...]:
    """Summaries over cases with the pooled figure of `ROC_METRICS` beside the mean, and the words on what it is."""
    return tuple(
        replace(one, pooled=pooled.value(one.structure, one.metric), note=f"{_NOTE}; {POOLED_NOTE}")
        if one.metric in ROC_METRICS
        else one
        for one in summaries
    )


def _looked_for(scheme: Scheme, annotated: tuple[str, ...] | None) -> tuple[str, ...]:
    """The structures of the scheme that were looked for."""
    wanted = {normalised(name) for name in annotated or scheme.names}
    return tuple(name for name in scheme.names if normalised(name) in wanted)


def _with_all(counts: dict[str, RocCounts]) -> dict[str, RocCounts]:
    """The counts and, as "all", their sum over structures: every pixel once for each structure."""
    return {**counts, ALL: reduce(add, counts.values())} if counts else {}
