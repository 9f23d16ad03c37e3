"""Pictures of the cases on which runs differ most: the baseline's outlines beside the other's, on the same film."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from medunet.cases import Case
from medunet.errors import InputError, MedunetError
from medunet.reports import Picture
from medunet.workflows.compare_input import Entry
from medunet.workflows.comparison import Comparison
from medunet.workflows.evaluation import Task
from medunet.workflows.evaluation_pictures import scored_picture
from medunet.workflows.progress import SILENT, Progress

CASES = 4
"""Cases of each comparison that are shown, each by two pictures."""

MOST = 24
"""Pictures of a page: where many runs are compared, the first ones have theirs."""

TABLE = "is known by its scores alone, and its masks are not there to be drawn"


@dataclass(frozen=True, eq=False)
class DifferencePictures:
    """Pictures of a comparison.

    Attributes:
        of: other → two pictures of each case, the baseline's first.
        reason: why some or all are missing, or "".
    """

    of: Mapping[str, tuple[Picture, ...]] = field(default_factory=dict)
    reason: str = ""


def largest_differences(done: Comparison, other: str) -> list[tuple[str, str, float, float]]:
    """(figure, case, baseline, other) of every case that differs, the largest difference first.

    Differences of several metrics or units are held against the largest of their own: a millimetre is no Dice of 1.
    """
    found = [
        ((one.metric, one.pairing.unit), (one.name, case, a, b))
        for one in done.differences
        if one.other == other
        for case, a, b in zip(one.pairing.cases, one.pairing.first.tolist(), one.pairing.second.tolist(), strict=True)
        if a != b
    ]
    largest: dict[tuple[str, str], float] = {}
    for kind, (_, _, a, b) in found:
        largest[kind] = max(largest.get(kind, 0.0), abs(b - a))
    found.sort(key=lambda row: (-abs(row[1][3] - row[1][2]) / largest[row[0]], row[1][0], row[1][1]))
    return [row for _, row in found]


def picture_key(case: str, group: str) -> str:
    """What a row of the table names a picture by."""
    return f"{case}, {group}"


def difference_pictures(
    done: Comparison, entries: Sequence[Entry], *, device: str = "auto", progress: Progress = SILENT
) -> DifferencePictures:
    """The pictures of the cases with the largest differences; the masks are made again by each run's model.

    Of a recipe with several seeds the first is shown. Nothing that is missing stops a comparison: it is the reason.

    Args:
        done: the comparison.
        entries: what was compared.
        device: on which films are predicted again.
        progress: is told.
    """
    by_name = {entry.name: entry for entry in entries}
    baseline, *others = done.groups
    found: dict[str, tuple[Picture, ...]] = {}
    tasks: dict[str, Task] = {}
    try:
        for other in others:
            cases = list(dict.fromkeys(case for _, case, _, _ in largest_differences(done, other)))[:CASES]
            if not cases or sum(map(len, found.values())) >= MOST:
                continue
            progress.say(f"drawing the films on which {other} differs most")
            for group in (baseline, other):
                tasks.setdefault(group, _task(by_name[done.groups[group][0]], device))
            made = [
                _picture(case, group, tasks[group], by_name[done.groups[group][0]])
                for case in cases
                for group in (baseline, other)
            ]
            if pictures := tuple(one for one in made if one is not None):
                found[other] = pictures
    except MedunetError as fault:
        return DifferencePictures(found, str(fault))
    return DifferencePictures(found)


def _task(entry: Entry, device: str) -> Task:
    """Where an entry's masks come from, as its evaluation recorded it.

    Raises:
        MedunetError: they are not known or not there any more.
    """
    from medunet.workflows.evaluation_source import find_task

    mark = _mark(entry)
    what, data = _recorded(entry, mark)
    task = find_task(what, data, split=mark.get("split"), out=None, allow_trained=True, device=device)
    if task.identity.get("model") != mark.get("model"):
        raise InputError(entry.name, "has other weights than were scored", "Evaluate it anew")
    return task


def _mark(entry: Entry) -> Mapping[str, Any]:
    """What the folder of scores says it was made of; empty where it says nothing."""
    try:
        mark = json.loads((entry.table.parent / ".medunet.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return mark if isinstance(mark, dict) else {}


def _recorded(entry: Entry, mark: Mapping[str, Any]) -> tuple[str | Path, str | None]:
    """What was evaluated, and on which data (None: a run's own).

    Raises:
        InputError: only the scores are there.
    """
    if "masks" in mark and "data" in mark:
        return str(mark["masks"]), str(mark["data"])
    if entry.run is not None and "data" in mark:
        return entry.table.resolve().parents[2], None if mark["data"] == "own" else str(mark["data"])
    raise InputError(entry.name, TABLE, "Give a run, or the folder of an evaluation of masks")


def _picture(name: str, group: str, task: Task, entry: Entry) -> Picture | None:
    """One film with the outlines of one entry and of the reference; None for volumes."""
    case = next((case for case in task.cases.cases if case.id == name), None)
    if case is None:
        raise InputError(name, "is not among the cases any more", "Restore the data")
    return _drawn(case, group, task, entry)


def _drawn(case: Case, group: str, task: Task, entry: Entry) -> Picture | None:
    image, reference = case.read_image(), case.read_target()
    try:
        labels = task.source(case, image).labels
    except InputError:
        labels = None  # not predicted: the film has the reference's outlines alone, and its Dice is 0
    scores = [score for score in entry.scores if score.case == case.id]
    made = scored_picture(case, image, labels, reference, scores, None)
    return made if made is None else replace(made, key=picture_key(case.id, group), caption=picture_key(case.id, group))
