"""The page of compare: what is shown and what is not, tests, differences, seeds, and where runs differ most."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from medunet.reports import (
    PROVENANCE,
    Block,
    Cell,
    Column,
    Gap,
    Link,
    Page,
    Paragraph,
    Pictures,
    Provenance,
    Section,
    Table,
)
from medunet.reports.numbers_in_text import interval, number, p_text, signed
from medunet.studies import Estimate
from medunet.workflows import surroundings
from medunet.workflows.compare_input import Entry
from medunet.workflows.comparison import Comparison, figure_name
from medunet.workflows.comparison_checklist import comparison_facts, run_record
from medunet.workflows.comparison_figures import difference_drawings, seed_drawings
from medunet.workflows.comparison_methods import comparison_methods
from medunet.workflows.comparison_pictures import DifferencePictures, largest_differences, picture_key
from medunet.workflows.comparison_words import digits_of, summary_of
from medunet.workflows.study_checklist import checklist_section

MOST = 12
"""Cases that are named where the runs differ most; `tables/subjects.csv` holds all subjects."""

PICTURED = (
    "The films on which they differ most, the baseline first. Coloured: the mask that was scored, a model's predicted "
    "again; white, dashed: reference."
)
NO_PICTURES = DifferencePictures()

SEEDS_RULE = (
    "The spread between seeds says how far another training of the same recipe would lie from this one. It is another "
    "question than the spread between subjects, which says how far another sample of people would. A difference of "
    "recipes is to be read against both: the interval with seeds adds each recipe's variance of seed means over its "
    "number of seeds to that of the subjects' differences over theirs."
)


def comparison_page(done: Comparison, entries: Sequence[Entry], pictures: DifferencePictures = NO_PICTURES) -> Page:
    """The page of `report.html`."""
    sections = [
        Section("Tests", (*_tests_tables(done), *_effects(done), _showable_note(done))),
        Section("Differences of subjects", difference_drawings(done) or (Paragraph("No case has a pair of values."),)),
        *_seeds_sections(done),
        Section("Where the runs differ most", _largest(done, pictures)),
        Section("Every run by itself", (_runs_table(done),)),
        Section("What differs between the runs", (_settings(done),)),
        *_not_compared(done),
        Section("Methods", (comparison_methods(done),)),
    ]
    titles = [*(section.title for section in sections), PROVENANCE]
    sections.append(checklist_section(comparison_facts(done, entries), titles))
    others = list(done.groups)[1:]
    return Page(
        title=f"medunet compare: {next(iter(done.groups))} and {len(others)} more" if len(others) > 1
        else f"medunet compare: {next(iter(done.groups))} and {others[0]}",
        command="medunet compare",
        summary=summary_of(done),
        sections=tuple(sections),
        provenance=_provenance(done, entries),
    )  # fmt: skip


def _tests_tables(done: Comparison) -> tuple[Table, Table]:
    """How far the runs lie apart, and the tests: two tables, so that both fit on a sheet of paper."""
    apart = (
        "figure",
        "other",
        Column("cases", numeric=True),
        Column("subjects", numeric=True),
        Column("baseline mean", 4, numeric=True),
        Column("other mean", 4, numeric=True),
        "mean difference (95 %)",
        "median difference (95 %)",
    )
    tests = ("figure", "other", "p, Wilcoxon", "p, Holm", "p, permutation", "p, permutation, Holm")
    rows: list[tuple[Cell, ...]] = []
    chances: list[tuple[Cell, ...]] = []
    for one in done.differences:
        pairs, found, digits = one.pairing.pairs, one.figures, digits_of(one)
        means: tuple[Cell, ...] = (Gap("none"), Gap("none"))
        if pairs.n:
            means = (float(pairs.first.mean()), float(pairs.second.mean()))
        both = (with_interval(found.mean, digits, sign=True), with_interval(found.median, digits, sign=True))
        rows.append((one.name, one.other, len(one.pairing.cases), pairs.n, *means, *both))
        ranks = (_p(p, found.wilcoxon.reason) for p in (found.wilcoxon.p_value, one.p_holm))
        flips = (_p(p, found.sign_flips.reason) for p in (found.sign_flips.p_value, one.p_holm_flips))
        chances.append((one.name, one.other, *ranks, *flips))
    caption = f"Differences are other − baseline ({next(iter(done.groups))})."
    return Table(apart, tuple(rows), caption), Table(tests, tuple(chances), f"Holm's family: {done.family}.")


def _effects(done: Comparison) -> tuple[Table]:
    header = ("figure", "other", "rank-biserial (95 %)", "d_z (95 %)", "difference shown with 80 % chance (95 %)")
    rows = [
        (
            one.name,
            one.other,
            with_interval(one.figures.rank_biserial, 2, sign=True),
            with_interval(one.figures.d_z, 2, sign=True),
            with_interval(one.figures.showable, digits_of(one)),
        )
        for one in done.differences
    ]
    return (Table(header, tuple(rows), "Effect sizes, and what so many subjects with this spread can show."),)


def _showable_note(done: Comparison) -> Paragraph:
    subjects = {one.pairing.pairs.n for one in done.differences if one.pairing.cases} or {0}
    many = f"{min(subjects)} to {max(subjects)}" if len(subjects) > 1 else f"{subjects.pop()}"
    return Paragraph(
        "The last column is the mean difference that a paired t test of one figure at 5 % would find in 80 % of "
        f"studies with {many} subjects; with Holm's correction it is larger. Smaller true differences will mostly stay "
        "unseen: no difference shown is not equality.",
        "note",
    )


def with_interval(one: Estimate, digits: int, *, sign: bool = False) -> str:
    """A figure with its limits or, in their place, the reason."""
    if one.value is None:
        return one.reason
    value = signed(one.value, digits) if sign else number(one.value, digits)
    return f"{value} ({interval(one, digits)})"


def _p(p: float | None, reason: str) -> str:
    return reason if p is None else p_text(p)


def _seeds_sections(done: Comparison) -> list[Section]:
    """Spread between seeds, apart from that between subjects."""
    if not done.seeds:
        return []
    header = (
        "recipe",
        "figure",
        Column("seeds", numeric=True),
        Column("mean", 4, numeric=True),
        Column("range of seeds", 4, numeric=True),
        "SD between seeds (95 %)",
        "SD between subjects (95 %)",
    )
    rows: list[tuple[Cell, ...]] = []
    for one in done.seeds:
        spread = one.spread
        mean: Cell = float(np.mean(spread.means)) if spread.means else Gap("no case")
        distance: Cell = Gap("one seed") if spread.range is None else spread.range
        figure = figure_name(one.structure, one.metric, one.against)
        both = (with_interval(spread.between_seeds, 5), with_interval(spread.between_subjects, 4))
        rows.append((one.group, figure, len(spread.means), mean, distance, *both))
    blocks: list[Block] = [*seed_drawings(done), Table(header, tuple(rows)), Paragraph(SEEDS_RULE, "note")]
    both_kinds = [one for one in done.differences if one.with_seeds is not None]
    if both_kinds:
        lines = tuple(
            (
                one.name,
                one.other,
                with_interval(one.figures.mean, digits_of(one), sign=True),
                with_interval(one.with_seeds, digits_of(one), sign=True) if one.with_seeds else "",
            )
            for one in both_kinds
        )
        header_both = ("figure", "other", "over subjects (95 %)", "over subjects and seeds (95 %)")
        caption = "Mean difference of recipes: for these trainings, and for other trainings of the same recipes."
        blocks.append(Table(header_both, lines, caption))
    return [Section("Seeds", tuple(blocks))]


def _largest(done: Comparison, pictures: DifferencePictures) -> tuple[Block, ...]:
    """The cases with the largest differences, a table for each other group, and pictures of the first of them."""
    blocks: list[Block] = []
    baseline = next(iter(done.groups))
    for other in list(done.groups)[1:]:
        header = ("case", "figure", Column("baseline", 4, numeric=True), Column("other", 4, numeric=True),
                  Column("difference", 4, numeric=True))  # fmt: skip
        rows = tuple(
            (Link(case, picture_key(case, other)), name, a, b, b - a)
            for name, case, a, b in largest_differences(done, other)[:MOST]
        )
        if rows:
            several = len({one.metric for one in done.differences}) > 1
            order = "the largest first" + (", each metric held against its own largest" if several else "")
            blocks.append(Table(header, rows, f"{other} − {baseline}, {order}"))
        if found := pictures.of.get(other):
            blocks.append(Pictures(found, PICTURED, large=True))
    if not blocks:
        return (Paragraph("The runs differ on no case."),)
    if pictures.reason:
        blocks.append(Paragraph(f"Pictures are missing: {pictures.reason}", "note"))
    return tuple(blocks)


def _runs_table(done: Comparison) -> Table:
    header = (
        "run",
        "figure",
        Column("cases", numeric=True),
        Column("subjects", numeric=True),
        Column("mean", 4, numeric=True),
        Column("missed, invented or not predicted", numeric=True),
    )
    rows: list[tuple[Cell, ...]] = []
    for side in done.sides:
        mean: Cell = Gap("none") if side.mean is None else side.mean
        figure = figure_name(side.structure, side.metric, side.against)
        rows.append((side.entry, figure, side.cases, side.subjects, mean, side.failures))
    caption = "Over all cases of each run; every subject weighs the same. Failures are in the means, in Dice as 0."
    return Table(header, tuple(rows), caption)


def _settings(done: Comparison) -> Block:
    if not done.settings:
        return Paragraph("Nothing that is known of them differs.")
    rows = tuple((key, *values) for key, values in done.settings)
    return Table(("key", *done.entries), rows, "Only what is not the same in all.")


def _not_compared(done: Comparison) -> list[Section]:
    """Cases and structures without a partner, counted and named."""
    rows: list[tuple[Cell, ...]] = []
    for name, cases in done.alone.items():
        rows.append((name, "cases that not all runs have", len(cases), _named(cases)))
    for name, structures in done.structures_alone.items():
        rows.append((name, "structures that not all runs have", len(structures), _named(structures)))
    for one in done.differences:
        pairing = one.pairing
        for who, what, cases in (
            (one.baseline, f"{one.name}: a value in this run alone", pairing.only_first),
            (one.other, f"{one.name}: a value in this run alone", pairing.only_second),
            (f"{one.baseline}, {one.other}", f"{one.name}: no value in either", pairing.neither),
            (f"{one.baseline}, {one.other}", f"{one.name}: values in different units", pairing.other_unit),
        ):
            if cases:
                rows.append((who, what, len(cases), _named(cases)))
    blocks: list[Block] = []
    if rows:
        caption = "Left out of the tests: a difference needs a value on both sides."
        blocks.append(Table(("run", "what", Column("number", numeric=True), "names"), tuple(rows), caption))
    blocks += [Paragraph(note + ".") for note in done.notes]
    return [Section("Not compared", tuple(blocks))] if blocks else []


def _named(names: Sequence[str], shown: int = 8) -> str:
    more = len(names) - shown
    return ", ".join(names[:shown]) + (f" and {more} more (tables/not-compared.csv)" if more > 0 else "")


def _provenance(done: Comparison, entries: Sequence[Entry]) -> Provenance:
    facts: list[tuple[str, tuple[tuple[str, str], ...]]] = []
    for entry in entries:
        known = [("scores.csv (sha256)", entry.sha256), ("rows", str(entry.rows))]
        if entry.run is not None:
            known += run_record(entry.run)
        facts.append((entry.name, tuple(known)))
    return Provenance(facts=(*facts, ("Versions", tuple(surroundings.versions().items()))))
