"""Checks for the same picture, or the same subject, more than once (MU5xx)."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from medunet.auditing.check import Finding, NotApplicableError, SkippedError
from medunet.auditing.evidence import Evidence, file_of
from medunet.auditing.likeness import Alike
from medunet.cases import Case
from medunet.cases.names import counted

Pair = tuple[Case, Case, Alike]

COPY = 0.975
"""Correlation from which two films of one subject are called copies; films of different days reach .96."""


def exact_copies(evidence: Evidence) -> list[Finding]:
    """Films with the same pixels under several names, whatever the file's format."""
    _need_two(evidence)
    remedy = "Keep one; a copy in test data is scored twice, one in training data leaks"
    return [
        Finding(_ids(group), file_of(group[0]), f"{len(group)} cases hold the same pixels ({_files(group)})", remedy,
                float(len(group)))
        for group in evidence.exact
    ]  # fmt: skip


def copies(evidence: Evidence) -> list[Finding]:
    """One picture of what pass for two subjects, stored differently: recompressed, resized, cut, mirrored, noisy."""
    _need_two(evidence)
    return _groups(
        [pair for pair in evidence.alike if pair[0].subject != pair[1].subject],
        lambda n: "one picture of two subjects" if n == 2 else f"{n} cases of several subjects show one picture",
        "Keep one, or give both their right subject",
    )


def copies_of_one_subject(evidence: Evidence) -> list[Finding]:
    """The same within one subject; those that only look alike, as films of different days do, are one finding."""
    _need_two(evidence)
    if len({case.subject for case in evidence.cases}) == len(evidence.cases):
        raise NotApplicableError("every case is of its own subject")
    pairs = [pair for pair in evidence.alike if pair[0].subject == pair[1].subject]
    found = _groups(
        [pair for pair in pairs if pair[2].correlation >= COPY],
        lambda n: f"{n} films of one subject are almost the same",
        "Films of different days may stay; of copies keep one",
    )
    series = sorted((group for group, _ in _joined([pair for pair in pairs if pair[2].correlation < COPY])), key=len)
    if series:
        ids = tuple(case.id for group in reversed(series) for case in group)
        subjects = len({group[0].subject for group in series})
        cause = (
            f"{len(ids)} films of {counted(subjects, 'subject')} look much like another film of the subject, "
            f"most of them {len(series[-1])} of one subject"
        )
        remedy = "Series of different days may stay, on one side of the split; a subject with many weighs much"
        found.append(Finding(ids, file_of(series[-1][0]), cause, remedy, float(len(ids))))
    return found


def subject_in_two_splits(evidence: Evidence) -> list[Finding]:
    """One subject on both sides."""
    _need_splits(evidence)
    members: dict[str, list[Case]] = {}
    for case in evidence.cases:
        if case.split is not None:
            members.setdefault(case.subject, []).append(case)
    shared = [group for group in members.values() if len({case.split for case in group}) > 1]
    remedy = "Put all cases of a subject into one split"
    found = []
    for group in shared:
        first = {case.split: case for case in reversed(group)}
        where = " and ".join(f"{case.id} ({split})" for split, case in sorted(first.items(), key=str))
        cause = f"one subject is in {len(first)} splits: {where}"
        cases = (*first.values(), *(case for case in group if case not in first.values()))
        found.append(Finding(_ids(cases), file_of(group[0]), cause, remedy, float(len(group))))
    return found


def copies_in_two_splits(evidence: Evidence) -> list[Finding]:
    """One picture on both sides, exactly or nearly, whatever the table calls its subject."""
    _need_splits(evidence)
    _need_two(evidence)
    pairs = [(one, other, "the same pixels") for group in evidence.exact for one, other in _crossing(group)]
    pairs += [(one, other, f"one picture{_how(alike)}") for one, other, alike in evidence.alike
              if _apart(one, other)]  # fmt: skip
    remedy = "Keep one of them, or put both into one split"
    return [
        Finding(_ids((one, other)), file_of(one), f"{one.split} and {other.split} hold {what} ({one.id}, {other.id})",
                remedy)
        for one, other, what in pairs
    ]  # fmt: skip


def _groups(pairs: list[Pair], words: Callable[[int], str], remedy: str) -> list[Finding]:
    """One finding for all cases that pairs join, so that a series of films does not drown the list."""
    found = []
    for group, own in _joined(pairs):
        least = min(alike.correlation for *_, alike in own)
        how = next((text for *_, alike in own if (text := _how(alike))), "")
        cause = f"{words(len(group))}{how} ({_files(group)}), correlation {least:.2f}"
        found.append(Finding(_ids(group), file_of(group[0]), cause, remedy, least))
    return found


def _joined(pairs: list[Pair]) -> list[tuple[list[Case], list[Pair]]]:
    """Cases joined by pairs, directly or over others, each group with its pairs."""
    group_of: dict[str, list[Case]] = {}
    for one, other, _ in pairs:
        first, second = group_of.get(one.id, [one]), group_of.get(other.id, [other])
        merged = first if first is second else [*first, *second]
        for case in merged:
            group_of[case.id] = merged
    once = {id(group): group for group in group_of.values()}
    return [(group, [pair for pair in pairs if group_of[pair[0].id] is group]) for group in once.values()]


def _crossing(group: Iterable[Case]) -> list[tuple[Case, Case]]:
    """One pair for each two splits that a group reaches."""
    first = list({case.split: case for case in reversed(list(group)) if case.split}.values())
    return [(one, other) for number, one in enumerate(first) for other in first[number + 1 :]]


def _apart(one: Case, other: Case) -> bool:
    return one.split is not None and other.split is not None and one.split != other.split


def _how(alike: Alike) -> str:
    return f", {alike.how}" if alike.how else ""


def _ids(cases: Iterable[Case]) -> tuple[str, ...]:
    return tuple(case.id for case in cases)


def _files(cases: list[Case] | tuple[Case, ...]) -> str:
    return ", ".join(file_of(case) for case in cases[:3]) + (", …" if len(cases) > 3 else "")


def _need_two(evidence: Evidence) -> None:
    if len(evidence.cases) < 2:
        raise NotApplicableError("there is one case only")
    if len(evidence.films) < 2:
        raise SkippedError("fewer than two images could be read")


def _need_splits(evidence: Evidence) -> None:
    if len({case.split for case in evidence.cases if case.split}) < 2:
        raise NotApplicableError("the data are not split")
