"""The summary of a study in plain words: the answer first, then how sure it is, then what it does not say."""

from __future__ import annotations

import numpy as np

from medunet.cases.names import counted
from medunet.reports.numbers_in_text import in_words, number, percent, unbroken
from medunet.studies import CutOffAccuracy, Estimate
from medunet.workflows.study_drawings import cut_off_text, value_digits, value_name
from medunet.workflows.study_result import Study

HONEST = (
    "This says how well the measurement agrees with the label, on these cases. It does not say that either is right, "
    "and another population has other numbers."
)


def summary(study: Study) -> tuple[str, ...]:
    """Sentences; the first is the answer."""
    lines = [*_answer(study), *_at_cut_off(study), _counts(study)]
    lines += [f"Caution: {caution}." for caution in study.cautions]
    return (*lines, HONEST)


def _answer(study: Study) -> tuple[str, ...]:
    """How far the two groups lie apart: in plain words, then as the statistic it is."""
    found, name, value = study.primary.comparison, study.finding.name, value_name(study)
    area = found.area
    if area.value is None:
        return (f"{value} cannot be compared by {name}: {area.reason}.",)
    groups = study.primary.groups
    if groups.value.min() == groups.value.max():
        return (f"{value} is the same in all cases, with and without {name}, so it cannot tell them apart.",)
    digits = value_digits(study)
    middle = [number(side.quantiles[2], digits) for side in (found.positive, found.negative) if side.quantiles]
    medians = f"; the medians are {middle[0]} with and {middle[1]} without" if len(middle) == 2 else ""
    tied = np.intersect1d(groups.value[groups.positive], groups.value[~groups.positive]).size
    half = ", equal values counted half" if tied else ""
    way = study.asked.positive_when
    picked = (
        f"if one of each is picked at random, the one with {name} has the {way} value {_times(area)} times in 100 "
        f"({_times_interval(area)}; 50 would be chance)"
    )
    exact = f"That share, over all pairs of a case with and one without{half}, is the AUC: {in_words(area)}{medians}."
    return f"{_direction(area, value, name, way)}: {picked}.", exact


def _direction(area: Estimate, value: str, name: str, way: str) -> str:
    """What the interval of the area says of the two groups."""
    if area.low is None or area.high is None:
        return f"{value} of cases with {name} and of cases without"
    if area.low <= 0.5 <= area.high:
        return f"These cases do not show that {value} is {way} with {name} than without"
    other = "lower" if way == "higher" else "higher"
    return f"{value} is {way if area.low > 0.5 else other} in cases with {name} than in cases without"


def _times(area: Estimate) -> str:
    """How often in a hundred, with a decimal where the interval is short."""
    value = 100 * (area.value or 0)
    text = f"{value:.{_decimals(area)}f}"
    if float(text) == 100 > value:
        return "more than 99"
    return "less than 1" if float(text) == 0 < value else text


def _times_interval(area: Estimate) -> str:
    """Its interval, or why there is none."""
    if area.low is None or area.high is None:
        return f"no interval: {area.reason}"
    low, high = (f"{100 * limit:.{_decimals(area)}f}" for limit in (area.low, area.high))
    return f"{unbroken(f'{100 * area.level:g} %')} interval {unbroken(f'{low} to {high}')}"


def _decimals(area: Estimate) -> int:
    return 1 if area.low is not None and area.high is not None and area.high - area.low < _SHORT else 0


_SHORT = 0.05
"""An interval of the area shorter than this is shown with a decimal of a hundredth."""


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
        have = "has" if flow.both_subjects == 1 else "have"
        text += f"; {counted(flow.both_subjects, 'subject')} {have} cases of both kinds"
    if said := [f"{count} {why}" for count, why in left if count]:
        text += f". Left out: {', '.join(said)}"
    return text + "."
