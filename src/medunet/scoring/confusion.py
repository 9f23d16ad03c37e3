"""The confusion matrix of two label maps: which structure was taken for which, from one pass over the pixels."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medunet.errors import InputError
from medunet.images.labelmap import LabelMap, Scheme
from medunet.scoring.counts import Counts
from medunet.scoring.matching import BACKGROUND, match_structures
from medunet.scoring.metrics import iou

_BLOCK = 1 << 18
"""Pixels counted at a time: the work arrays stay in the processor's cache, and a volume needs no copy of its size."""


@dataclass(frozen=True, eq=False)
class ConfusionMatrix:
    """Pixels by class in the reference and class in the prediction; matrices of several cases add up.

    Attributes:
        names: "background" and the reference's structures, in order.
        pixels: (class in the reference, class in the prediction) int64, both in the order of `names`.

    Raises:
        ValueError: `pixels` is not a square int64 array of 0 and more over `names`, or background is not the first.
    """

    names: tuple[str, ...]
    pixels: NDArray[np.int64]

    def __post_init__(self) -> None:
        size = len(self.names)
        if self.names[:1] != (BACKGROUND,) or len(set(self.names)) != size:
            raise ValueError(f"the classes are {BACKGROUND!r} first, then structures, each once, got {self.names}")
        if self.pixels.shape != (size, size) or self.pixels.dtype != np.int64 or (self.pixels < 0).any():
            raise ValueError(f"pixels are int64 of shape {(size, size)}, 0 or more, got {self.pixels!r}")

    def __add__(self, other: ConfusionMatrix) -> ConfusionMatrix:
        """The matrix of both together; ValueError unless they have the same classes in the same order."""
        if self.names != other.names:
            raise ValueError(f"matrices of different classes do not add up: {self.names} and {other.names}")
        return ConfusionMatrix(self.names, self.pixels + other.pixels)

    def counts(self, name: str) -> Counts:
        """Counts of one class against all others; ValueError if the matrix does not name it."""
        index = self.names.index(name)
        tp = int(self.pixels[index, index])
        fn = int(self.pixels[index].sum()) - tp
        fp = int(self.pixels[:, index].sum()) - tp
        return Counts(tp, fp, fn, int(self.pixels.sum()) - tp - fp - fn)

    def folded(self, names: Collection[str]) -> ConfusionMatrix:
        """The matrix with some structures counted as background, in the reference and in the prediction."""
        kept = [name for name in self.names if name == BACKGROUND or name not in names]
        target = np.array([kept.index(name) if name in kept else 0 for name in self.names])
        pixels = np.zeros((len(kept), len(kept)), np.int64)
        np.add.at(pixels, (target[:, None], target[None, :]), self.pixels)
        return ConfusionMatrix(tuple(kept), pixels)

    def accuracy(self) -> float:
        """Share of pixels whose class is right, over all classes; NaN without pixels. The background dominates it."""
        total = int(self.pixels.sum())
        return int(np.trace(self.pixels)) / total if total else math.nan

    def mean_iou(self) -> float:
        """Mean IoU over background and structures that are in reference or prediction; NaN without pixels.

        With one structure it is the two-class mean IoU. A missed structure counts as 0, it is never left out.
        """
        values = [iou(self.counts(name)) for name in self.names]
        present = [value for value in values if not math.isnan(value)]
        return sum(present) / len(present) if present else math.nan


def confusion(reference: LabelMap, prediction: LabelMap, *, where: str = "prediction") -> ConfusionMatrix:
    """Count every pair of classes once.

    Structures are matched by name, whatever their values (`match_structures`). One that only the prediction names
    counts as background, for the reference says nothing about it; one that only the reference names was not predicted.

    Args:
        reference: labels (*space); its scheme gives the classes.
        prediction: labels of the same shape, under its own scheme.
        where: the case, for the message.

    Raises:
        InputError: the shapes differ, or the names cannot be matched.
    """
    if reference.grid.shape != prediction.grid.shape:
        raise InputError(
            where,
            f"the prediction's shape {prediction.grid.shape} differs from the reference's {reference.grid.shape}",
            "Give masks on the grid of the image they belong to",
        )
    names = (BACKGROUND, *reference.scheme.names)
    matched = match_structures(reference.scheme, prediction.scheme, where=where)
    rows = _positions(reference.scheme, reference.scheme.names)
    columns = _positions(prediction.scheme, [matched.get(name) for name in reference.scheme.names])
    pairs = _count_pairs(reference.array, prediction.array, rows, columns, len(names))
    return ConfusionMatrix(names, pairs)


def _positions(scheme: Scheme, names: Iterable[str | None]) -> NDArray[np.intp]:
    """A table (value,) from a value of the scheme to its class: the place of its name among `names`, from 1, else 0."""
    table = np.zeros(max(scheme.values) + 1, np.intp)
    for position, name in enumerate(names, start=1):
        if name is not None:
            table[scheme.value(name)] = position
    return table


def _count_pairs(
    reference: NDArray[np.unsignedinteger],
    prediction: NDArray[np.unsignedinteger],
    rows: NDArray[np.intp],
    columns: NDArray[np.intp],
    size: int,
) -> NDArray[np.int64]:
    """Pixels of each pair of classes.

    Args:
        reference: labels (*space).
        prediction: labels, the same shape.
        rows: (value,) class of each reference label, 0 to size - 1.
        columns: (value,) class of each predicted label, 0 to size - 1.
        size: number of classes, the background included.

    Returns:
        (size, size) int64, rows are classes of the reference.
    """
    joint = rows * size
    left, right = reference.ravel(), prediction.ravel()
    pairs = np.zeros(size * size, np.int64)
    for start in range(0, left.size, _BLOCK):
        block = slice(start, start + _BLOCK)
        pairs += np.bincount(joint[left[block]] + columns[right[block]], minlength=size * size)
    return pairs.reshape(size, size)
