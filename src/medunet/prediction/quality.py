"""Quality: how well a prediction would score, estimated from the prediction alone.

Two signs are read off one network. Certainty is the Dice that its own probabilities expect of its mask: 2 Σ p m over
Σ p + Σ m. Agreement is the Dice between its mask and those that it gives for a few views of the same picture
(`views`). A monotone regression, fitted on films with a reference and on spoilt versions of them, turns the two into
an estimate of the mean Dice: logit q = a + b · logit certainty + c · logit agreement with b and c of 0 or more. A
mean over structures leaves out those that neither the prediction holds nor the fit ever saw as a rule.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from medunet.prediction.largest import largest
from medunet.prediction.views import VIEWS

FEWEST = 20
"""Pictures, spoilt ones among them, that the two slopes are fitted on at least."""

_NEAREST = 0.005
"""Signs are kept this far from 0 and 1, where a logit has no end."""


@dataclass(frozen=True, slots=True)
class Signs:
    """What one prediction says of itself, each from 0 to 1.

    Attributes:
        certainty: Dice that the probabilities expect of their own mask.
        agreement: Dice with the masks of other views.
    """

    certainty: float
    agreement: float


@dataclass(frozen=True, slots=True)
class Quality:
    """The fitted regression and what it rests on.

    Attributes:
        intercept, certainty, agreement: a, b, c of the module's text.
        regular: the structures that every film of the fit held: where one is not found, that counts as Dice 0.
        films: films behind it.
        pictures: films and spoilt versions.
        error: mean absolute difference of estimate and Dice on them, subjects left out in turn.

    Raises:
        ValueError: a number is not finite or has the wrong sign.
    """

    intercept: float
    certainty: float
    agreement: float
    regular: tuple[str, ...]
    films: int
    pictures: int
    error: float

    def __post_init__(self) -> None:
        numbers = (self.intercept, self.certainty, self.agreement, self.error)
        if not all(math.isfinite(one) for one in numbers) or min(numbers[1:]) < 0:
            raise ValueError(f"an estimate of quality has finite slopes of 0 or more, got {numbers}")

    def estimate(self, signs: Signs) -> float:
        """Estimated mean Dice, 0 to 1."""
        return float(_logistic(_design([signs]) @ np.array([self.intercept, self.certainty, self.agreement]))[0])

    def to_dict(self) -> dict[str, Any]:
        """As `model.json` holds it."""
        return asdict(self) | {"regular": list(self.regular)}

    @classmethod
    def from_dict(cls, told: dict[str, Any]) -> Quality:
        """From what `to_dict` gave."""
        return cls(**told | {"regular": tuple(str(name) for name in told["regular"])})


def read_signs(
    picture: Tensor,
    shares: Tensor,
    ask: Callable[[Tensor], Tensor],
    output: Literal["softmax", "sigmoid"],
    regular: Collection[int],
) -> Signs | None:
    """The signs of one network's prediction; None where it finds nothing and nothing had to be found.

    Args:
        picture: the network's input, float32 (C, rows, columns) in [0, 1].
        shares: its probabilities, float32 (K, rows, columns).
        ask: pictures (N, C, rows, columns) → probabilities (N, K, rows, columns).
        output: softmax has the background among the K.
        regular: numbers of the classes, from 1, that are always there.
    """
    mask = largest(shares, output)
    structures = shares[1:] if output == "softmax" else shares
    views = ask(torch.stack([view.of(picture) for view in VIEWS]))
    back = [view.back(found) for view, found in zip(VIEWS, views, strict=True)]
    masks = [(largest(found, output), seen) for found, seen in back]
    certain, agreed = [], []
    for number, share in enumerate(structures, start=1):
        here = mask == number
        area = float(here.sum())
        if not area:
            if number in regular:
                certain.append(0.0)
                agreed.append(0.0)
            continue
        certain.append(2 * float(share[here].sum()) / (float(share.sum()) + area))
        agreed.append(sum(_dice(here & seen, (other == number) & seen) for other, seen in masks) / len(masks))
    return Signs(sum(certain) / len(certain), sum(agreed) / len(agreed)) if certain else None


def fit_quality(
    signs: Sequence[Signs],
    dices: Sequence[float],
    films: Sequence[str],
    regular: Sequence[str],
    subjects: Sequence[str] | None = None,
) -> Quality | str:
    """The regression of Dice on the signs, or why there is none.

    Args:
        signs: of each picture.
        dices: its true mean Dice.
        films: which film it was made from.
        regular: names of the structures that every film held.
        subjects: whom it shows; None where every film is of another.
    """
    names = sorted(set(films if subjects is None else subjects))
    if len(signs) < FEWEST or len(names) < 2:
        whose = "films" if subjects is None else "subjects"
        return f"{len(signs)} pictures of {len(names)} {whose} are too few to fit it on ({FEWEST} of 2 at least)"
    design, true = _design(signs), np.asarray(dices, dtype=np.float64)
    owner = np.array([names.index(one) for one in subjects or films])
    parts = min(5, len(names))
    left_out = np.empty_like(true)
    for part in range(parts):
        out = owner % parts == part
        left_out[out] = _logistic(design[out] @ _fitted(design[~out], true[~out]))
    found = _fitted(design, true)
    error = float(np.abs(left_out - true).mean())
    intercept, certainty, agreement = map(float, found)
    return Quality(intercept, certainty, agreement, tuple(regular), len(set(films)), len(signs), error)


def _fitted(design: NDArray[np.float64], true: NDArray[np.float64]) -> NDArray[np.float64]:
    """Intercept and slopes of least Bernoulli loss, slopes not below 0."""
    from scipy.optimize import minimize  # predict need not pay for it

    def loss(values: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        said = design @ values
        # A faint pull towards the signs' own mean keeps slopes finite where all films score alike
        pull = values - np.array([0.0, 0.5, 0.5])
        gradient = design.T @ (_logistic(said) - true) / len(true) + 0.002 * pull
        return float(np.mean(np.logaddexp(0, said) - true * said) + 0.001 * pull @ pull), gradient

    bounds = [(None, None), (0, None), (0, None)]
    return np.asarray(minimize(loss, [0.0, 0.5, 0.5], jac=True, method="L-BFGS-B", bounds=bounds).x)


def _design(signs: Sequence[Signs]) -> NDArray[np.float64]:
    """(n, 3): 1 and the logits of both signs."""
    values = np.clip([[one.certainty, one.agreement] for one in signs], _NEAREST, 1 - _NEAREST)
    return np.column_stack([np.ones(len(values)), np.log(values / (1 - values))])


def _logistic(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(1 / (1 + np.exp(-np.clip(values, -30, 30))))


def _dice(one: Tensor, other: Tensor) -> float:
    """Dice of two masks; 1 where both are empty (the view did not see the structure)."""
    total = float(one.sum() + other.sum())
    return 2 * float((one & other).sum()) / total if total else 1.0
