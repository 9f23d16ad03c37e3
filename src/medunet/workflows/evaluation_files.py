"""What evaluate writes beside its page and its figures: the numbers behind them as CSV."""

from __future__ import annotations

from pathlib import Path

from medunet.images import write_csv
from medunet.scoring import ROC_COLUMNS, roc_rows
from medunet.workflows.calibration_figures import CALIBRATION_COLUMNS
from medunet.workflows.evaluation import Evaluation, Task
from medunet.workflows.evaluation_drawings import CONFUSION_COLUMNS, confusion_rows
from medunet.workflows.evaluation_roc import roc_curves


def write_tables(done: Evaluation, task: Task, folder: Path) -> None:
    """The numbers behind the figures as CSV, where there are any."""
    if task.log:
        columns = tuple(dict.fromkeys(name for row in task.log for name in row))
        write_csv(folder / "curves.csv", columns, [[row.get(name) for name in columns] for row in task.log])
    if done.matrix is not None:
        write_csv(folder / "confusion.csv", CONFUSION_COLUMNS, confusion_rows(done.matrix))
    if done.roc.counts:
        write_csv(folder / "roc.csv", ROC_COLUMNS, roc_rows(roc_curves(done)))
    if done.calibration.estimates:
        write_csv(folder / "calibration.csv", CALIBRATION_COLUMNS, done.calibration.rows())
