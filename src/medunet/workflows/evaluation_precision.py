"""What so many cases can show: the difference that two runs must have, the failures that a sample may not hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from medunet.reports import Block, Cell, Column, Gap, Paragraph, Section, Table
from medunet.scoring import ALL, LENGTHS, Summary
from medunet.studies import Estimate, IntervalShare
from medunet.studies.subgroup_levels import BLANK
from medunet.workflows.evaluation import Evaluation
from medunet.workflows.evaluation_intervals import why_none
from medunet.workflows.evaluation_subgroups import GAP_RULE, Subgroup, shown
from medunet.workflows.evaluation_tables import estimate_cell, in_words

PRECISION = "Precision"
SUBGROUPS = "Subgroups"
NAMES = {
    "dice": "Dice",
    "hd95": "HD95",
    "nsd": "NSD",
    "ctr_abs_error": "CTR, absolute error",
    "ctr_error": "CTR, error",
}
_PRECISE = ("dice", "hd95", "ctr_abs_error")
RULE = (
    "Difference: in the mean, that a second run on the same cases would show with 80 % power in a two-sided paired t "
    "test at 5 %. From one run nobody knows how the differences between two spread; it is taken for granted that the "
    "scores of both spread alike and correlate by 0.5. Runs that are more alike show smaller differences, and several "
    "tests at once need larger ones. Failed: missed, invented or not predicted, with Wilson's interval. The interval "
    "of a mean cannot know of failures that these cases do not show: what the upper limit allows may still happen."
)


def precision_section(done: Evaluation) -> Section:
    """A row for the figures that matter most, and what they suppose."""
    header = (
        "structure",
        "metric",
        "unit",
        Column("subjects", numeric=True),
        Column("smallest difference", 4, numeric=True),
        Column("failed", 1, unit="%", numeric=True),
    )
    rows: list[tuple[Cell, ...]] = []
    reasons: dict[str, Estimate] = {}
    for one in _precise(done):
        known = done.interval(one)
        showable: Cell = Gap("none") if known.showable.value is None else estimate_cell(known.showable)
        failed = estimate_cell(_percent(known.failed)) if one.structure != ALL else Gap("none of its own")
        rows.append((one.structure, NAMES[one.metric], one.unit, known.mean.subjects, showable, failed))
        reasons[f"{one.structure} {NAMES[one.metric]}"] = known.showable
    notes = [text.replace("interval", "smallest difference", 1) for text in why_none(reasons)]
    blocks: list[Block] = [Table(header, tuple(rows)), *(Paragraph(text, "note") for text in (*notes, RULE))]
    return Section(PRECISION, tuple(blocks))


def precision_sentence(done: Evaluation) -> str:
    """What a second run would have to differ by in mean Dice; "" where it cannot be said."""
    found = {}
    subjects = set()
    for one in done.summaries:
        if one.metric == "dice" and one.structure != ALL:
            known = done.interval(one)
            if known.showable.value is not None:
                found[one.structure] = f"{known.showable.value:.3f} ({one.structure})"
                subjects.add(known.showable.subjects)
    if not found:
        return ""
    who = f"{min(subjects)}" if len(subjects) == 1 else f"{min(subjects)} to {max(subjects)}"
    return (
        f"What {who} subjects can show: a second run on the same cases would be found different with 80 % power "
        f"(two-sided test at 5 %) if its mean Dice differed by {_or(list(found.values()))}, provided that the scores "
        "of both correlate by 0.5. Smaller differences may go unseen."
    )


def subgroup_section(done: Evaluation) -> list[Section]:
    """The scores by the columns asked for; no section where none was."""
    blocks: list[Block] = []
    for grouping in done.groupings:
        rows = shown(one for one in done.subgroups if one.column == grouping.column)
        caption = f"By {grouping.column}." if not grouping.rule else f"By {grouping.rule}."
        blocks.append(_subgroup_table(rows, caption))
        alone = [f"All cases are of one group: {grouping.largest}."] if len(grouping.known) == 1 else []
        blocks += [Paragraph(text, "note") for text in (*alone, *_without(rows))]
    if blocks:
        blocks.append(Paragraph(GAP_RULE, "note"))
    return [Section(SUBGROUPS, tuple(blocks))] if blocks else []


def held_sentence(held: IntervalShare, calibrating: int = 0) -> str:
    """Whether the intervals of predicted ratios hold what they say.

    Args:
        held: counted on cases that the intervals do not come of.
        calibrating: how many further cases they come of.
    """
    inside = held.inside
    own = f" {calibrating} cases are left out here: the intervals come of them." if calibrating else ""
    if inside.value is None:
        return f"Whether intervals of the predicted ratio hold the reference is not known: {inside.reason}.{own}"
    share = in_words(_percent(inside), 0)
    claim = "" if held.stated is None else f"; they claim {100 * held.stated:.0f} %"
    sides = f"; the reference lies below {held.below} and above {held.above} of them"
    verdict = f". Against their claim they are {held.verdict}" if held.verdict else ""
    without = f". Without an interval or a reference: {held.without} cases" if held.without else ""
    found = f"The intervals of the predicted ratio hold the reference in {share} % of {inside.rows} cases"
    return f"{found}{claim}{sides}{verdict}{without}.{own}"


def _precise(done: Evaluation) -> list[Summary]:
    plain = [one for one in done.summaries if one.against in ("", "against the reference masks")]
    return [one for name in _PRECISE for one in plain if one.metric == name]


def _subgroup_table(rows: list[Subgroup], caption: str) -> Table:
    header = (
        "group",
        "structure",
        "metric",
        Column("cases", numeric=True),
        Column("subjects", numeric=True),
        Column("mean", 3, numeric=True),
        Column("gap to the largest group", 3, numeric=True),
    )
    return Table(header, tuple(_subgroup_row(one) for one in rows), caption)


def _subgroup_row(one: Subgroup) -> tuple[Cell, ...]:
    structure, metric, _, unit = one.figure
    name = f"{NAMES[metric]}, {unit}" if metric in LENGTHS else NAMES[metric]
    return (one.group, structure, name, one.cases, one.mean.subjects, estimate_cell(one.mean), _gap_cell(one))


def _gap_cell(one: Subgroup) -> Cell:
    """The gap, or what stands in its place."""
    if one.gap is not None:
        return Gap("no interval") if one.gap.value is None else estimate_cell(one.gap)
    return Gap("not known" if one.group == BLANK else "the largest group")


def _without(rows: list[Subgroup]) -> Iterator[str]:
    """Why groups have no interval, each reason once for a group."""
    for group in dict.fromkeys(one.group for one in rows):
        reasons = {one.mean.reason for one in rows if one.group == group and one.mean.reason}
        yield from (f"{group}: no interval and no gap: {reason}." for reason in sorted(reasons))


def _percent(one: Estimate) -> Estimate:
    """A share in percent."""
    value, low, high = (None if number is None else 100 * number for number in (one.value, one.low, one.high))
    return replace(one, value=value, low=low, high=high)


def _or(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
