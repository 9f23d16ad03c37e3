"""Bins for probabilities: fine near 0 and near 1 alike, so that the many pixels there keep their order.

A bin is the leading twelve bits of the smaller of ``p`` and ``1 − p``, and which of the two it is. Bins are ordered as
the probabilities are, are as wide as 1/2048 of the power of two they begin at, and reach down to the smallest float32.
Exactly 0 and exactly 1 have bins of their own. Nothing is rounded on the way: ``1 − p`` is exact in float32 where
``p ≥ .5`` (Sterbenz 1974), and cutting bits off a positive float keeps its order.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

_CUT = 12
"""Bits of a float32 that are cut off: 11 of the 23 behind the leading one are kept."""

_HALF = 0x3F000000 >> _CUT
"""Bins from the smallest float32 to .5; the number in front is the bits of .5."""

_LEAST = (0x33800000 >> _CUT) - 1
"""No float32 lies between 1 and 1 − 2⁻²⁴ (whose bits these are), so that the upper half needs no bins for it."""

_FINEST = 2.0**-24
"""Distance of neighbouring float32 between .5 and 1."""

BINS = _HALF + 1 + _HALF - _LEAST + 1
"""Number of bins: 0, the lower half, the upper half, 1."""


def bins_of(probabilities: NDArray[np.float32]) -> NDArray[np.int32]:
    """The bin of every probability.

    Args:
        probabilities: float32 (n,) in [0, 1], without −0.

    Returns:
        (n,) from 0, for 0, to `BINS` − 1, for 1; never falling where the probabilities rise.
    """
    upper = probabilities >= 0.5
    bits = np.where(upper, 1 - probabilities, probabilities).view(np.int32)
    # Cut down below .5 and up above it: every bin begins at a short binary fraction, and 0 and 1 are alone in theirs
    lower_bin = (bits >> _CUT) + (bits > 0)
    upper_bin = BINS - 1 - np.maximum(((bits + (1 << _CUT) - 1) >> _CUT) - _LEAST, 0)
    return np.where(upper, upper_bin, lower_bin)


@lru_cache(maxsize=1)
def thresholds() -> NDArray[np.float64]:
    """(BINS,) float32 values, never falling: a pixel is in a bin or above exactly where its probability reaches this.

    It is the smallest value of the bin; just below 1, some bins hold none and repeat the next bin's.
    """
    steps = np.arange(_HALF + 1, dtype=np.uint32) << np.uint32(_CUT)
    lower = np.concatenate([[0, 1], steps[1:-1]]).astype(np.uint32).view(np.float32)
    upper = 1 - np.floor(steps[_LEAST + 1 :].view(np.float32) / _FINEST) * _FINEST
    found = np.concatenate([lower.astype(np.float64), upper[::-1], [1.0]])
    found.flags.writeable = False
    return found


@lru_cache(maxsize=1)
def holds_one_value() -> NDArray[np.bool_]:
    """(BINS,) where a bin holds one float32 only: pixels in it are truly equal, and counting them half is exact."""
    lowest = thresholds()
    one = np.zeros(BINS, np.bool_)
    one[0] = one[-1] = True
    one[_HALF + 1 : -1] = np.diff(lowest[_HALF + 1 :]) <= _FINEST  # 0 apart where there is none
    one.flags.writeable = False
    return one
