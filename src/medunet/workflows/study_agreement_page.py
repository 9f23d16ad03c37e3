"""The page of a study of agreement."""

from __future__ import annotations

from medunet.reports import Block, KeyFigure, KeyFigures, Page, Paragraph, Provenance, Section, Table
from medunet.reports.numbers_in_text import in_words, interval, number
from medunet.studies.agreement_equal import EQUAL_CAVEAT
from medunet.studies.bland_altman import SLOPE_CAVEAT
from medunet.workflows import surroundings
from medunet.workflows.study_agreement_drawings import bland_altman_drawing, equality_drawing
from medunet.workflows.study_agreement_files import inputs_of, unmatched_cases
from medunet.workflows.study_agreement_flow import flow_blocks
from medunet.workflows.study_agreement_result import AgreementStudy
from medunet.workflows.study_agreement_summary import summary
from medunet.workflows.study_agreement_tables import (
    estimates_tables,
    flips_blocks,
    largest_table,
    parts_table,
)
from medunet.workflows.study_checklist import AGREEMENT, checklist_section

LIMITS = (
    "Limits of agreement say how far two readings of one case lie apart, not which of them is right, nor whether that "
    "is near enough: that is a clinical judgement, made before the data are seen. Errors of a reference count as "
    "errors of what is compared with it."
)
COEFFICIENTS = (
    "ICC and concordance grow with the spread among the cases, so they do not carry over to another group; bias and "
    "limits do. ICC(2,1) answers whether one may stand in for the other; a bias lowers it."
)


def agreement_page(study: AgreementStudy) -> Page:
    """The page, in the order in which a reader needs it."""
    names, flips = study.pairing.names, next(iter(study.found.flips), None)
    plot = bland_altman_drawing(study.readings, study.found, study.name, names, study.pairing.complete, "bland-altman")
    scatter = equality_drawing(study.readings, study.name, names, study.pairing.complete, flips, "equality")
    sections = [
        Section("Result", (_figures(study),)),
        Section("Flow of numbers", flow_blocks(study)),
        Section("Differences: Bland–Altman", (plot, Paragraph(f"{LIMITS} {SLOPE_CAVEAT}", "note"))),
        Section("All figures", (*estimates_tables(study), Paragraph(COEFFICIENTS, "note"), _equal_note(study))),
        *([Section("Decisions that depend on the reading", flips_blocks(study))] if flips else []),
        Section("One against the other", (scatter,)),
        *_parts(study),
        Section("Largest differences", (largest_table(study),)),
        *_unmatched(study),
        Section("Methods behind the figures", (_methods(study),)),
    ]
    sections.append(checklist_section(AGREEMENT, [section.title for section in sections]))
    return Page(
        title=f"medunet study: {study.name} of {names[0]} against {names[1]}",
        command="medunet study",
        summary=summary(study),
        sections=tuple(sections),
        provenance=_provenance(study),
    )


def _figures(study: AgreementStudy) -> KeyFigures:
    """The numbers that are seen first."""
    found, digits = study.found, study.digits
    unit = study.pairing.unit.replace("ratio", "")
    items = []
    for label, one in (
        (f"Bias, {study.pairing.names[0]} − {study.pairing.names[1]}", found.bland_altman.bias),
        ("Mean absolute difference", found.mae),
    ):
        value = "–" if one.value is None else number(one.value, digits)
        limits = f"95 % interval {interval(one, digits)}" if one.low is not None else one.reason
        items.append(KeyFigure(label, value, unit, f"{one.rows} cases of {one.subjects} subjects", limits))
    low, high = found.bland_altman.lower, found.bland_altman.upper
    between = (
        "–"
        if low.value is None or high.value is None
        else (f"{number(low.value, digits)} to {number(high.value, digits)}")
    )
    items.append(KeyFigure("Limits of agreement", between, unit, note=low.reason))
    if found.flips:
        flips = found.flips[0]
        apart = f"{flips.first_only + flips.second_only}"
        items.append(KeyFigure(f"Decisions that differ at {flips.cut_off:g}", apart, n=f"of {found.cases} cases"))
    icc = found.intraclass.absolute
    items.append(KeyFigure("ICC(2,1)", "–" if icc.value is None else number(icc.value, 2),
                           note=icc.reason or f"95 % interval {interval(icc, 2)}"))  # fmt: skip
    return KeyFigures(tuple(items))


def _equal_note(study: AgreementStudy) -> Paragraph:
    """What a share of equal numbers says, and where landmarks are counted."""
    return Paragraph(f"Exactly equal: {in_words(study.found.equal, 3)}. {EQUAL_CAVEAT}", "note")


def _parts(study: AgreementStudy) -> list[Section]:
    """Results by subgroup, and why there are none."""
    blocks: list[Block] = [parts_table(study)] if study.parts else []
    if study.parts:
        text = "Subgroups are exploratory: a gap between two of them is one only where their intervals lie apart."
        blocks.append(Paragraph(text, "note"))
    blocks += [Paragraph(f"{column} {why}: no subgroups.", "note") for column, why in study.no_parts.items()]
    return [Section("By subgroup", tuple(blocks))] if blocks else []


def _unmatched(study: AgreementStudy) -> list[Section]:
    """Cases without a partner, by name."""
    rows = tuple(unmatched_cases(study))
    return [Section("Without a partner", (Table(("what", "case"), rows),))] if rows else []


def _methods(study: AgreementStudy) -> Table:
    """Every method that a figure rests on, with its source."""
    methods: dict[tuple[str, str], list[str]] = {}
    for name, one in study.found.estimates.items():
        methods.setdefault((one.method.name, one.method.source), []).append(name)
    for flips in study.found.flips:
        method = flips.test.method
        methods.setdefault((method.name, method.source), []).append("test of the flips' direction")
    rows = tuple((", ".join(names), method, source) for (method, source), names in methods.items())
    return Table(("figures", "method", "source"), rows, "The subject is the unit of every interval.")


def _provenance(study: AgreementStudy) -> Provenance:
    """What was run on what."""
    names = study.pairing.names
    asked = (
        ("measurement", study.rows.value),
        ("differences", f"{names[0]} − {names[1]}"),
        ("paired by", "case" if study.pairing.tables else "row of the table"),
        ("cut-off stated beforehand", "none" if study.cut_off is None else f"{study.cut_off:g}"),
        ("confidence", "95 %"),
    )
    facts = (
        ("What was asked", asked),
        ("Inputs (SHA-256)", tuple(inputs_of(study).items())),
        ("Versions", tuple(surroundings.versions().items())),
    )
    return Provenance(facts=facts)
