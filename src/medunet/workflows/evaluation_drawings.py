"""Figures of evaluate's page with the numbers behind them."""

from __future__ import annotations

from collections.abc import Iterator

from medunet.reports import (
    Drawing,
    Numbers,
    confusion_figure,
    curves,
    dice_by_structure,
)
from medunet.reports.drawing import Number
from medunet.scoring import ConfusionMatrix
from medunet.workflows.evaluation import Evaluation, Task

CONFUSION_COLUMNS = ("reference", "found_as", "pixels", "share_of_reference")
"""The columns of `confusion.csv`, in order."""


def dice_drawing(done: Evaluation) -> Drawing:
    """Dice of every case by structure."""
    rows = [(s.case, s.subject, s.structure, s.value, s.reason) for s in done.scores if s.metric == "dice"]
    numbers = Numbers.of(("case", "subject", "structure", "dice", "reason"), rows)
    alt = "Dice of every case by structure." + "".join(
        f" {s.structure}: median {s.median:.3f}, worst {s.minimum:.3f}."
        for s in done.summaries
        if s.metric == "dice" and s.median is not None and s.minimum is not None
    )
    return Drawing.of(dice_by_structure(done.scores), alt, name="dice", numbers=numbers)


def confusion_drawing(matrix: ConfusionMatrix) -> Drawing:
    """How often a class of the reference was found as which."""
    numbers = Numbers.of(CONFUSION_COLUMNS, confusion_rows(matrix))
    alt = "Confusion matrix of all pixels; rows are classes of the reference. " + " ".join(
        f"{name}: {row[index] / row.sum():.1%} found as such."
        for index, (name, row) in enumerate(zip(matrix.names, matrix.pixels, strict=True))
        if row.sum()
    )
    return Drawing.of(confusion_figure(matrix.names, matrix.pixels), alt, name="confusion", numbers=numbers)


def curves_drawing(task: Task) -> Drawing:
    """Losses and Dice of the training by epoch, with the epoch whose weights were kept."""
    columns = tuple(dict.fromkeys(name for row in task.log for name in row))
    numbers = Numbers.of(columns, [[row.get(name) for name in columns] for row in task.log])
    kept = task.record.get("best_epoch")
    alt = f"Loss and validation Dice over {len(task.log)} epochs." + (f" Weights of epoch {kept} kept." if kept else "")
    wide, narrow = (curves(task.log, best=kept, stacked=one) for one in (False, True))
    return Drawing.of(wide, alt, narrow=narrow, name="curves", numbers=numbers)


def confusion_rows(matrix: ConfusionMatrix) -> Iterator[tuple[Number, ...]]:
    """A row for every pair of classes; no share where the reference does not hold the class."""
    for name, row in zip(matrix.names, matrix.pixels, strict=True):
        total = int(row.sum())
        for other, pixels in zip(matrix.names, row, strict=True):
            yield name, other, int(pixels), int(pixels) / total if total else None
