"""Pictures of evaluate's page: the worst, median and best cases first, then the others, a few kilobytes each."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from medunet.cases import Case
from medunet.errors import InputError
from medunet.images import Image, LabelMap
from medunet.reports import Picture, Pictures, Section, film_picture
from medunet.scoring import Score, best, median_cases, worst
from medunet.workflows.evaluation import Evaluation, Task
from medunet.workflows.measured import Statements, measure_case

SHOWN = 6
"""Pictures of the worst, of the median and of the best cases."""
MOST_BYTES = 3_900_000
"""All pictures together; the rest of a page under 5 MB is for tables and figures."""
CAPTION = "By mean Dice over structures. Coloured: prediction; white, dashed: reference."


@dataclass
class Gallery:
    """Pictures gathered while cases are scored, so that no case is predicted twice; the best give way to the others.

    Attributes:
        room: bytes that they may take on the page.
    """

    room: int = MOST_BYTES
    _heap: list[tuple[float, str, Picture]] = field(default_factory=list)
    _bytes: int = 0

    def add(self, picture: Picture | None, scores: Iterable[Score]) -> None:
        """Keep the picture of one case, and let go of those of the best cases where there is no room."""
        if picture is None:
            return
        dice = [s.value for s in scores if s.metric == "dice" and s.value is not None]
        merit = sum(dice) / len(dice) if dice else 0.0
        heapq.heappush(self._heap, (-merit, picture.key, picture))
        self._bytes += picture.weight
        while self._bytes > self.room:
            self._bytes -= heapq.heappop(self._heap)[2].weight

    def pictures(self) -> dict[str, Picture]:
        """Case → picture."""
        return {key: picture for _, key, picture in self._heap}


def scored_picture(
    case: Case,
    image: Image,
    labels: LabelMap | None,
    reference: LabelMap,
    scores: Iterable[Score],
    ratios: tuple[float, float] | None,
) -> Picture | None:
    """The film with the prediction's and the reference's outlines, and its numbers; None for volumes."""
    if image.grid.ndim != 2:
        return None
    measured = measure_case(labels, image, case, Statements()) if labels is not None else ()
    calipers = next((one.calipers for one in measured if one.name == "ctr"), ())
    facts = [*_facts(list(scores))]
    if ratios is not None:
        known, found = ratios
        facts.append(("CTR", f"{found:.3f} (reference {known:.3f})"))
    return film_picture(case.id, image, labels, reference=reference, calipers=calipers, caption=case.id, facts=facts)


def _facts(scores: Sequence[Score]) -> Iterable[tuple[str, str]]:
    """Dice and HD95 of every structure."""
    for one in scores:
        if one.metric == "dice":
            yield f"Dice, {one.structure}", "none" if one.value is None else f"{one.value:.3f}"
    for one in scores:
        if one.metric == "hd95" and one.value is not None:
            yield f"HD95, {one.structure}", f"{one.value:.1f} {one.unit}"


def picture_sections(done: Evaluation, task: Task) -> list[Section]:
    """Worst, median and best cases, then all others there are pictures of, folded; every case once."""
    sections: list[Section] = []
    seen: set[str] = set()
    for title, ids in (
        ("Worst cases", worst(done.scores, n=SHOWN)),
        ("Median cases", median_cases(done.scores, n=SHOWN)),
        ("Best cases", best(done.scores, n=SHOWN)),
    ):
        wanted = [case for case in ids if case not in seen]
        found = [picture for case in wanted if (picture := _picture(case, done, task)) is not None]
        seen |= set(wanted)
        if found:
            sections.append(Section(title, (Pictures(tuple(found), CAPTION),)))
    rest = [done.pictures[case.id] for case in task.cases.cases if case.id in done.pictures and case.id not in seen]
    if rest:
        unseen = len(task.cases.cases) - len(seen) - len(rest)
        words = f"All other cases but {unseen}, which scored best" if unseen else "All other cases"
        sections.append(Section("Other cases", (Pictures(tuple(rest), words, folded=True),)))
    return sections


def _picture(name: str, done: Evaluation, task: Task) -> Picture | None:
    """The picture that was kept, or one made anew; None where a file has gone."""
    if name in done.pictures:
        return done.pictures[name]
    case = next(case for case in task.cases.cases if case.id == name)
    try:
        image, reference = case.read_image(), case.read_target()
        labels = None if name in done.failed else task.source(case, image).labels
    except InputError:
        return None
    own = [score for score in done.scores if score.case == name]
    return scored_picture(case, image, labels, reference, own, done.ratios.get(name))
