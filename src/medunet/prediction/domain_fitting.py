"""The fit of a `Domain`: from features of good and of strange pictures to probe and limit."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from medunet.prediction.domain import Domain, Floats, standardised

FEWEST = 12
"""Good pictures that a domain is fitted on at least, and that its limits are set on."""
MOST_AXES = 192
"""Directions of the features' space that the probe looks along."""
RIDGE, SIDE_RIDGE = 0.003, 0.01
"""Pull of the weights towards 0, of the probe and of that of sides."""
LOWEST_LIMIT = 0.0
"""A picture is never doubted that is more likely good than strange: where a few films tell the two with ease, their own
limit would leave no room for another maker's films."""
LOWEST_MARGIN = math.log(2)
"""A picture is never doubted as mirrored where its mirror image is less than twice as likely the right way round."""
ALARMS, ALARMS_AUGMENTED = 0.02, 0.1
"""Shares of held-out films, as they are and as the recipe augments them at its strongest, that may be doubted."""


@dataclass(frozen=True, eq=False)
class Mirrored:
    """Features of mirror images, row by row those of the pictures that `fit_domain` takes.

    Attributes:
        good: (n, D).
        held_out: (h, D) and (a, D).
    """

    good: Floats
    held_out: tuple[Floats, Floats]


def fit_domain(
    good: Floats,
    held_out: tuple[Floats, Floats],
    strange: Floats,
    kinds: Sequence[int],
    looks: Sequence[str],
    mirrored: Mirrored | None = None,
) -> Domain | str:
    """A domain, or why there is none.

    Args:
        good: features (n, D) of training films, as they are and augmented.
        held_out: features of other films, (h, D) as they are and (a, D) augmented: the limit is set on them.
        strange: features (m, D) of strange pictures.
        kinds: of each of these, its index into `looks`.
        looks: what strange pictures look like.
        mirrored: of the mirror images; None where mirroring is nothing strange.
    """
    others = sum(map(len, held_out))
    if min(len(good), others) < FEWEST or not len(strange):
        return f"{len(good)} good pictures and {others} of other films are too few ({FEWEST} of each at least)"
    mean = good.mean(axis=0, dtype=np.float64).astype(np.float32)
    spread = good.std(axis=0, dtype=np.float64)
    # A feature that hardly moves among good pictures must not outvote all others where it does
    scale = np.maximum(spread, 0.2 * spread.mean() + 1e-6).astype(np.float32)
    rows = standardised(np.concatenate([good, strange]), mean, scale)
    axes = _principal(rows, MOST_AXES)
    number = np.concatenate([np.zeros(len(good), np.intp), 1 + np.asarray(kinds, np.intp)])
    probe = _probe(rows @ axes.T, number, 1 + len(looks))
    weights, bias = (probe[:, :-1] @ axes).astype(np.float32), probe[:, -1].astype(np.float32)
    counts = len(good), len(strange)
    wide = Domain(tuple(looks), mean, scale, weights, bias, limit=np.inf, pictures=counts, false_alarms=(0.0, 0.0))
    part = 1.0 if mirrored is None else 0.5  # two probes share the alarms
    limit = _limit([wide.odds(films)[0] for films in held_out], part, LOWEST_LIMIT)
    found = replace(wide, limit=limit)
    others_mirrored: tuple[Floats | None, Floats | None] = (None, None)
    if mirrored is not None:
        here, there = (standardised(part, mean, scale) for part in (good, mirrored.good))
        found, others_mirrored = replace(found, side=_side(here - there)), mirrored.held_out
        wrong = [-found.sides(*parts) for parts in zip(held_out, mirrored.held_out, strict=True)]
        found = replace(found, margin=_limit(wrong, part, LOWEST_MARGIN))
    plain, augmented = map(partial(_alarms, found), held_out, others_mirrored)
    return replace(found, false_alarms=(plain, augmented))


def _limit(odds: Sequence[NDArray[np.float64]], part: float, lowest: float) -> float:
    """Odds above which a part of the allowed shares of held-out films lies, as they are and augmented, or `lowest`."""
    shares = (part * ALARMS, part * ALARMS_AUGMENTED)
    return float(max([lowest, *(np.quantile(o, 1 - share) for o, share in zip(odds, shares, strict=True) if o.size)]))


def _alarms(domain: Domain, pictures: Floats, mirrored: Floats | None) -> float:
    """Share of pictures (n, D) that are doubted; 0 of none."""
    others = [None] * len(pictures) if mirrored is None else list(mirrored)
    doubts = [bool(domain.doubt(one, other)) for one, other in zip(pictures, others, strict=True)]
    return float(np.mean(doubts)) if doubts else 0.0


def _side(differences: NDArray[np.float64]) -> Floats:
    """Weights (D,) of a logistic regression without constant of differences (n, D), picture less mirror image.

    They speak for the right way round, and with the other sign for the wrong one.
    """
    from scipy.optimize import minimize  # predict need not pay for it
    from scipy.special import expit

    axes = _principal(differences, MOST_AXES)
    places = differences @ axes.T
    size = np.sqrt(np.mean(places**2))
    places = places / size

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        odds = places @ weights
        slope = -(expit(-odds) @ places) / len(odds)
        value = float(np.logaddexp(0, -odds).mean()) + 0.5 * SIDE_RIDGE * float(weights @ weights)
        return value, slope + SIDE_RIDGE * weights

    found = minimize(loss, np.zeros(len(axes)), jac=True, method="L-BFGS-B", options={"maxiter": 300}).x
    return np.asarray(found / size @ axes, np.float32)


def _principal(rows: NDArray[np.float64], most: int) -> NDArray[np.float64]:
    """(P, D) orthonormal directions of the largest spread of rows (n, D), by way of the (n, n) products."""
    values, vectors = np.linalg.eigh(rows @ rows.T)
    kept = [place for place in np.argsort(values)[::-1][:most] if values[place] > 1e-6 * values[-1]]
    return np.asarray((vectors[:, kept] / np.sqrt(values[kept])).T @ rows)


def _probe(places: NDArray[np.float64], number: NDArray[np.intp], kinds: int) -> NDArray[np.float64]:
    """Weights and bias (kinds, P + 1) of a multinomial regression; good and strange weigh the same, as do kinds."""
    from scipy.optimize import minimize  # predict need not pay for it

    size = np.sqrt(np.mean(places**2))
    design = np.column_stack([places / size, np.ones(len(places))])
    counts = np.bincount(number, minlength=kinds)
    present = np.count_nonzero(counts[1:])
    share = np.where(number == 0, 0.5, 0.5 / present) / counts[number]
    truth = np.eye(kinds)[number]

    def loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        weights = flat.reshape(kinds, -1)
        logits = design @ weights.T
        logits -= logits.max(axis=1, keepdims=True)
        logs = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
        slope = (share[:, None] * (np.exp(logs) - truth)).T @ design
        pull = weights.copy()
        pull[:, -1] = 0
        value = -float((share[:, None] * truth * logs).sum()) + 0.5 * RIDGE * float((pull**2).sum())
        return value, (slope + RIDGE * pull).ravel()

    start = np.zeros(kinds * design.shape[1])
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 300}).x.reshape(kinds, -1)
    return np.column_stack([found[:, :-1] / size, found[:, -1]])
