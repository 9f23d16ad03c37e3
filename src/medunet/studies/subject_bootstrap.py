"""Intervals of figures that are taken from sums, by drawing whole subjects again."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from medunet.studies.clustered_draws import draws
from medunet.studies.estimate import LEVEL, Asked, Estimate, Method
from medunet.studies.groups import FEWEST_SUBJECTS

REPLICATES = 1000
"""Draws of an interval."""

SAME = "every bootstrap sample has the same figure"
"""Why there is no interval where subjects do not differ."""

_DRAWN_AT_ONCE = 1 << 22
"""Weights that are in memory at a time."""


def bootstrap_of_sums(
    sums: NDArray[np.float64],
    figure: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    *,
    rows: int,
    method: Method,
    least: float | None = None,
    by_chance: Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.float64]] | None = None,
    level: float = LEVEL,
    replicates: int = REPLICATES,
    seed: int = 0,
) -> Estimate:
    """A figure of sums over subjects with its reflected ("basic") bootstrap interval.

    Subjects are drawn whole. The reflected interval, 2 · figure − quantiles, and not the percentile interval, because a
    figure of absolute differences is larger in drawn samples than in truth: where the truth is near 0 the percentile
    interval never holds it. The reflection makes up for the growth of one drawing, which near 0 is not all of it: a
    figure that chance alone gives to 5 % of samples or more (at a level of .95) reaches down to `least`. The limits are
    cut there, and the figure itself always lies inside.

    Args:
        sums: (subjects, *shape), what each subject adds.
        figure: sums (n, *shape) → (n,); of sums that are k times as large it is the same.
        rows: films behind the sums, for the estimate.
        method: in words, with its source.
        least: the smallest value that the figure can have, or None.
        by_chance: for figures of absolute differences: drawn sums (n, *shape) and the sums of all subjects (*shape) →
            (n,) the figure that the draws show where there is no difference in truth.
        level: of the interval, in (0, 1).
        replicates: samples that are drawn.
        seed: of the draws.

    Source: Davison and Hinkley 1997, Bootstrap Methods and their Application, section 5.2.
    """
    subjects = sums.shape[0]
    asked = Asked(method, level, rows, subjects)
    if not subjects:
        return asked.nothing("no subject")
    # In an order of their own: that of the table must not change the draws
    flat = sums.reshape(subjects, -1)
    flat = flat[np.lexsort(flat.T)]
    whole = flat.sum(axis=0).reshape(sums.shape[1:])
    value = float(figure(whole[None])[0])
    if subjects < FEWEST_SUBJECTS:
        words = "1 subject" if subjects == 1 else f"{subjects} subjects"
        return asked.bare(value, f"{words}; an interval needs {FEWEST_SUBJECTS}")
    drawn, chance = [], []
    for sample in _samples(flat, sums.shape[1:], replicates, seed):
        drawn.append(figure(sample))
        if by_chance is not None:
            chance.append(by_chance(sample, whole))
    limits = _limits(value, np.concatenate(drawn), np.concatenate(chance) if chance else None, least, level)
    return asked.answer(value, *limits) if limits else asked.bare(value, SAME)


def _limits(
    value: float, drawn: NDArray[np.float64], chance: NDArray[np.float64] | None, least: float | None, level: float
) -> tuple[float, float] | None:
    """The interval around the value; None where all samples have one figure."""
    drawn = drawn[np.isfinite(drawn)]
    if not drawn.size or np.ptp(drawn) == 0:
        return None
    low, high = 2 * value - np.quantile(drawn, [(1 + level) / 2, (1 - level) / 2])
    if least is not None:
        explained = chance is not None and value <= np.quantile(chance, level)
        low = least if explained else max(least, low)
    return min(value, float(low)), max(value, float(high))


def _samples(
    flat: NDArray[np.float64], shape: tuple[int, ...], replicates: int, seed: int
) -> Iterator[NDArray[np.float64]]:
    """(n, *shape) sums of drawn subjects, in parts that memory holds."""
    subjects = flat.shape[0]
    chances = np.full(subjects, 1 / subjects)
    at_once = max(1, _DRAWN_AT_ONCE // subjects)
    generator = draws(seed, "sums of subjects")
    for start in range(0, replicates, at_once):
        times = generator.multinomial(subjects, chances, size=min(at_once, replicates - start))
        yield (times @ flat).reshape(-1, *shape)
