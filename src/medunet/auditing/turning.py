"""Which way up a frontal chest film lies, told from its thumbnail alone.

One template w of `SIZE` x `SIZE` numbers was fitted (`benchmarks/audit_precision.py --fit`) so that of the 16 ways in
which a film can be turned, mirrored and inverted, the right one has the largest product with w. Tied weights: one
template serves all 16. Its films are those of even subject numbers of NIH ChestX-ray14 and of Wingspan at 64 pixels;
the others measured it (docs/audit.md).
"""

from __future__ import annotations

import base64
import json
from functools import cache
from importlib import resources

import numpy as np
import PIL.Image
from numpy.typing import NDArray

SIZE = 24

CHEST = 5.5
"""Score of the best way from which a picture passes for a chest: 99 % of NIH films do, slices of heads do not."""

MARGIN = 1.0
"""By how much the best way must beat the upright one, mirrored or not, before a film is called turned or inverted."""

MARGIN_OF_BOTH = 4.0
"""The same for a film that would be turned and inverted at once: two mistakes are much rarer than one."""

WAYS = tuple(
    f"{tone}{side}{turn}"
    for tone in ("", "inverted ")
    for side in ("", "mirrored ")
    for turn in ("upright", "turned by 90 degrees to the left", "upside down", "turned by 90 degrees to the right")
)
"""What each of the 16 scores stands for: how the film was found to lie."""

_UPRIGHT = (0, 4)


def ranked(thumb: NDArray[np.uint8]) -> NDArray[np.float64]:
    """(`SIZE`, `SIZE`) pattern of a thumbnail (row, column): grey by rank, without mean, of length 1.

    Ranks make it independent of exposure and of the maker's curve.
    """
    order = thumb.ravel().argsort(kind="stable").argsort(kind="stable").reshape(thumb.shape)
    small = PIL.Image.fromarray((order / thumb.size).astype(np.float32)).resize((SIZE, SIZE), PIL.Image.Resampling.BOX)
    pattern = np.asarray(small, dtype=np.float64)
    pattern = pattern - pattern.mean()
    return np.asarray(pattern / max(float(np.linalg.norm(pattern)), 1e-12))


def ways(pattern: NDArray[np.float64]) -> NDArray[np.float64]:
    """(16, `SIZE`, `SIZE`): the pattern brought back upright from each of the `WAYS`."""
    turned = [np.rot90(pattern, -quarter) for quarter in range(4)]
    both = np.stack([*turned, *(one[:, ::-1] for one in turned)])
    return np.concatenate([both, -both])


def scores(thumb: NDArray[np.uint8]) -> tuple[float, ...]:
    """How much a thumbnail (row, column) looks like an upright chest once brought back from each of the `WAYS`."""
    found = np.tensordot(ways(ranked(thumb)), template(), axes=2)
    return tuple(round(float(value), 3) for value in found)


def is_chest(turns: tuple[float, ...]) -> bool:
    """Whether a film with these scores passes for a frontal chest, whichever way it lies."""
    return bool(turns) and max(turns) >= CHEST


def turned(turns: tuple[float, ...]) -> int | None:
    """The index into `WAYS` of a film that is not upright, or None.

    Whether a film is mirrored is not told: the sides are too alike (on the films that were kept apart every sixth of
    NIH's would be called mirrored).
    """
    if not is_chest(turns):
        return None
    best = int(np.argmax(turns))
    upright = max(turns[way] for way in _UPRIGHT)
    margin = MARGIN_OF_BOTH if best >= 8 and best % 4 else MARGIN
    return best if best not in _UPRIGHT and turns[best] - upright > margin else None


@cache
def template() -> NDArray[np.float64]:
    """The template, (`SIZE`, `SIZE`)."""
    held = json.loads(resources.files("medunet.auditing").joinpath("chest_template.json").read_text("utf-8"))
    values = np.frombuffer(base64.b64decode(held["values"]), dtype=np.int8).astype(np.float64)
    return np.asarray(values.reshape(SIZE, SIZE) * float(held["step"]))
