"""From entries to the tests of a family: which figures, which pairs, corrected together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from medunet.cases.names import counted, listed
from medunet.errors import InputError, UsageError
from medunet.scoring import INVENTED, MISSED, NOT_PREDICTED
from medunet.scoring.reasons import outcomes
from medunet.studies.holm import holm as corrected_p
from medunet.studies.paired_comparison import compare_pairs, corrected
from medunet.studies.paired_tests import least_wilcoxon_p
from medunet.studies.seed_spread import difference_over_seeds, seed_spread
from medunet.workflows.compare_groups import Group, differences, groups_of, seeds_alone
from medunet.workflows.compare_input import Entry, Figure, value_of
from medunet.workflows.compare_pairing import (
    by_seed,
    common_cases,
    figures_in,
    pair,
    refuse_other_subjects,
    refuse_trained,
)
from medunet.workflows.comparison import Comparison, Difference, Seeds, Side, figure_name, named

SEEDS_ONLY = (
    "these runs differ in their seed alone: the tests say how far two trainings of one recipe lie apart, not that a "
    "recipe is better"
)


def compared(
    folder: Path,
    entries: Sequence[Entry],
    metrics: Sequence[str],
    *,
    labels: Mapping[Path, str] | None = None,
    seed: int = 0,
) -> Comparison:
    """The comparison of entries with the first of them.

    Raises:
        UsageError: a metric that no table has.
        InputError: no case in common, cases that were trained on, other subjects of one case.
    """
    _check_metrics(entries, metrics)
    refuse_trained(entries)
    refuse_other_subjects(entries)
    groups = groups_of(entries, labels)
    common = common_cases(groups)
    if not common:
        what = f"has no case in common with {named([entry.name for entry in entries[1:]])}"
        raise InputError(entries[0].name, what, "Compare scores of the same cases")
    tests = _tests(groups, metrics, seed)
    if not tests:
        what = f"has none of {', '.join(metrics)} of a structure that all others have"
        raise InputError(entries[0].name, what, "Compare runs of the same structures, or give other --metrics")
    subjects = {entries[0].subject_of[case] for case in common}
    return Comparison(
        folder,
        {group.name: tuple(entry.name for entry in group.members) for group in groups},
        _family(tests, groups),
        tests,
        tuple(side for group in groups for entry in group.members for side in _sides(entry)),
        _spreads(groups, entries),
        differences([entry for group in groups for entry in group.members]),
        {entry.name: alone for entry in entries if (alone := tuple(sorted(set(entry.subject_of) - common)))},
        _structures_alone(entries),
        len(common),
        len(subjects),
        _cautions(entries, groups),
        tuple(note for entry in entries for note in entry.notes),
    )


def _check_metrics(entries: Sequence[Entry], metrics: Sequence[str]) -> None:
    known = dict.fromkeys(name for entry in entries for name in entry.known)
    if unknown := [name for name in metrics if name not in known]:
        what = f"{listed(unknown)} is in none of the tables"
        raise UsageError("--metrics", what, f"They have: {', '.join(known) or 'no row'}")


def _tests(groups: Sequence[Group], metrics: Sequence[str], seed: int) -> tuple[Difference, ...]:
    """Every figure of every group against the first group, corrected together."""
    baseline = groups[0]
    tests = []
    for other in groups[1:]:
        both = [figure for figure in figures_in(baseline) if figure in figures_in(other)]
        for figure in sorted(both, key=lambda one: metrics.index(one[1])):
            tests.append(_test(baseline, other, figure, seed))
    holm = corrected([test.figures.wilcoxon for test in tests])
    flips = corrected([test.figures.sign_flips for test in tests])
    made = [test.figures.wilcoxon.p_value is not None for test in tests]
    # Holm's p-values grow with those that come in: of the least ones come the least
    least = corrected_p(
        [least_wilcoxon_p(test.pairing.pairs) if one else None for test, one in zip(tests, made, strict=True)]
    )
    numbers = zip(tests, holm, flips, least, strict=True)
    return tuple(replace(test, p_holm=one, p_holm_flips=two, least_p=low) for test, one, two, low in numbers)


def _test(baseline: Group, other: Group, figure: Figure, seed: int) -> Difference:
    """One figure of two groups."""
    pairing = pair(baseline, other, figure)
    found = compare_pairs(pairing.pairs, seed=seed)
    with_seeds = None
    if max(len(baseline.members), len(other.members)) > 1 and pairing.cases:
        spreads = (seed_spread(by_seed(group, figure, pairing), len(pairing.cases)) for group in (baseline, other))
        with_seeds = difference_over_seeds(pairing.pairs, *spreads)
    return Difference(*figure, baseline.name, other.name, pairing, found, with_seeds=with_seeds)


def _family(tests: Sequence[Difference], groups: Sequence[Group]) -> str:
    """What was corrected together, in words."""
    figures = list(dict.fromkeys(test.name for test in tests))
    made = sum(test.p_holm is not None for test in tests)
    others = named([group.name for group in groups[1:]])
    words = f"{named(figures)} of {others} against {groups[0].name}: {counted(made, 'test')}"
    missing = len(tests) - made
    return words + (f"; {missing} more could not be made and are no part of it" if missing else "")


def _sides(entry: Entry) -> list[Side]:
    """Every figure of an entry over all of its cases."""
    sides = []
    for figure, rows in entry.figures.items():
        values = {case: value for case, score in rows.items() if (value := value_of(score)) is not None}
        codes = np.unique([entry.subject_of[case] for case in values], return_inverse=True)[1]
        mean = None
        if values:
            mean = float((np.bincount(codes, list(values.values())) / np.bincount(codes)).mean())
        failures = sum(bool({MISSED, INVENTED, NOT_PREDICTED} & outcomes(score.reason)) for score in rows.values())
        unit = next(iter(rows.values())).unit
        sides.append(Side(entry.name, *figure, unit, len(values), len(set(codes)), mean, failures))
    return sides


def _spreads(groups: Sequence[Group], entries: Sequence[Entry]) -> tuple[Seeds, ...]:
    """The spread between seeds of every group that has several, on the cases that all entries have."""
    several = [group for group in groups if len(group.members) > 1]
    if seeds_alone(entries):
        several = [Group("all runs", tuple(entries))]
    found = []
    for group in several:
        for figure in figures_in(group):
            pairing = pair(group, group, figure)
            spread = seed_spread(by_seed(group, figure, pairing), len(pairing.cases))
            found.append(Seeds(group.name, *figure, pairing.unit, group.seeds, spread))
    return tuple(found)


def _structures_alone(entries: Sequence[Entry]) -> dict[str, tuple[str, ...]]:
    """Structures of each entry that not all have."""
    own = {entry.name: list(dict.fromkeys(structure for structure, _, _ in entry.figures)) for entry in entries}
    common = set.intersection(*map(set, own.values()))
    return {
        name: alone for name, structures in own.items() if (alone := tuple(s for s in structures if s not in common))
    }


def _cautions(entries: Sequence[Entry], groups: Sequence[Group]) -> tuple[str, ...]:
    """What a reader must know before the numbers."""
    found = [f"{entry.name}: {entry.caution}" for entry in entries if entry.caution]
    if seeds_alone(entries):
        found.append(SEEDS_ONLY[:1].upper() + SEEDS_ONLY[1:] + ".")
    digests = {entry.run.record.get("data", {}).get("sha256") for entry in entries if entry.run is not None}
    if len(digests) > 1:
        found.append("The runs were not trained on the same data (its hashes differ): what differs may be the data.")
    weights = [entry.run.record.get("weights_sha256") for entry in entries if entry.run is not None]
    if len(set(weights)) < len(weights):
        found.append("Some runs have the same weights: they are one training, compared with itself.")
    if [group for group in groups if len(group.members) > 1] and min(len(group.members) for group in groups) == 1:
        single = [group.name for group in groups if len(group.members) == 1]
        found.append(f"{named(single)} has one seed: how far another would lie from it is not known.")
    return (*found, *_absent(entries))


def _absent(entries: Sequence[Entry]) -> list[str]:
    """Figures that only some entries have, besides those of structures that only some have."""
    lost = []
    structures = set.intersection(*({s for s, _, _ in entry.figures} for entry in entries))
    for figure in dict.fromkeys(figure for entry in entries for figure in entry.figures):
        without = [entry.name for entry in entries if figure not in entry.figures]
        if without and figure[0] in structures:
            lost.append(f"{figure_name(*figure)} is not in {named(without)} and is not compared.")
    return lost
