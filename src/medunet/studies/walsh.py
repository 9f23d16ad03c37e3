"""Walsh averages: the means of all pairs of numbers, each number with itself too, by rank and without listing them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_LISTED_UP_TO = 1_500
"""Numbers whose averages are listed and sorted; of more, the wanted ones are searched for."""


class WalshAverages:
    """The n (n + 1) ÷ 2 averages of (n,) numbers, n at least 1."""

    def __init__(self, numbers: NDArray[np.float64]) -> None:
        self._sorted = np.sort(numbers)
        self.count = numbers.size * (numbers.size + 1) // 2
        self._all: NDArray[np.float64] | None = None
        if numbers.size <= _LISTED_UP_TO:
            first, second = np.triu_indices(numbers.size)
            self._all = np.sort((self._sorted[first] + self._sorted[second]) / 2)

    def smallest(self, rank: int) -> float:
        """The average of this rank, 1 the smallest; to a relative 1e-15 of the range where they are not listed.

        Raises:
            ValueError: there is no average of this rank.
        """
        if not 1 <= rank <= self.count:
            raise ValueError(f"ranks go from 1 to {self.count}, got {rank}")
        if self._all is not None:
            return float(self._all[rank - 1])
        low, high = float(self._sorted[0]), float(self._sorted[-1])
        if self._at_most(low) >= rank:
            return low
        for _ in range(100):
            middle = (low + high) / 2
            if not low < middle < high:
                break
            low, high = (low, middle) if self._at_most(middle) >= rank else (middle, high)
        return high

    def median(self) -> float:
        """The mean of the two averages in the middle, or the one."""
        lower, upper = (self.count + 1) // 2, self.count // 2 + 1
        return (self.smallest(lower) + self.smallest(upper)) / 2

    def _at_most(self, limit: float) -> int:
        """How many averages are at most `limit`."""
        partners = np.searchsorted(self._sorted, 2 * limit - self._sorted, side="right")
        own = np.count_nonzero(self._sorted <= limit)
        return (int(partners.sum()) + int(own)) // 2
