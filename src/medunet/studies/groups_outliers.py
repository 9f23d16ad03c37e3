"""The second analysis: the same rows without those far from the middle half, by a rule that is stated."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from medunet.studies.groups import Groups

OutlierRule = Literal["all rows", "within group"]

ONE_VALUE = "the quartiles are equal, so every other value would count as far out"
"""Why nothing is taken away."""

RULES: dict[OutlierRule, str] = {
    "all rows": "more than 1.5 interquartile ranges outside the quartiles of all rows (the label was not used)",
    "within group": "more than 1.5 interquartile ranges outside the quartiles of its own group (the label was used: "
    "this draws the groups apart)",
}
"""Tukey's rule (1977, Exploratory Data Analysis, chapter 2), in the two forms that studies use."""


@dataclass(frozen=True, eq=False)
class Trimmed:
    """What is left, and what was taken away.

    Attributes:
        groups: the rows within the fences.
        rule: in words, one of `RULES`.
        removed_positive, removed_negative: rows taken away.
        fences: (low, high) for the positive and the negative rows, in the measurement's unit, infinite where the rule
            has no measure; () without rows.
        reason: why the rule says nothing, or "".
    """

    groups: Groups
    rule: str
    removed_positive: int
    removed_negative: int
    fences: tuple[tuple[float, float], ...]
    reason: str = ""


def without_outliers(groups: Groups, rule: OutlierRule) -> Trimmed:
    """Take away the rows outside the fences.

    Quartiles are those of Hyndman and Fan's type 2, which do not move when every row is written twice. Where they are
    equal the rule has no measure of "far", and takes away nothing.

    Args:
        groups: finite values.
        rule: whose quartiles count.
    """
    sides = (groups.positive, ~groups.positive)
    everyone = np.ones(groups.value.size, dtype=np.bool_)
    quartiles = [_quartiles(groups.value[everyone if rule == "all rows" else side]) for side in sides]
    fences = [None if pair is None else _fences(*pair) for pair in quartiles]
    out = np.zeros(groups.value.size, dtype=np.bool_)
    for side, fence in zip(sides, fences, strict=True):
        if fence:
            out |= side & ((groups.value < fence[0]) | (groups.value > fence[1]))
    removed = [int((side & out).sum()) for side in sides]
    differ = groups.value.size > 0 and groups.value.min() < groups.value.max()
    equal = all(pair[0] == pair[1] for pair in quartiles if pair)
    kept, shown = groups.kept(~out), tuple(fence for fence in fences if fence)
    return Trimmed(kept, RULES[rule], removed[0], removed[1], shown, ONE_VALUE if differ and equal else "")


def _quartiles(value: NDArray[np.float64]) -> tuple[float, float] | None:
    """Lower and upper quartile, or None where there are no values."""
    if not value.size:
        return None
    with np.errstate(all="ignore"):
        low, high = (float(one) for one in np.quantile(value, [0.25, 0.75], method="averaged_inverted_cdf"))
    return low, high


def _fences(low: float, high: float) -> tuple[float, float]:
    """The fences of two quartiles, infinite where these are equal or too far apart."""
    reach = 1.5 * (high - low)
    return (low - reach, high + reach) if 0 < reach < math.inf else (-math.inf, math.inf)
