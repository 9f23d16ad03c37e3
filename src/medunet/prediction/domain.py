"""Domain: whether a picture is of the kind that a model was made from, the right way up and the right way round.

A linear probe of the network's own features (`features`), learnt with strange pictures beside the training films
(outlier exposure: Hendrycks, Mazeika, Dietterich 2019). It tells also what is wrong: turned, a part, or unlike. Whether
a picture is mirrored a second probe tells by comparing it with its own mirror image: what both have in common, as the
maker, the exposure or the patient's size, cancels out, so that it holds on films of other makers. Distances to the
nearest training films (Sun and others 2022) were tried and added false alarms alone: other makers' films lay farther
off than drawn pages (docs/decisions/0015-checks.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

MIRRORED = "mirrored"
"""What a picture looks like whose mirror image is more likely the right way round; as `phantoms.rearranged` says it."""
ARRAYS = ("mean", "scale", "weights", "bias")
"""The arrays of a `Domain`, as they are stored, with `side` where there is one."""
_NO_SIDE: Floats = np.empty(0, np.float32)


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
        side: (D,) of the probe of sides; (0,) where mirroring is nothing strange.
        margin: a picture is doubted as mirrored where its mirror image is that much more likely (logarithm of the
            odds) the right way round.

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
    side: Floats = field(default_factory=_NO_SIDE.copy)
    margin: float = 0.0

    def __post_init__(self) -> None:
        width, kinds = self.mean.size, 1 + len(self.looks)
        shapes = ((width,), (width,), (kinds, width), (kinds,))
        if any(getattr(self, name).shape != shape for name, shape in zip(ARRAYS, shapes, strict=True)):
            raise ValueError("the arrays of a domain do not fit each other")
        if self.side.shape not in ((0,), (width,)):
            raise ValueError("the arrays of a domain do not fit each other")
        if not all(np.isfinite(getattr(self, name)).all() for name in (*ARRAYS, "side")) or not (self.scale > 0).all():
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

    def sides(self, features: Floats, mirrored: Floats) -> NDArray[np.float64]:
        """Logarithm of the odds (n,) that pictures are the right way round, and not their mirror images.

        Args:
            features: float32 (n, D).
            mirrored: the same of their mirror images.
        """
        here, there = (standardised(one, self.mean, self.scale) for one in (features, mirrored))
        return (here - there) @ self.side.astype(np.float64)

    def doubt(self, features: Floats, mirrored: Floats | None = None) -> str:
        """What a picture of these features (D,) looks like where it is doubted, else "".

        Args:
            features: float32 (D,), of one picture.
            mirrored: the same of its mirror image; without it sides are not looked at.
        """
        odds, which = self.odds(features[None])
        if odds[0] > self.limit:
            return self.looks[int(which[0])]
        if mirrored is None or not self.side.size:
            return ""
        return MIRRORED if self.sides(features[None], mirrored[None])[0] < -self.margin else ""

    def arrays(self) -> dict[str, Floats]:
        """Name → array, for a file."""
        names = (*ARRAYS, "side") if self.side.size else ARRAYS
        return {name: np.ascontiguousarray(getattr(self, name)) for name in names}

    def to_dict(self) -> dict[str, Any]:
        """The rest, as `model.json` holds it."""
        return {
            "looks": list(self.looks),
            "limit": self.limit,
            "margin": self.margin,
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
            side=arrays.get("side", _NO_SIDE),
            margin=float(told.get("margin", 0.0)),
        )


def standardised(features: Floats, mean: Floats, scale: Floats) -> NDArray[np.float64]:
    """Features (n, D) without mean, of unit spread; what lies absurdly far out is held back."""
    return np.clip((features.astype(np.float64) - mean) / scale, -8, 8)
