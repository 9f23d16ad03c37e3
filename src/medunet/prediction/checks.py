"""Checks: what a model says of a picture and of its own prediction, beside the mask.

Each network of a model has its own, fitted after its training. Several folds agree on one answer: the estimate of
quality is the mean of theirs, and a picture is doubted where most of them doubt it.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from medunet.networks import UNet
from medunet.prediction.domain import Domain
from medunet.prediction.features import described, watched
from medunet.prediction.largest import largest
from medunet.prediction.passing import shares_of
from medunet.prediction.quality import Quality, Signs, read_signs

NO_CHECKS = "none was fitted when the model was made"
"""Why a model has no estimate of quality and no input check."""

POOR = 0.8
"""Estimated Dice below which a case needs a look."""

Output = Literal["softmax", "sigmoid"]


@dataclass(frozen=True, slots=True)
class Checks:
    """The checks of one network; each is fitted, or a reason why it is not there."""

    quality: Quality | str = NO_CHECKS
    domain: Domain | str = NO_CHECKS

    @property
    def digest(self) -> str:
        """SHA-256 (hex) over all that is fitted; "" where nothing is."""
        parts = [repr(one.to_dict()).encode() for one in (self.quality, self.domain) if not isinstance(one, str)]
        if isinstance(self.domain, Domain):
            parts += [array.tobytes() for array in self.domain.arrays().values()]
        return hashlib.sha256(b"".join(parts)).hexdigest() if parts else ""


@dataclass(frozen=True, slots=True)
class Assessment:
    """What the checks say of one picture.

    Attributes:
        quality: estimated mean Dice of the prediction, 0 to 1; None where it is not estimated.
        looks: what a picture that is doubted looks like ("mirrored", "upside down", …), else "".
    """

    quality: float | None = None
    looks: str = ""

    @property
    def doubts(self) -> tuple[str, ...]:
        """Why a number that was measured on the prediction needs a look; empty where nothing speaks against it."""
        found = []
        if self.looks:
            found.append(f"not an upright picture of the kind the model was made from: looks {self.looks}")
        if self.quality is not None and self.quality < POOR:
            found.append(f"the estimated Dice of the mask is {self.quality:.2f}, below {POOR:.2f}")
        return tuple(found)


def assess(
    networks: Sequence[UNet],
    checks: Sequence[Checks],
    picture: Tensor,
    shares: Sequence[Tensor],
    bottlenecks: Sequence[Tensor],
    output: Output,
    classes: Sequence[str],
) -> Assessment:
    """What the networks' checks say of one picture.

    Args:
        networks: of the model.
        checks: one for each.
        picture: the networks' input, float32 (C, *size).
        shares: each network's probabilities, (K, *size).
        bottlenecks: each network's deepest features, (1, C, *space).
        output: softmax or sigmoid.
        classes: of the model.
    """
    estimates, looks = [], []
    for network, check, share, deep in zip(networks, checks, shares, bottlenecks, strict=True):
        if isinstance(check.quality, Quality):
            regular = [number for number, name in enumerate(classes, 1) if name in check.quality.regular]
            signs = _signs(network, picture, share, output, regular)
            estimates += [] if signs is None else [check.quality.estimate(signs)]
        if isinstance(check.domain, Domain):
            features = described(deep, share[None], output)[0].numpy()
            other = features_of(network, picture.flip(-1)[None], output)[0] if check.domain.side.size else None
            looks.append(check.domain.doubt(features, other))
    doubted = [look for look in looks if look]
    quality = sum(estimates) / len(estimates) if estimates else None
    return Assessment(quality, Counter(doubted).most_common(1)[0][0] if 2 * len(doubted) > len(looks) else "")


def features_of(network: UNet, pictures: Tensor, output: Output, batch: int = 8) -> NDArray[np.float32]:
    """Features (N, D) of pictures (N, C, *size), for the fit of a `Domain`."""
    rows = []
    for start in range(0, len(pictures), batch):
        with watched(network) as seen:
            shares = shares_of(network, pictures[start : start + batch], output)
        rows.append(described(seen[0], shares, output).numpy())
    return np.concatenate(rows)


def signs_of(network: UNet, picture: Tensor, output: Output, regular: Collection[int]) -> tuple[Signs | None, Tensor]:
    """Signs and mask (*size) of class numbers of one picture (C, *size), for the fit of a `Quality`."""
    share = shares_of(network, picture[None], output)[0]
    return _signs(network, picture, share, output, regular), largest(share, output)


def mean_dice(mask: Tensor, target: Tensor, numbers: Collection[int]) -> float | None:
    """Mean Dice of class numbers (*size) over the structures that either holds; None where neither holds one."""
    dices = []
    for number in numbers:
        here, there = mask == number, target == number
        if total := int(here.sum()) + int(there.sum()):
            dices.append(2 * int((here & there).sum()) / total)
    return sum(dices) / len(dices) if dices else None


def _signs(network: UNet, picture: Tensor, share: Tensor, output: Output, regular: Collection[int]) -> Signs | None:
    return read_signs(picture, share, lambda views: shares_of(network, views, output), output, regular)
