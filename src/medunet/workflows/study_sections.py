"""The further parts of a study's page: the groups, outliers, missing values, subgroups, views, what did not match."""

from __future__ import annotations

from medunet.reports import Block, Cell, Column, Gap, Paragraph, Section, Table
from medunet.reports.numbers_in_text import in_words, interval, number, p_text, percent, unbroken
from medunet.studies import STATED, Estimate, Spread
from medunet.studies.group_analysis import GroupAnalysis
from medunet.workflows.study_cut_offs import chosen_blocks
from medunet.workflows.study_drawings import cut_off_text, group_names, value_digits, value_name
from medunet.workflows.study_files import unmatched
from medunet.workflows.study_result import Study, estimates_of, shares_of, tests_of
from medunet.workflows.study_subgroups import Subgroup
from medunet.workflows.study_words import ESTIMATE_HEADER, TEST_HEADER, estimate_row, test_row

WORST = "missing counted as failures"
SHOWN = 200
"""Names of what did not match that the page lists; the table beside it has them all."""

EXPLORATORY = (
    "Exploratory: the intervals are not widened for the number of subgroups, and among several some differ by chance. "
    "Compare intervals, not numbers."
)


def comparison_blocks(analysis: GroupAnalysis, study: Study) -> tuple[Block, ...]:
    """Both groups, how far they lie apart, and the tests."""
    found, digits = analysis.comparison, value_digits(study)
    header: tuple[Column | str, ...] = (
        "group",
        *(Column(name, numeric=True) for name in ("rows", "subjects", "mean", "SD", "median")),
        "middle half",
        "range, or why there is none",
    )
    sides = zip(group_names(study), (found.positive, found.negative), strict=True)
    rows = tuple(_spread_row(name, side, digits) for name, side in sides)
    names = ("difference of means", "Hedges' g", "rank-biserial correlation", "AUC", "AUC, interval by bootstrap")
    estimates = estimates_of(analysis)
    effects = tuple(estimate_row(name, estimates[name], digits if name == names[0] else 3) for name in names)
    way = f"{study.asked.positive_when.capitalize()} values were stated to speak for the finding."
    return (
        Table(header, rows, f"{value_name(study)} of the two groups"),
        Table(ESTIMATE_HEADER, effects, f"How far the groups lie apart, with minus without. {way}"),
        Table(TEST_HEADER, tuple(test_row(name, one) for name, one in tests_of(analysis).items()), "Tests, two-sided"),
    )


def trimmed_section(study: Study) -> Section:
    """The second analysis."""
    trimmed, second = study.second.trimmed, study.second.analysis
    title = "Second analysis: without outliers"
    if second is None:
        same = "the analysis without outliers is the one of all data"
        why = f"No row was taken for an outlier: {trimmed.reason}" if trimmed.reason else f"No row lies {trimmed.rule}"
        return Section(title, (Paragraph(f"{why}; {same}."),))
    removed = f"{trimmed.removed_positive} rows {group_names(study)[0]} and {trimmed.removed_negative} without"
    text = f"Left out: {removed}, which lie {trimmed.rule}. The analysis of all data stays the primary one."
    shares = () if second.stated is None else tuple(shares_of(second.stated).items())
    stated: tuple[Block, ...] = ()
    if second.stated is not None:
        rows = tuple(estimate_row(name, one) for name, one in shares if WORST not in name)
        stated = (
            Table(ESTIMATE_HEADER, rows, f"At the stated cut-off of {second.stated.cut_off:g}, without outliers"),
        )
    return Section(
        title, (Paragraph(text, "note"), *comparison_blocks(second, study), *stated, *chosen_blocks(second, study))
    )


def missing_section(study: Study) -> Section:
    """The worst case: what could not be measured, counted against the measurement."""
    found = study.primary.comparison
    missing = found.flow.missing_positive + found.flow.missing_negative
    title = "All intended cases: missing counted as failures"
    if not missing:
        return Section(title, (Paragraph("Every row with a label has a measurement; nothing is missing."),))
    rows = [estimate_row("AUC", found.area_worst)]
    for accuracy in filter(None, (study.primary.stated, study.primary.chosen)):
        for name, one in shares_of(accuracy).items():
            if WORST in name:
                chosen = "" if accuracy.origin == STATED else ", in-sample"
                at = f"{name.split(',')[0]} at {cut_off_text(accuracy, study)}{chosen}"
                rows.append(estimate_row(at, one))
    text = (
        f"{missing} rows with a label have no measurement. Here each of them has the value that speaks most strongly "
        "against its label: a tool that gives no number helps nobody."
    )
    return Section(title, (Paragraph(text), Table(ESTIMATE_HEADER, tuple(rows))))


def subgroup_section(study: Study) -> Section | None:
    """Results by subgroup; None where none was asked for."""
    if not study.subgroups and not study.no_subgroups:
        return None
    header: tuple[Column | str, ...] = (
        "subgroup",
        "with",
        "without",
        Column("not measured", numeric=True),
        Column("AUC", numeric=True),
        "95 % interval",
    )
    if study.asked.cut_off is not None:
        header = (*header, "sensitivity", "specificity")
    rows = tuple(_subgroup_row(one) for one in study.subgroups)
    blocks: list[Block] = [Paragraph(EXPLORATORY, "note")]
    if rows:
        at = "" if study.asked.cut_off is None else f" at {study.asked.cut_off:g}, stated beforehand"
        said = f"Rows and subjects with and without {study.finding.name}"
        said += f"; sensitivity and specificity{at} with 95 % intervals." if at else "."
        blocks.append(Table(header, rows, said))
    blocks += [Paragraph(f"{column}: no subgroups, it {why}.", "note") for column, why in study.no_subgroups.items()]
    return Section("Subgroups", tuple(blocks))


