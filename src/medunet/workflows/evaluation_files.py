"""What evaluate writes beside its page: its figures as SVG and PNG, and the numbers behind them as CSV."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from medunet.images import write_csv
from medunet.reports import confusion_figure, curves, dice_by_structure, measurement_agreement, roc_figure, save
from medunet.scoring import ROC_COLUMNS, ConfusionMatrix, roc_rows
from medunet.workflows.calibration_figures import CALIBRATION_COLUMNS
from medunet.workflows.evaluation import Evaluation, Task
from medunet.workflows.evaluation_roc import roc_curves, roc_drawn

CONFUSION_COLUMNS = ("reference", "found_as", "pixels", "share_of_reference")
"""The columns of `confusion.csv`, in order."""


def write_figures(done: Evaluation, task: Task, folder: Path) -> None:
    """The page's figures as SVG and PNG."""
    kinds: tuple[Literal["svg", "png"], ...] = ("svg", "png")
    if task.log:
        save(curves(task.log), folder / "curves", kinds)
    save(dice_by_structure(done.scores), folder / "dice", kinds)
    if done.matrix is not None:
        save(confusion_figure(done.matrix.names, done.matrix.pixels), folder / "confusion", kinds)
    if done.roc.counts:
        save(roc_figure(*roc_drawn(done)), folder / "roc", kinds)
    if done.ratios:
        reference, predicted = zip(*done.ratios.values(), strict=True)
        save(measurement_agreement(reference, predicted, "CTR"), folder / "ctr", kinds)


def write_tables(done: Evaluation, task: Task, folder: Path) -> None:
    """The numbers behind the figures as CSV, where there are any."""
    if task.log:
        columns = tuple(dict.fromkeys(name for row in task.log for name in row))
        write_csv(folder / "curves.csv", columns, [[row.get(name) for name in columns] for row in task.log])
    if done.matrix is not None:
        write_csv(folder / "confusion.csv", CONFUSION_COLUMNS, _confusion_rows(done.matrix))
    if done.roc.counts:
        write_csv(folder / "roc.csv", ROC_COLUMNS, roc_rows(roc_curves(done)))
    if done.calibration.estimates:
        write_csv(folder / "calibration.csv", CALIBRATION_COLUMNS, done.calibration.rows())


def _confusion_rows(matrix: ConfusionMatrix) -> Iterator[tuple[object, ...]]:
    """A row for every pair of classes; no share where the reference does not hold the class."""
    for name, row in zip(matrix.names, matrix.pixels, strict=True):
        total = int(row.sum())
        for other, pixels in zip(matrix.names, row, strict=True):
            yield name, other, int(pixels), int(pixels) / total if total else None
