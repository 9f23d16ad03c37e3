"""A batch: many cases, each done for itself, for predict, measure and convert.

One that fails fails alone and is named in `failed.csv`; what is done is saved now and then, and once more where the
batch is stopped, so that the same call goes on from there.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from medunet.cases import Case
from medunet.cases.table import plain_cell
from medunet.errors import InputError, OutputError
from medunet.images import remove, write_csv
from medunet.workflows.progress import Progress

FAILED = "failed.csv"
FAILED_COLUMNS = ("case", "file", "reason")

SAVE_EVERY, SAVE_SHARE = 50, 20
"""Cases after which what is done is saved again; of a large batch, one part in so many of what is done. A call that is
killed loses little, and the saving stays a small part of the work."""


def run_batch(
    doing: str,
    left: Sequence[Case],
    one: Callable[[Case], None],
    *,
    files: Callable[[Case], Iterable[Path]],
    save: Callable[[], None],
    kept: int,
    progress: Progress,
) -> dict[str, str]:
    """Do every case.

    Args:
        doing: the task as progress names it.
        left: the cases to do.
        one: does a case; an InputError is that case's failure, all else ends the batch.
        files: what a case becomes; a case that fails now has none from before it failed.
        save: writes down what is done so far.
        kept: how many cases were done before.
        progress: is told how it goes; of each remedy once.

    Returns:
        Case → reason, for those that failed.
    """
    failed: dict[str, str] = {}
    told: set[str] = set()
    due = _next(0, kept)
    if left:
        progress.begin(doing, len(left))
    try:
        for number, case in enumerate(left, start=1):
            try:
                one(case)
            except InputError as fault:
                failed[case.id] = f"{fault.what}. {fault.remedy}"
                for path in files(case):
                    remove(path)
                progress.say(f"{case.id}: {fault.what}" + ("" if fault.remedy in told else f". {fault.remedy}."))
                told.add(fault.remedy)
            progress.advance(number, case.id)
            if number == due:
                save()
                due = _next(number, kept)
    except BaseException:  # Ctrl-C, a full disk: what is done is done
        with suppress(OutputError):
            save()
        raise
    finally:
        progress.end()
    return failed


def write_failed(folder: Path, cases: Iterable[Case], failed: Mapping[str, str]) -> None:
    """failed.csv, in the order in which they failed; taken away where none did."""
    files = {case.id: case.images[0].name for case in cases}
    if failed:
        write_csv(folder / FAILED, FAILED_COLUMNS, [[case, files[case], why] for case, why in failed.items()])
    else:
        remove(folder / FAILED)


def read_rows(path: Path) -> list[dict[str, str]]:
    """The rows of a table that an earlier call wrote; none where there is no table, or one that others have changed.

    Returns:
        Column → cell, cells as they were meant; every row has all columns.
    """
    try:
        with path.open(newline="", encoding="utf-8") as file:
            header, *rows = [[plain_cell(cell) for cell in row] for row in csv.reader(file, strict=True)]
            return [dict(zip(header, row, strict=True)) for row in rows]
    except (OSError, ValueError, csv.Error):
        return []


def unchanged(results: Iterable[Path], sources: Iterable[Path]) -> bool:
    """Whether all results are there and no source is younger than one of them."""
    try:
        written = min(path.stat().st_mtime_ns for path in results)
        return max(path.stat().st_mtime_ns for path in sources) <= written
    except OSError:
        return False


def _next(number: int, kept: int) -> int:
    """The case after which is saved next; `number` is done in this call, `kept` were before."""
    return number + max(SAVE_EVERY, (number + kept) // SAVE_SHARE)