def both_section(study: Study) -> Section | None:
    """Subjects with rows of both labels; None where there are none."""
    found = study.primary.comparison
    flow, ranks = found.flow, found.clustered_ranks
    if not flow.both_subjects:
        return None
    test = (
        f"z = {number(ranks.statistic, 2)}, p {p_text(ranks.p_value)}" if ranks.statistic is not None else ranks.reason
    )
    text = (
        f"{flow.both_subjects} of {flow.subjects} subjects have rows with and without {study.finding.name}. The groups "
        "are then not independent, so Welch's t, the Mann–Whitney test and g have a reason in their place. What holds "
        "here takes the subject as the unit: the difference of means, in which a subject counts once in each of its "
        f"groups ({in_words(found.mean_difference, value_digits(study))}; cluster-robust, Bell and McCaffrey 2002); "
        f"the clustered rank test (Datta and Satten 2005: {test}); the AUC, the rank-biserial correlation and all "
        "shares. The difference mixes what lies between subjects with what lies within them."
    )
    return Section("Subjects with both labels", (Paragraph(text),))


def unmatched_section(study: Study) -> Section:
    """What is in one table and not in the other."""
    rows, joined = unmatched(study), study.rows.labels
    title = "What did not match"
    if joined is None:
        return Section(title, (Paragraph(f"Label and measurement are columns of one table, {study.rows.name}."),))
    text = (
        f"Joined by {joined.unit}: {len(study.finding.rows)} rows of {study.rows.name} have a label in {joined.name}."
    )
    if not rows:
        return Section(title, (Paragraph(f"{text} Everything matched."),))
    without = len(study.finding.join.without_label)
    text += f" {without} cases have none, and {len(joined.without_row)} labels have no measurement."
    text += " These may be films that failed or that nobody meant to measure; they are in no figure of this page."
    caption = f"The first {SHOWN} of {len(rows)}; all are in unmatched.csv." if len(rows) > SHOWN else ""
    return Section(title, (Paragraph(text), Table(("what", "name"), tuple(rows[:SHOWN]), caption)))


def view_section(study: Study) -> Section | None:
    """Whether view and label go together; None where no column tells the view."""
    balance = study.balance
    if balance is None:
        return None
    totals = [sum(one) for one in zip(*((up, down) for _, up, down in balance.levels), strict=True)] or [0, 0]
    header = (balance.column, *(_share_column(name) for name in group_names(study)))
    rows = tuple((level, _share(up, totals[0]), _share(down, totals[1])) for level, up, down in balance.levels)
    alike = f"The shares of each {balance.column} are alike in both groups (within 10 points)"
    said = balance.caution or (alike if all(totals) else "There are no two groups whose shares could be compared")
    more = " Look at one view alone (--where), or at each (--subgroups)." if balance.caution else ""
    tone: tuple[Block, ...] = (Paragraph(f"{said}.{more}", "note"),)
    return Section("View and label", (*tone, Table(header, rows)))


def _share_column(name: str) -> str:
    return f"rows {name}"


def _share(count: int, total: int) -> str:
    return unbroken(f"{count} ({100 * count / total:.0f} %)") if total else "0"


def _spread_row(name: str, side: Spread, digits: int) -> tuple[Cell, ...]:
    """One group in numbers."""
    mean, sd = (Gap("none") if one is None else number(one, digits) for one in (side.mean, side.sd))
    if not side.quantiles:
        return (name, side.rows, side.subjects, mean, sd, Gap("none"), "–", side.reason)
    least, low, middle, high, most = (number(one, digits) for one in side.quantiles)
    whole = unbroken(f"{least} to {most}") + (f"; {side.reason}" if side.reason else "")
    return (name, side.rows, side.subjects, mean, sd, middle, unbroken(f"{low} to {high}"), whole)


def _subgroup_row(one: Subgroup) -> tuple[Cell, ...]:
    """One subgroup; a reason where there is no area or no interval."""
    flow = one.flow
    area: Cell = Gap("none") if one.area.value is None else number(one.area.value)
    limits = interval(one.area)
    counts = (
        unbroken(f"{flow.positive} of {flow.positive_subjects}"),
        unbroken(f"{flow.negative} of {flow.negative_subjects}"),
    )
    row: tuple[Cell, ...] = (
        f"{one.column}: {one.level}",
        *counts,
        flow.missing_positive + flow.missing_negative,
        area,
        limits,
    )
    if one.stated is None:
        return row
    return (*row, _at_cut_off(one.stated.sensitivity), _at_cut_off(one.stated.specificity))


def _at_cut_off(one: Estimate) -> str:
    """A share; why it has no interval stands beside the area, for the reason is one."""
    return percent(one) if one.value is None or one.low is not None else f"{percent(one).split(' (')[0]}, no interval"
