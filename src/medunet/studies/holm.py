"""Holm's correction: p-values of a family of tests that are looked at together."""

from __future__ import annotations

from collections.abc import Sequence


def holm(p_values: Sequence[float | None]) -> tuple[float | None, ...]:
    """Adjusted p-values, in the order given.

    A hypothesis is rejected at level α where its adjusted p-value is at most α; the chance of rejecting any true one is
    then at most α, whatever their dependence.

    Args:
        p_values: in [0, 1]; None where a test could not be made, which then is no part of the family.

    Source: S. Holm, "A simple sequentially rejective multiple test procedure", Scand. J. Statist. 1979;6:65.
    """
    made = sorted((p, place) for place, p in enumerate(p_values) if p is not None)
    adjusted: list[float | None] = [None] * len(p_values)
    largest = 0.0
    for passed, (p, place) in enumerate(made):
        largest = max(largest, min(1.0, (len(made) - passed) * p))
        adjusted[place] = largest
    return tuple(adjusted)
