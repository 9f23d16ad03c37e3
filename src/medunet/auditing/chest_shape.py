"""Shapes of lungs and heart that speak of exchanged, mirrored or slipped masks."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medunet.images import LabelMap
from medunet.measuring import MEASURES, Exam, Film, Midline
from medunet.measuring.outline import Outline

_ABOVE = 3  # pixels of 512 above the heart's upper border where the left lung is looked for


@dataclass(frozen=True, slots=True)
class ChestShape:
    """Numbers of one label map; see `Drawn` for each."""

    ctr: float | None = None
    tilt: float | None = None
    remarks: str = ""
    lung_share: float | None = None
    lung_factor: float | None = None
    exchanged: bool | None = None
    heart_right: float | None = None
    over_heart: float | None = None
    gap: float | None = None


def shape_of(labels: LabelMap, annotated: Collection[str] | None) -> ChestShape | None:
    """The shape of a film's chest, or None where the map names no lungs and no heart, or is a volume.

    Args:
        labels: (row, column) labels.
        annotated: the structures that were looked for; None for all.
    """
    if labels.grid.ndim != 2:
        return None
    exam = Exam.of(labels, Film(), annotated)
    if not exam.named:
        return None
    ratio, tilt = (next(iter(MEASURES[name](exam)), None) for name in ("ctr", "chest_tilt"))
    chest = exam.chest
    shape = {
        "ctr": ratio.value if ratio else None,
        "tilt": tilt.value if tilt else None,
        "remarks": ratio.reason if ratio else "",
    }
    if len(chest.sides) != 2:
        return ChestShape(**shape)  # type: ignore[arg-type]
    areas = [int(np.count_nonzero(side)) for side in chest.sides]
    heart = chest.heart.mask if chest.heart is not None and chest.heart.area else None
    told_apart = len(chest.lungs) == 2
    return ChestShape(
        **shape,  # type: ignore[arg-type]
        lung_share=sum(areas) / labels.array.size,
        lung_factor=max(areas) / min(areas),
        exchanged=chest.mirrored if told_apart else None,
        heart_right=None if heart is None else _right_share(heart, chest.midline),
        over_heart=_over(heart, chest.lungs[1].mask) if heart is not None and told_apart else None,
        gap=_gap(chest.sides, heart) if heart is not None else None,
    )


def _right_share(heart: NDArray[np.bool_], line: Midline) -> float:
    """Share of the heart (row, column) on the picture's left of the body's midline."""
    border = line.column_at(0) + line.slope * np.arange(heart.shape[0])
    left = np.arange(heart.shape[1]) < border[:, None]
    return float(np.count_nonzero(heart & left) / np.count_nonzero(heart))


def _over(heart: NDArray[np.bool_], left: NDArray[np.bool_]) -> float:
    """Share of the heart's columns on whose upper border the left lung (row, column) stands."""
    columns = np.flatnonzero(heart.any(axis=0))
    above = np.maximum(heart[:, columns].argmax(axis=0) - max(1, round(_ABOVE * heart.shape[0] / 512)), 0)
    return float(left[above, columns].mean())


def _gap(sides: tuple[NDArray[np.bool_], ...], heart: NDArray[np.bool_]) -> float | None:
    """Median distance of the lungs above the heart, over the chest's width; None where none lies beside the other."""
    one, other = Outline.of(sides[0]), Outline.of(sides[1])
    top = int(np.flatnonzero(heart.any(axis=1))[0])
    rows, at, with_ = np.intersect1d(one.rows, other.rows, return_indices=True)
    above = rows < top
    if not above.any():
        return None
    width = max(int(other.last.max()), int(one.last.max())) - min(int(one.first.min()), int(other.first.min())) + 1
    return float(np.median((other.first[with_] - one.last[at])[above]) / width)
