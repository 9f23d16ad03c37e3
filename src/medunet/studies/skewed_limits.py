"""Limits of a mean of skewed numbers: the t interval with the skewness taken out by Hall's transformation."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from scipy import special

_STRAIGHT = 1e-6
"""Skewness of a mean below which the transformation is the identity to within rounding."""


def hall_limits(value: float, error: float, skewness: float, quantile: float) -> tuple[float, float]:
    """Limits around a figure whose sampling distribution is skewed.

    The studentised figure T is made symmetric by g(T) = T + a T²/3 + a² T³/27 + a/6, which grows with T and so can be
    turned round exactly: T = (3/a) ((1 + a (g − a/6))^(1/3) − 1). With `quantile` from the t distribution the limits
    are those of Student where the skewness is 0.

    Args:
        value: the figure.
        error: its standard error, 0 or more.
        skewness: a, the third moment of the figure over the cube of its error; of a mean of n numbers their skewness
            over √n.
        quantile: two-sided, above 0.

    Source: P. Hall, "On the removal of skewness by transformation", J. R. Stat. Soc. B 1992;54:221; for two groups
    X.-H. Zhou and P. Dinh, Biostatistics 2005;6:187.
    """
    upper, lower = (_inverse(one, skewness) for one in (quantile, -quantile))
    return value - upper * error, value - lower * error


def _inverse(symmetric: float, skewness: float) -> float:
    """The T whose transform is `symmetric`."""
    if abs(skewness) < _STRAIGHT:
        return symmetric
    return 3 / skewness * (float(np.cbrt(1 + skewness * (symmetric - skewness / 6))) - 1)


@lru_cache(maxsize=1024)
def student(level: float, freedom: float) -> float:
    """The quantile of Student's t for a two-sided interval."""
    return float(special.stdtrit(freedom, (1 + level) / 2))


def skewness_factor(n: int) -> float:
    """What turns the skewness of a sample of n into the usual estimate of the population's; n of at least 3."""
    return math.sqrt(n * (n - 1)) / (n - 2)
