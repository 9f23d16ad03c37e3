"""Checks of what the table says against the files and against itself (MU108, MU109)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from medunet.auditing.check import Finding, NotApplicableError
from medunet.auditing.evidence import Evidence, file_of, mask_of
from medunet.cases import Case

RATIO_STEP = 0.02
"""Difference of a table's cardiothoracic ratio from the mask's that two ways of measuring do not explain."""

_NO_FINDING = ("no finding", "normal")
_FINDINGS = ("findings", "finding labels", "labels")
_ONE_DAY = 1.0  # years by which a birthday may move an age


def table_against_files(evidence: Evidence) -> list[Finding]:
    """Widths, heights and cardiothoracic ratios of the table that are not those of image and mask."""
    told = [name for name in ("width", "height", "ctr") if any(case.tag(name) for case in evidence.cases)]
    if not told:
        raise NotApplicableError("the table has no column width, height or ctr")
    found = []
    for case, film in evidence.flat:
        for name, real in (("height", film.shape[0]), ("width", film.shape[1])):
            said = _number(case.tag(name))
            if said is not None and said != real:
                cause = f"the table says {name} {said:g}, the image has {real}"
                found.append(Finding((case.id,), file_of(case), cause, "Was the image exchanged? Correct one", real))
    for case, drawn in evidence.drawn:
        said = _number(case.tag("ctr"))
        if said is not None and drawn.ctr is not None and abs(said - drawn.ctr) > RATIO_STEP:
            cause = f"the table says ctr {said:.3f}, the mask gives {drawn.ctr:.3f}"
            remedy = "Was the mask exchanged or changed? Measure again"
            found.append(Finding((case.id,), mask_of(case), cause, remedy, round(drawn.ctr - said, 3)))
    return found


def contradictions(evidence: Evidence) -> list[Finding]:
    """Subjects of two sexes, ages that fall while the ids count up, no finding beside a finding."""
    if not any(case.tag("sex", "gender", "age", *_FINDINGS) for case in evidence.cases):
        raise NotApplicableError("the table has no column sex, age or findings")
    members: dict[str, list[Case]] = {}
    for case in evidence.cases:
        members.setdefault(case.subject, []).append(case)
    groups = [sorted(group, key=lambda case: case.id) for group in members.values()]
    return [*_two_sexes(groups), *_falling_ages(groups), *_finding_and_none(evidence.cases)]


def _two_sexes(groups: list[list[Case]]) -> Iterator[Finding]:
    for group in groups:
        first = {word.lower(): case for case in group if (word := case.tag("sex", "gender"))}
        if len(first) > 1:
            where = ", ".join(f"{case.id} ({word.upper()})" for word, case in sorted(first.items()))
            ids = tuple(case.id for case in first.values())
            cause = f"one subject has {len(first)} sexes: {where}"
            yield Finding(ids, file_of(group[0]), cause, "Correct the sex, or tell the subjects apart")


def _falling_ages(groups: list[list[Case]]) -> Iterator[Finding]:
    """One finding for all subjects: where ids count up in time, many at once say that they do not."""
    falls = []
    for group in groups:
        known = [(case, case.age) for case in group if case.age is not None]
        pairs = [(later, a - b) for (_, a), (later, b) in pairwise(known) if a - b > _ONE_DAY]
        if pairs:
            falls.append((group[0], *max(pairs, key=lambda pair: pair[1])))
    if falls:
        _, worst, years = max(falls, key=lambda fall: fall[2])
        ids = (worst.id, *(case.id for _, case, _ in falls if case is not worst))
        cause = f"{len(falls)} subjects grow younger while their ids count up, by {years:g} years before {worst.id}"
        yield Finding(ids, file_of(worst), cause, "Do not take the order of ids for the order in time", float(years))


def _finding_and_none(cases: tuple[Case, ...]) -> Iterator[Finding]:
    for case in cases:
        words = [word.strip().lower() for word in (case.tag(*_FINDINGS) or "").split("|")]
        if len(words) > 1 and (none := next((word for word in words if word in _NO_FINDING), None)):
            yield Finding((case.id,), file_of(case), f"has {none!r} beside another finding", "Correct the cell")


def _number(text: str | None) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return None
