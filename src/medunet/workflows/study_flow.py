"""The flow of a study: how many rows came, which were left out and why, and what was not measured in which group."""

from __future__ import annotations

from collections import Counter

from medunet.reports import Block, Cell, Column, Flow, Paragraph, Step, Table
from medunet.workflows.study_drawings import group_names
from medunet.workflows.study_result import Study


def flow_of(study: Study) -> Flow:
    """From all rows to those that are analysed."""
    rows, found = study.rows, study.primary.comparison.flow
    upper, lower = group_names(study)
    steps = [Step(f"rows of {rows.value} in {rows.name}", rows.came, rows.left_out)]
    if rows.left_out:
        steps.append(Step("rows that meet the conditions", len(rows.rows)))
    labels = rows.labels.name if rows.labels else rows.name
    without = len(study.finding.join.without_label)
    unsure = ((without, f"without a label in {labels}"), (found.uncertain, "label uncertain (−1) or blank"))
    steps[-1] = Step(steps[-1].label, steps[-1].count, (*steps[-1].left_out, *unsure))
    missing = ((found.missing_positive, f"not measured, {upper}"), (found.missing_negative, f"not measured, {lower}"))
    analysed = found.positive + found.negative
    note = f"{found.positive} {upper}, {found.negative} {lower}; {found.subjects} subjects"
    steps += [
        Step("rows with yes or no", found.rows - found.uncertain, missing),
        Step("rows analysed", analysed, note=note),
    ]
    return Flow(tuple(steps))


def flow_blocks(study: Study) -> tuple[Block, ...]:
    """The flow, the two groups beside each other, and why there is no number where there is none."""
    rows, found = study.rows, study.primary.comparison.flow
    flagged = Counter(
        label
        for row, label in zip(study.finding.rows, study.finding.join.labels, strict=True)
        if row.status == "flagged"
    )
    header: tuple[Column | str, ...] = ("of each group", *(Column(name, numeric=True) for name in group_names(study)))
    lines: list[tuple[Cell, ...]] = [
        ("rows analysed", found.positive, found.negative),
        ("subjects among them", found.positive_subjects, found.negative_subjects),
        ("with a remark of the measurement (flagged), analysed all the same", flagged[True], flagged[False]),
        ("not measured", found.missing_positive, found.missing_negative),
    ]
    without = len(study.finding.join.without_label)
    caption = (
        f"Label: {study.finding.rule}. Without one: {without}; uncertain or blank: {found.uncertain}. "
        f"Subjects: {rows.subject_from}."
    )
    blocks: list[Block] = [flow_of(study), Table(header, tuple(lines), caption)]
    if reasons := _reasons(study):
        blocks.append(Table(("why not measured", *header[1:]), reasons, "What was not measured, and why."))
    if found.both_subjects:
        text = f"{found.both_subjects} subjects have rows of both labels and are counted in both columns."
        blocks.append(Paragraph(text, "note"))
    return tuple(blocks)


def _reasons(study: Study) -> tuple[tuple[Cell, ...], ...]:
    """Why there is no number, by group, the commonest first."""
    counts: dict[str, Counter[bool]] = {}
    for row, label in zip(study.finding.rows, study.finding.join.labels, strict=True):
        if row.value is None and label is not None:
            counts.setdefault(row.reason, Counter())[label] += 1
    order = sorted(counts.items(), key=lambda item: (-item[1].total(), item[0]))
    return tuple((reason, count[True], count[False]) for reason, count in order)
