"""Shapes of lungs and heart that speak of exchanged, mirrored or slipped masks."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medunet.auditing.chest_traits import traits_of
from medunet.images import LabelMap
from medunet.measuring import MEASURES, Exam, Film, Midline


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
    traits: tuple[tuple[str, float], ...] = ()


def shape_of(
    labels: LabelMap, annotated: Collection[str] | None, plane: NDArray[np.float32] | None = None
) -> ChestShape | None:
    """The shape of a film's chest, or None where the map names no lungs and no heart, or is a volume.

    Args:
        labels: (row, column) labels.
        annotated: the structures that were looked for; None for all.
        plane: (row, column) grey of the film in which dense is bright, or None.
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
        traits=tuple(traits_of((chest.sides[0], chest.sides[1]), heart, plane).items()),
    )


def _right_share(heart: NDArray[np.bool_], line: Midline) -> float:
    """Share of the heart (row, column) on the picture's left of the body's midline."""
    border = line.column_at(0) + line.slope * np.arange(heart.shape[0])
    left = np.arange(heart.shape[1]) < border[:, None]
    return float(np.count_nonzero(heart & left) / np.count_nonzero(heart))
