"""Temperature: one number that makes probabilities less or more certain, and changes no mask.

Guo et al. 2017 (arXiv:1706.04599): the network's logits are divided by T before softmax or sigmoid; T is chosen on
validation data so that the mean negative log-likelihood is least. T > 1 says that the network was too sure of itself.
Of every order of probabilities at a pixel nothing changes, so the largest stays the largest.

It is taken here on the probabilities on the film's own pixels, as `predict` gives them: p^(1/T) over its sum is the
softmax of the divided logits, for their logarithms are the logits up to a constant.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

LEAST, MOST = 0.1, 20.0
"""Temperatures are looked for between these."""

NO_PIXELS = "no pixel of a validation case to fit it on"
ALL_RIGHT = f"every temperature down to {LEAST:g} fits the validation cases better: they do not tell it"
NOTHING_TOLD = f"every temperature up to {MOST:g} fits the validation cases better: they do not tell it"

_SMALLEST = float(np.finfo(np.float32).tiny)
"""Stands for a probability of 0, whose logarithm is none."""


@dataclass(frozen=True, slots=True)
class Temperature:
    """A fitted temperature and what it rests on.

    Attributes:
        value: T, above 0.
        nll_before, nll_after: mean negative log-likelihood (nats a pixel) on the validation pixels with T = 1 and T.
        cases: validation cases behind it.
        pixels: their pixels that were taken.

    Raises:
        ValueError: a number is not finite or out of its range.
    """

    value: float
    nll_before: float
    nll_after: float
    cases: int
    pixels: int

    def __post_init__(self) -> None:
        numbers = (self.value, self.nll_before, self.nll_after)
        if not all(math.isfinite(number) and number >= 0 for number in numbers) or not self.value:
            raise ValueError(f"a temperature is above 0 and its likelihoods are finite, got {numbers}")
        if self.cases < 1 or self.pixels < 1:
            raise ValueError(f"a temperature rests on cases and pixels, got {self.cases} and {self.pixels}")

    def to_dict(self) -> dict[str, Any]:
        """As `model.json` holds it."""
        return asdict(self)


def tempered(shares: NDArray[np.float32], temperature: float, *, exclusive: bool) -> NDArray[np.float32]:
    """Probabilities at another temperature.

    Args:
        shares: float32 (K, *space) in [0, 1].
        temperature: above 0; 1 changes nothing.
        exclusive: True where the K shares of a pixel add up to 1 (softmax, background among them), False where each
            stands alone (sigmoid).

    Returns:
        float32 of the same shape, in the same order at every pixel.
    """
    out = _powers(shares, temperature)
    out /= out.sum(0) if exclusive else out + _powers(1 - shares, temperature)
    return out


def log_shares(
    shares: NDArray[np.float32], truth: NDArray[np.integer[Any]], *, exclusive: bool
) -> tuple[NDArray[np.float32], NDArray[np.intp]]:
    """Logarithms of the probabilities of pixels, with the place of the true one: what a temperature is fitted on.

    Args:
        shares: float32 (K, n) in [0, 1].
        truth: integer (n,), 0 for background, then the structures from 1.
        exclusive: as in `tempered`. Where each structure stands alone, a pixel gives K rows: not it, it.

    Returns:
        (rows, outcomes) logarithms and (rows,) the true outcome of each row.
    """
    if exclusive:
        return np.log(np.maximum(shares.T, _SMALLEST)), truth.astype(np.intp)
    alone = np.stack([1 - shares, shares], axis=-1).reshape(-1, 2)
    outcomes = (truth == np.arange(1, len(shares) + 1)[:, None]).ravel()
    return np.log(np.maximum(alone, _SMALLEST)), outcomes.astype(np.intp)


def fit_temperature(samples: Sequence[tuple[NDArray[np.float32], NDArray[np.intp]]]) -> Temperature | str:
    """The temperature of the least mean negative log-likelihood, or why there is none.

    The likelihood is convex in 1/T, so the least is the only one.

    Args:
        samples: of `log_shares`, one for each case.
    """
    from scipy.optimize import minimize_scalar  # a fifth of a second that predict need not pay

    kept = [sample for sample in samples if sample[1].size]
    if not kept:
        return NO_PIXELS
    logs = np.concatenate([logarithms for logarithms, _ in kept]).astype(np.float64)
    true = logs[np.arange(logs.shape[0]), np.concatenate([outcomes for _, outcomes in kept])]

    def loss(log_temperature: float) -> float:
        scale = math.exp(-log_temperature)
        # The largest of K shares is 1/K at least: nothing under- or overflows
        return float(np.mean(np.log(np.exp(scale * logs).sum(axis=1)) - scale * true))

    ends = math.log(LEAST), math.log(MOST)
    found = minimize_scalar(loss, bounds=ends, method="bounded", options={"xatol": 1e-4})
    if found.x < ends[0] + 0.01:
        return ALL_RIGHT
    if found.x > ends[1] - 0.01:
        return NOTHING_TOLD
    return Temperature(math.exp(found.x), loss(0.0), float(found.fun), len(kept), logs.shape[0])


def _powers(shares: NDArray[np.float32], temperature: float) -> NDArray[np.float32]:
    """p^(1/T) by logarithm and exponential, several times faster than a power."""
    out = np.maximum(shares, np.float32(_SMALLEST))
    np.log(out, out=out)
    out /= np.float32(temperature)
    return np.exp(out, out=out)
