"""evaluate --calibrate: the model again, in a folder of its own, with intervals from the cases that were evaluated."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from medunet.errors import InputError, UsageError
from medunet.measuring import Intervals
from medunet.measuring.conformal import fewest
from medunet.workflows.card import with_intervals
from medunet.workflows.interval_words import MAIN, interval_sentence
from medunet.workflows.output import Reserved, reserve
from medunet.workflows.progress import Progress

if TYPE_CHECKING:
    from medunet.workflows.evaluation import Evaluation, Task

SOURCE = "cases of evaluate"
"""Where the errors come from, as the intervals say it."""

OPTION = "--calibrate"


def refuse_recalibration(task: Task, folder: Path) -> None:
    """Refuse before anything is predicted what cannot give intervals.

    Raises:
        UsageError: masks have no model, or the folder is that of the scores.
        InputError: cases are training or validation cases of the model, or there are too few subjects.
    """
    if task.model is None:
        raise UsageError(OPTION, "needs a model: masks have nothing to calibrate", "Give a run or a model")
    if folder.resolve() == task.folder.resolve():
        raise UsageError(OPTION, "names the folder of the scores", "Choose another folder")
    if task.caution:
        what = "holds training or validation cases of the model"
        raise InputError(task.cases.source, what, "Give other cases: its intervals need films that it has not seen")
    subjects = len({case.subject for case in task.cases})
    if subjects < fewest():
        what = f"has {subjects} subjects; intervals need at least {fewest()}"
        raise InputError(task.cases.source, what, "Give more")


@contextmanager
def reserved_for(task: Task, folder: Path | None, *, overwrite: bool) -> Iterator[Reserved | None]:
    """Keep the folder of the recalibrated model from other processes; None where there is to be none."""
    if folder is None:
        yield None
        return
    refuse_recalibration(task, folder)
    with reserve(folder, task.identity | {"command": "evaluate --calibrate"}, overwrite=overwrite) as place:
        yield place


def recalibrate(done: Evaluation, task: Task, place: Reserved, progress: Progress) -> None:
    """Write the model with intervals from the errors of the evaluated cases.

    Raises:
        InputError: too few of their subjects have a ratio.
        OutputError: the folder holds what is read, or cannot be written.
    """
    from medunet.prediction.recalibrated import OWNED, model_files, write_recalibrated

    found = Intervals.of(done.errors, SOURCE)
    why = found if isinstance(found, str) else found.why_none(MAIN)
    if isinstance(found, str) or why:
        raise InputError(task.cases.source, f"gives no intervals: {why}", "Give more cases; the scores are written")
    if task.model is None:
        raise ValueError("refuse_recalibration comes first")
    place.claim(OWNED, reads=[*model_files(task.model), *(path for case in task.cases for path in case.paths)])
    card = with_intervals(task.card, found)
    write_recalibrated(task.model, place.folder, str(task.identity["model"]), found, card)
    progress.say(f"{interval_sentence(found)} The model with them: {place.folder}")
