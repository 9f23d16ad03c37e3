"""Domain: whether a picture is of the kind that a model was made from, the right way up.

A linear probe of the network's own features (`features`), learnt with strange pictures beside the training films
(outlier exposure: Hendrycks, Mazeika, Dietterich 2019). It tells also what is wrong: turned, mirrored, a part, or
unlike. Distances to the nearest training films (Sun and others 2022) were tried beside it and added false alarms
alone: other makers' films lay farther off than drawn pages (docs/decisions/0015-checks.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

ARRAYS = ("mean", "scale", "weights", "bias")
"""The arrays of a `Domain`, as they are stored."""


@dataclass(frozen=True, eq=False)
class Domain:
    """A fitted check of pictures.

    Attributes:
        looks: what a strange picture can look like, in words.
        mean, scale: (D,) of good pictures' features.
        weights, bias: (1 + L, D) and (1 + L,): of the probe; row 0 for good pictures, then one for each of `looks`.
        limit: logarithm of the odds of strange against good above which a picture is doubted.
        pictures: good and strange pictures behind it.
        false_alarms: share of held-out films that are doubted as they are, and as the recipe augments them.

    Raises:
        ValueError: arrays that do not fit each other.
    """

    looks: tuple[str, ...]
    mean: Floats
    scale: Floats
    weights: Floats
    bias: Floats
    limit: float
    pictures: tuple[int, int]
    false_alarms: tuple[float, float]

    def __post_init__(self) -> None:
        width, kinds = self.mean.size, 1 + len(self.looks)
        shapes = ((width,), (width,), (kinds, width), (kinds,))
        if any(getattr(self, name).shape != shape for name, shape in zip(ARRAYS, shapes, strict=True)):
            raise ValueError("the arrays of a domain do not fit each other")
        if not all(np.isfinite(getattr(self, name)).all() for name in ARRAYS) or not (self.scale > 0).all():
            raise ValueError("the arrays of a domain hold numbers, and scales above 0")

    def odds(self, features: Floats) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
        """Logarithm of the odds (n,) of strange against good, and which of `looks` (n,) is most likely.

        Args:
            features: float32 (n, D).
        """
        logits = standardised(features, self.mean, self.scale) @ self.weights.T.astype(np.float64) + self.bias
        strange = logits[:, 1:]
        top = strange.max(axis=1)
        return top + np.log(np.exp(strange - top[:, None]).sum(axis=1)) - logits[:, 0], strange.argmax(axis=1)

    def doubt(self, features: Floats) -> str:
        """What a picture of these features (D,) looks like where it is doubted, else "".

        Args:
            features: float32 (D,), of one picture.
        """
        odds, which = self.odds(features[None])
        return self.looks[int(which[0])] if odds[0] > self.limit else ""

    def arrays(self) -> dict[str, Floats]:
        """Name → array, for a file."""
        return {name: np.ascontiguousarray(getattr(self, name)) for name in ARRAYS}

    def to_dict(self) -> dict[str, Any]:
        """The rest, as `model.json` holds it."""
        return {
            "looks": list(self.looks),
            "limit": self.limit,
            "pictures": list(self.pictures),
            "false_alarms": list(self.false_alarms),
        }

    @classmethod
    def from_dict(cls, told: Mapping[str, Any], arrays: Mapping[str, Floats]) -> Domain:
        """From what `to_dict` and `arrays` gave.

        Raises:
            ValueError, KeyError, TypeError: they are no domain.
        """
        good, strange = told["pictures"]
        plain, augmented = told["false_alarms"]
        return cls(
            looks=tuple(str(look) for look in told["looks"]),
            **{name: arrays[name] for name in ARRAYS},
            limit=float(told["limit"]),
            pictures=(int(good), int(strange)),
            false_alarms=(float(plain), float(augmented)),
        )


def standardised(features: Floats, mean: Floats, scale: Floats) -> NDArray[np.float64]:
    """Features (n, D) without mean, of unit spread; what lies absurdly far out is held back."""
    return np.clip((features.astype(np.float64) - mean) / scale, -8, 8)
