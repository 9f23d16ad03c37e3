"""The page of a study of a measurement and a label."""

from __future__ import annotations

from medunet.reports import Block, KeyFigure, KeyFigures, Page, Paragraph, Provenance, Section, Table
from medunet.reports.numbers_in_text import interval, number
from medunet.studies import Estimate, HypothesisTest
from medunet.workflows import surroundings
from medunet.workflows.study_checklist import STUDY, checklist_section
from medunet.workflows.study_cut_offs import chosen_section, stated_section
from medunet.workflows.study_drawings import (
    box_drawing,
    distribution_drawing,
    group_names,
    roc_drawing,
    value_digits,
    value_name,
)
from medunet.workflows.study_files import inputs_of
from medunet.workflows.study_flow import flow_blocks
from medunet.workflows.study_result import Study, estimates_of, shares_of, tests_of, validated_shares
from medunet.workflows.study_sections import (
    both_section,
    comparison_blocks,
    missing_section,
    subgroup_section,
    trimmed_section,
    unmatched_section,
    view_section,
)
from medunet.workflows.study_summary import summary

LIMITS = (
    "A label is what somebody wrote. One that was mined from reports is wrong at times, and whoever wrote the report "
    "saw the film: then the AUC measures agreement with reports. Who gave the labels, and whether they knew the "
    "measurement, is for the author to say."
)


def study_page(study: Study) -> Page:
    """The page, in the order in which a reader needs it."""
    primary: tuple[Section | None, ...] = (
        Section("Result", (_figures(study),)),
        Section("Flow of numbers", flow_blocks(study)),
        Section("Primary analysis: all data", comparison_blocks(study.primary, study)),
        stated_section(study),
        chosen_section(study),
        Section("ROC curve", (roc_drawing(study),)),
        Section("Every value", (box_drawing(study),)),
        Section("Distributions", (distribution_drawing(study),)),
        trimmed_section(study),
        missing_section(study),
        subgroup_section(study),
        both_section(study),
        unmatched_section(study),
        view_section(study),
        Section("Limits", (Paragraph(LIMITS, "note"),)),
        Section("Methods behind the figures", (_methods(study),)),
    )
    sections = [section for section in primary if section is not None]
    sections.append(checklist_section(STUDY, [section.title for section in sections]))
    return Page(
        title=f"medunet study: {value_name(study)} by {study.finding.name}",
        command="medunet study",
        summary=summary(study),
        sections=tuple(sections),
        provenance=_provenance(study),
    )


def _figures(study: Study) -> KeyFigures:
    """The numbers that are seen first."""
    primary, digits = study.primary, value_digits(study)
    found = primary.comparison
    items = [_key("AUC", found.area, 2)]
    if found.mean_difference.value is not None:
        unit = study.rows.unit.replace("ratio", "")
        items.append(_key("Difference of means", found.mean_difference, digits, unit))
    if primary.stated is not None:
        at = f"at {primary.stated.cut_off:g}, stated beforehand"
        items += [
            _key(f"{name} {at}", shares_of(primary.stated)[name.lower()], 2) for name in ("Sensitivity", "Specificity")
        ]
    flow = found.flow
    upper, lower = group_names(study)
    counts = f"{flow.positive} {upper}, {flow.negative} {lower}"
    items.append(KeyFigure("Analysed", f"{flow.positive + flow.negative}", n=f"of {study.rows.came} rows", note=counts))
    return KeyFigures(tuple(items))


def _key(label: str, one: Estimate, digits: int, unit: str = "") -> KeyFigure:
    """An estimate as a key figure."""
    size = f"{one.rows} rows of {one.subjects} subjects"
    if one.value is None:
        return KeyFigure(label, "–", note=one.reason)
    limits = f"95 % interval {interval(one, digits)}" if one.low is not None else f"no interval: {one.reason}"
    return KeyFigure(label, number(one.value, digits), unit, size, limits)


def _methods(study: Study) -> Block:
    """Every method that a figure of the page rests on, with its source."""
    primary = study.primary
    used: list[tuple[str, Estimate | HypothesisTest]] = list(estimates_of(primary).items())
    for accuracy in filter(None, (primary.stated, primary.chosen)):
        used += list(shares_of(accuracy).items())
    used += [(f"{name}, out-of-sample", one) for name, one in validated_shares(primary).items()]
    methods: dict[tuple[str, str], list[str]] = {}
    for name, one in [*used, *tests_of(primary).items()]:
        names = methods.setdefault((one.method.name, one.method.source), [])
        if name not in names:
            names.append(name)
    rows = tuple((names[0], method, source, ", ".join(names[1:]) or "–") for (method, source), names in methods.items())
    header = ("figure", "method", "source", "also of")
    return Table(header, rows, "The subject is the unit of every interval.")


def _provenance(study: Study) -> Provenance:
    """What was run on what."""
    rows, asked = study.rows, study.asked
    plan = [
        ("measurement", rows.value),
        ("label", study.finding.rule),
        ("values that speak for the finding", asked.positive_when),
        ("cut-off stated beforehand", "none" if asked.cut_off is None else f"{asked.cut_off:g}"),
        ("prevalence stated beforehand", "none" if asked.prevalence is None else f"{asked.prevalence:g}"),
        ("confidence", f"{100 * asked.level:g} %"),
        ("bootstrap", f"{asked.replicates} draws of whole subjects, seed {asked.seed}"),
    ]
    facts = (
        ("What was asked", tuple(plan)),
        ("Inputs (SHA-256)", tuple(inputs_of(study).items())),
        ("Versions", tuple(surroundings.versions().items())),
    )
    return Provenance(facts=facts)
