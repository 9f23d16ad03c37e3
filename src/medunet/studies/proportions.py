"""Proportions with Wilson's interval, also where several rows come from one subject.

With one row of each subject the interval is that of Wilson (1927, doi:10.1080/01621459.1927.10502953), as Newcombe
(1998, doi:10.1002/(SICI)1097-0258(19980430)17:8<857::AID-SIM777>3.0.CO;2-E) recommends and tabulates it. With several,
the proportion is a ratio of two sums over subjects; the variance of that ratio (Rao and Scott 1992,
doi:10.2307/2532311) says how many independent rows would be as precise, and Wilson's interval is taken for as many.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from medunet.studies.estimate import LEVEL, Asked, Estimate, Method

WILSON = Method("share of rows; Wilson's score interval", "Wilson 1927; Newcombe 1998")
CLUSTERED_WILSON = Method(
    "share of rows; Wilson's score interval for the effective number of rows, from the variance of the ratio of sums "
    "over subjects",
    "Rao and Scott 1992; Wilson 1927",
)


FEWEST_CLUSTERS = 3
"""Subjects with several rows of which a variance between subjects is taken: two have one difference between them."""


def quantile_of(level: float) -> float:
    """The standard normal quantile of a two-sided interval: 1.96 for .95."""
    return float(stats.norm.ppf((1 + level) / 2))


def wilson(share: float, n: float, level: float = LEVEL) -> tuple[float, float]:
    """Limits of Wilson's interval, within [0, 1] and never of length 0.

    Args:
        share: of successes, in [0, 1].
        n: trials, above 0; an effective number need not be whole.
        level: confidence.
    """
    z2 = quantile_of(level) ** 2
    middle = share + z2 / (2 * n)
    reach = math.sqrt(z2 * (share * (1 - share) / n + z2 / (4 * n * n)))
    low, high = (middle - reach) / (1 + z2 / n), (middle + reach) / (1 + z2 / n)
    return (0.0 if share == 0 else max(0.0, low)), (1.0 if share == 1 else min(1.0, high))


def effective_rows(success: NDArray[np.bool_], subject: NDArray[np.int64], kind: NDArray[Any] | None = None) -> float:
    """How many independent rows would give as precise a proportion.

    p (1 − p) over the variance of the ratio, Σ (successes of a subject − p · its rows)² ÷ rows². It is the number of
    rows where each subject has one, and does not change when every row is written twice. Where all rows agree there
    is nothing to take a variance from, and each subject counts once. Subjects whose rows differ more than chance has
    it would count for more than their rows; they count for their different rows at most.

    Args:
        success: bool (n,), n at least 1.
        subject: int64 (n,).
        kind: (n,), what tells two rows of a subject apart: the measurement. None: the success alone.
    """
    subjects, codes = _numbered(subject)
    share = float(success.mean())
    if subjects == success.size or share in (0.0, 1.0):
        return float(subjects)
    rows, hits = np.bincount(codes), np.bincount(codes, weights=success)
    variance = float(((hits - share * rows) ** 2).sum()) / success.size**2
    most = _different(codes, success if kind is None else kind)
    return share * (1 - share) / max(variance, share * (1 - share) / most)


def proportion(
    success: NDArray[np.bool_],
    subject: NDArray[np.int64],
    *,
    of: str,
    kind: NDArray[Any] | None = None,
    level: float = LEVEL,
) -> Estimate:
    """Share of rows that are a success, each row weighing the same, with an interval over subjects.

    Args:
        success: bool (n,).
        subject: int64 (n,).
        of: what the rows are, in the plural ("positive rows"), for the reason where there are none.
        kind: as in `effective_rows`.
        level: confidence.

    Returns:
        The share; without an interval where rows of one or two subjects differ, which says nothing of other subjects.
    """
    subjects = _numbered(subject)[0]
    asked = Asked(WILSON if subjects == subject.size else CLUSTERED_WILSON, level, success.size, subjects)
    if not success.size:
        return asked.nothing(f"there are no {of}")
    share = float(success.mean())
    if subjects < min(FEWEST_CLUSTERS, success.size) and 0 < share < 1:
        words = "1 subject has" if subjects == 1 else f"{subjects} subjects have"
        return asked.bare(share, f"{words} all rows: nothing is known of how subjects differ")
    return asked.answer(share, *wilson(share, effective_rows(success, subject, kind), level))


def _different(codes: NDArray[np.int64], kind: NDArray[Any]) -> int:
    """Pairs of a subject and a kind that occur."""
    many, kinds = _numbered(kind)
    return _numbered(codes * many + kinds)[0]


def _numbered(kind: NDArray[Any]) -> tuple[int, NDArray[np.int64]]:
    """How many different ones there are, and (n,) the number of each among them in order.

    Whole numbers that are not much larger than there are rows are counted, which is faster than sorting.
    """
    if kind.size and kind.dtype.kind == "i" and kind.min() >= 0 and kind.max() < _COUNTED * kind.size:
        there = np.zeros(int(kind.max()) + 1, dtype=np.bool_)
        there[kind] = True
        number = np.cumsum(there) - 1
        return int(number[-1]) + 1, number[kind].astype(np.int64, copy=False)
    different, number = np.unique(kind, return_inverse=True)
    return int(different.size), number.astype(np.int64)


_COUNTED = 8
"""Numbers below this many times the rows are counted in a table."""
