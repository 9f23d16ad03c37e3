"""The cases of two groups side by side: what is in both, what is not, and what must not be compared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medunet.cases.names import listed
from medunet.errors import InputError
from medunet.scoring import Score
from medunet.studies.paired_subjects import PairedSubjects
from medunet.workflows.compare_groups import Group
from medunet.workflows.compare_input import Entry, Figure, value_of


@dataclass(frozen=True, eq=False)
class Pairing:
    """One figure of two groups.

    Attributes:
        unit: of the metric.
        cases: those with a value on both sides, sorted.
        first, second: (cases,) values, over seeds their mean.
        pairs: their subjects.
        only_first, only_second: cases that are on both sides and have a value on one.
        neither: cases that are on both sides and have a value on none.
        other_unit: cases whose values have different units.
    """

    unit: str
    cases: tuple[str, ...]
    first: NDArray[np.float64]
    second: NDArray[np.float64]
    pairs: PairedSubjects
    only_first: tuple[str, ...]
    only_second: tuple[str, ...]
    neither: tuple[str, ...]
    other_unit: tuple[str, ...]


def refuse_trained(entries: Sequence[Entry]) -> None:
    """Refuse where a case or subject that one run is scored on was seen by another in training.

    A case that is in the same part of both, train or val, gives neither an advantage; their evaluations say what it is.

    Raises:
        InputError: names the runs and the cases.
    """
    for learner in entries:
        if learner.run is None:
            continue
        seen = {case: split for case, (_, split) in learner.run.split_of.items() if split in ("train", "val")}
        people = {subject for subject, split in learner.run.split_of.values() if split in ("train", "val")}
        for other in entries:
            if other is learner:
                continue
            wrong = sorted(
                case
                for case, who in other.subject_of.items()
                if (case in seen or who in people) and seen.get(case) != _part(other, case)
            )
            if wrong:
                what = (
                    f"{len(wrong)} of {len(other.subject_of)} scored cases are training or validation cases of "
                    f"{learner.name} ({listed(wrong)})"
                )
                raise InputError(other.name, what, "Compare runs of one split (the same split.seed and data)")


def _part(entry: Entry, case: str) -> str:
    """The part of its own data that a case is in for a run; "" for a table, and where it is in none."""
    return "" if entry.run is None else entry.run.split_of.get(case, ("", ""))[1]


def refuse_other_subjects(entries: Sequence[Entry]) -> None:
    """Refuse where tables say of one case that it shows different subjects.

    Raises:
        InputError: names the case.
    """
    first = entries[0]
    for other in entries[1:]:
        both = first.subject_of.keys() & other.subject_of.keys()
        if wrong := sorted(case for case in both if first.subject_of[case] != other.subject_of[case]):
            what = f"{len(wrong)} cases have another subject than in {first.name} ({listed(wrong)})"
            raise InputError(other.name, what, "Give both tables the same column subject")


def common_cases(groups: Iterable[Group]) -> frozenset[str]:
    """Cases that every member of the groups has rows of."""
    members = [set(entry.subject_of) for group in groups for entry in group.members]
    return frozenset(set.intersection(*members))


def figures_in(group: Group) -> tuple[Figure, ...]:
    """Figures that every member has, in their order."""
    first, *others = group.members
    return tuple(figure for figure in first.figures if all(figure in other.figures for other in others))


def pair(first: Group, second: Group, figure: Figure) -> Pairing:
    """Values of one figure on the cases that both groups have."""
    cases = sorted(common_cases([first, second]))
    subject_of = first.members[0].subject_of
    sides = [{case: _value(group, figure, case) for case in cases} for group in (first, second)]
    one, two = sides
    both = [case for case in cases if one[case] is not None and two[case] is not None]
    units = {case: _units([first, second], figure, case) for case in both}
    mixed = tuple(case for case in both if len(units[case]) > 1)
    both = [case for case in both if len(units[case]) == 1]
    numbers = [np.array([side[case] for case in both], dtype=np.float64) for side in sides]
    return Pairing(
        next(iter(units[both[0]])) if both else "",
        tuple(both),
        numbers[0],
        numbers[1],
        PairedSubjects.of([subject_of[case] for case in both], *numbers),
        tuple(case for case in cases if one[case] is not None and two[case] is None),
        tuple(case for case in cases if one[case] is None and two[case] is not None),
        tuple(case for case in cases if one[case] is None and two[case] is None),
        mixed,
    )


def by_seed(group: Group, figure: Figure, pairing: Pairing) -> NDArray[np.float64]:
    """(member, subject) means over the subject's cases of a pairing."""
    subject_of = group.members[0].subject_of
    codes = np.unique([subject_of[case] for case in pairing.cases], return_inverse=True)[1]
    rows = np.bincount(codes)
    return np.array(
        [
            np.bincount(codes, [value_of(entry.figures[figure][case]) or 0.0 for case in pairing.cases]) / rows
            for entry in group.members
        ]
    )


def _scores(group: Group, figure: Figure, case: str) -> list[Score | None]:
    return [_row(entry.figures, figure, case) for entry in group.members]


def _row(figures: Mapping[Figure, Mapping[str, Score]], figure: Figure, case: str) -> Score | None:
    return figures.get(figure, {}).get(case)


def _value(group: Group, figure: Figure, case: str) -> float | None:
    """The mean over members; None where one of them has no value."""
    values = [None if score is None else value_of(score) for score in _scores(group, figure, case)]
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if len(known) == len(values) else None


def _units(groups: Sequence[Group], figure: Figure, case: str) -> frozenset[str]:
    """The units of a case's values."""
    return frozenset(score.unit for group in groups for score in _scores(group, figure, case) if score is not None)
