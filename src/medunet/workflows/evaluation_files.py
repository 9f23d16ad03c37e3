"""What evaluate writes beside its page and its figures, whose numbers lie with them: the calibration as CSV."""

from __future__ import annotations

from pathlib import Path

from medunet.images import write_csv
from medunet.workflows.calibration_figures import CALIBRATION_COLUMNS
from medunet.workflows.evaluation import Evaluation


def write_tables(done: Evaluation, folder: Path) -> None:
    """The tables that no figure shows, where there are any."""
    if done.calibration.estimates:
        write_csv(folder / "calibration.csv", CALIBRATION_COLUMNS, done.calibration.rows())
