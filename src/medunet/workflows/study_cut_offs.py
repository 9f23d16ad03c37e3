"""The cut-offs of a study: the stated one first, then what choosing one on the data is worth."""

from __future__ import annotations

from medunet.reports import Block, Cell, Column, Paragraph, Section, Table
from medunet.reports.numbers_in_text import in_words, number
from medunet.studies import CutOffAccuracy
from medunet.studies.group_analysis import GroupAnalysis
from medunet.workflows.study_drawings import cut_off_text, group_names, value_digits
from medunet.workflows.study_result import Study, shares_of, validated_shares
from medunet.workflows.study_words import ESTIMATE_HEADER, estimate_row

NO_CUT_OFF = (
    "No cut-off was stated beforehand. One that is decided before the data are seen is given with --cutoff; then its "
    "sensitivity, specificity and predictive values stand here."
)
STUDY_PREVALENCE = (
    "PPV and NPV hold where the finding is as common as in this study. A study that was put together from two groups "
    "has no prevalence of its own: give the one of the patients you have in mind."
)
IN_SAMPLE = "In-sample, optimistic: chosen on these very rows and judged on them. It flatters."
OUT_OF_SAMPLE = (
    "Out-of-sample: the cut-off is chosen on four fifths of the subjects and judged on the last fifth, {repeats} times "
    "with other fifths. This judges the way of choosing, not one cut-off; the intervals do not hold all of the "
    "choice's uncertainty. The cut-offs so chosen: {cut_offs}."
)


def stated_section(study: Study) -> Section:
    """What the stated cut-off does."""
    stated = study.primary.stated
    if stated is None:
        return Section("The cut-off stated beforehand", (Paragraph(NO_CUT_OFF, "note"),))
    blocks = (*accuracy_blocks(stated, study), Paragraph(STUDY_PREVALENCE, "note"))
    return Section(f"At the cut-off of {stated.cut_off:g}, stated beforehand", blocks)


def chosen_section(study: Study) -> Section:
    """Youden's cut-off, in-sample and out-of-sample."""
    return Section("A cut-off chosen from the data (Youden)", chosen_blocks(study.primary, study))


def chosen_blocks(analysis: GroupAnalysis, study: Study) -> tuple[Block, ...]:
    """What choosing a cut-off on these rows gives."""
    youden, validated, digits = analysis.youden, analysis.validated, value_digits(study) + 1
    if analysis.chosen is None:
        return (Paragraph(f"None was chosen: {youden.reason}.", "note"),)
    where = " to ".join(number(one, digits) for one in validated.cut_offs[::2]) or "none"
    said = OUT_OF_SAMPLE.format(repeats=validated.repeats, cut_offs=where)
    rows = tuple(estimate_row(name, one) for name, one in validated_shares(analysis).items())
    interval = in_words(youden, digits).replace("interval", "interval (approximate)", 1)
    return (
        Paragraph(f"The cut-off with the largest sum of sensitivity and specificity is {interval}."),
        Paragraph(IN_SAMPLE, "note"),
        *accuracy_blocks(analysis.chosen, study),
        Paragraph(said, "note"),
        Table(ESTIMATE_HEADER, rows, "Out-of-sample"),
    )


def accuracy_blocks(found: CutOffAccuracy, study: Study) -> tuple[Block, ...]:
    """The table of four and the shares with their intervals."""
    upper, lower = group_names(study)
    side, other = ("above", "not above") if found.positive_when == "higher" else ("below", "not below")
    cut = cut_off_text(found, study)
    counts: tuple[tuple[Cell, ...], ...] = (
        (f"{side} {cut}", found.true_positive, found.false_positive),
        (f"{other} {cut}", found.false_negative, found.true_negative),
    )
    header = (study.rows.value, Column(upper, numeric=True), Column(lower, numeric=True))
    shares = {name: one for name, one in shares_of(found).items() if "failures" not in name}
    rows = tuple(estimate_row(name, one) for name, one in shares.items())
    return Table(header, counts, f"Cases; {found.origin}"), Table(ESTIMATE_HEADER, rows)
