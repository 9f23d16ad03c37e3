"""The summary of a study in plain words: the answer first, then how sure it is, then what it does not say."""

from __future__ import annotations

import numpy as np

from medunet.cases.names import counted
from medunet.reports.numbers_in_text import in_words, number, percent
from medunet.studies import CutOffAccuracy
from medunet.workflows.study_drawings import cut_off_text, value_digits, value_name
from medunet.workflows.study_result import Study

HONEST = (
    "This says how well the measurement agrees with the label, on these cases. It does not say that either is right, "
    "and another population has other numbers."
)


def summary(study: Study) -> tuple[str, ...]:
    """Sentences; the first is the answer."""
    lines = [_answer(study), *_at_cut_off(study), _counts(study)]
    lines += [f"Caution: {caution}." for caution in study.cautions]
    return (*lines, HONEST)


def _answer(study: Study) -> str:
    """How far the two groups lie apart."""
    found, name = study.primary.comparison, study.finding.name
    area = found.area
    if area.value is None:
        return f"{value_name(study)} cannot be compared by {name}: {area.reason}."
    digits = value_digits(study)
    middle = [number(side.quantiles[2], digits) for side in (found.positive, found.negative) if side.quantiles]
    medians = f"; the medians are {middle[0]} and {middle[1]}" if len(middle) == 2 else ""
    groups = study.primary.groups
    tied = np.intersect1d(groups.value[groups.positive], groups.value[~groups.positive]).size
    half = ", equal ones counted half" if tied else ""
    return (
        f"{value_name(study)} is {study.asked.positive_when} with {name} than without it in {100 * area.value:.0f} % "
        f"of all pairs of two cases{half} (AUC {in_words(area)}){medians}."
    )


def _at_cut_off(study: Study) -> list[str]:
    """What the stated cut-off does, or that there is none, and what a chosen one is worth."""
    lines = []
    primary = study.primary
    if primary.stated is not None:
        lines.append(f"{_shares(primary.stated, study)}.")
    else:
        lines.append("No cut-off was stated beforehand (--cutoff), so no result here tests one.")
    validated = primary.validated
    if primary.chosen is not None and validated.sensitivity.value is not None:
        lines.append(
            f"A cut-off chosen on these very cases would be {cut_off_text(primary.chosen, study)}; "
            "choosing one in this way and judging it on other subjects gives a sensitivity of "
            f"{percent(validated.sensitivity)} and a specificity of {percent(validated.specificity)}."
        )
    return lines


def _shares(found: CutOffAccuracy, study: Study) -> str:
    side = "above" if found.positive_when == "higher" else "below"
    at = f"At the cut-off of {found.cut_off:g}, stated beforehand, "
    whose = (f"the cases with {study.finding.name} lie {side} it (sensitivity)", "those without do not (specificity)")
    both, reason = (found.sensitivity, found.specificity), found.sensitivity.reason
    there = [one.value is not None for one in both]
    if not any(there):
        return f"{at}nothing is known: {reason}"
    once = reason != "" and reason == found.specificity.reason
    shares = [percent(one).split(" (")[0] if once else percent(one) for one in both]
    said = [f"{share} of {who}" for share, who, known in zip(shares, whose, there, strict=True) if known]
    lost = [one.reason for one in both if one.value is None]
    return (
        at + ", and ".join(said) + (f"; no intervals: {reason}" if once else "") + "".join(f"; {why}" for why in lost)
    )


def _counts(study: Study) -> str:
    """How many came and how many were analysed."""
    flow = study.primary.comparison.flow
    analysed = flow.positive + flow.negative
    missing = flow.missing_positive + flow.missing_negative
    conditions = sum(count for count, _ in study.rows.left_out)
    without = len(study.finding.join.without_label)
    left = (
        (conditions, "by the conditions"),
        (without, "without a label"),
        (flow.uncertain, "with an uncertain label"),
        (missing, "that could not be measured"),
    )
    text = (
        f"{analysed} of {counted(study.rows.came, 'row')} are analysed: {flow.positive} with {study.finding.name} (of "
        f"{counted(flow.positive_subjects, 'subject')}) and {flow.negative} without (of "
        f"{counted(flow.negative_subjects, 'subject')})"
    )
    if flow.both_subjects:
        text += f"; {counted(flow.both_subjects, 'subject')} have cases of both kinds"
    if said := [f"{count} {why}" for count, why in left if count]:
        text += f". Left out: {', '.join(said)}"
    return text + "."
