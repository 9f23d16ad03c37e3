"""The summary of a study of agreement in plain words: the answer first, then how sure it is, then what it is not."""

from __future__ import annotations

from medunet.cases.names import counted
from medunet.reports.numbers_in_text import in_words, number, p_words, percent
from medunet.studies import Agreement, Estimate
from medunet.studies.agreement_flips import MCNEMAR, Flips
from medunet.workflows.study_agreement_result import AgreementStudy

HONEST = (
    "This says how far two readings of the same cases lie apart. It does not say which of them is right, nor whether "
    "they are near enough for a use."
)


def summary(study: AgreementStudy) -> tuple[str, ...]:
    """Sentences; the first is the answer."""
    names, found = study.pairing.names, study.found
    lines = [answer(found, study.name, names, study.digits)]
    lines += [flips_sentence(one, found.cases, names) for one in found.flips]
    if not found.flips:
        lines.append("No cut-off was stated beforehand (--cutoff), so no decisions are compared.")
    lines.append(_counts(study))
    lines += [f"Caution: {caution}." for caution in study.cautions]
    return (*lines, HONEST)


def answer(found: Agreement, name: str, methods: tuple[str, str], digits: int) -> str:
    """Bias, mean absolute difference and limits in one sentence."""
    plot = found.bland_altman
    if plot.bias.value is None:
        return f"{name} of {methods[0]} and {methods[1]} cannot be compared: {plot.bias.reason}."
    limits = f"no limits of agreement ({plot.lower.reason})"
    if None not in (plot.lower.low, plot.upper.low) and plot.lower.value is not None and plot.upper.value is not None:
        limits = (
            "95 of 100 new cases are expected to differ by "
            f"{number(plot.lower.value, digits)} to {number(plot.upper.value, digits)} (limits of agreement)"
        )
    way = "lower than" if plot.bias.value < 0 else "higher than"
    apart = f"{way} that of {methods[1]} by {_size(plot.bias, digits)} on average"
    if float(f"{plot.bias.value:.{digits}f}") == 0:
        apart = f"the same as that of {methods[1]} on average, to {digits} decimals ({_limits(plot.bias, digits)})"
    return (
        f"{name} of {methods[0]} is {apart}. The mean absolute difference is {in_words(found.mae, digits)}; {limits}."
    )


def _limits(bias: Estimate, digits: int) -> str:
    """The interval of first − second, or why there is none."""
    if bias.low is None or bias.high is None:
        return f"no interval: {bias.reason}"
    return f"95 % interval of the difference {number(bias.low, digits)} to {number(bias.high, digits)}"


def _size(bias: Estimate, digits: int) -> str:
    """How large a bias is, with its interval, in the direction that the words around it give."""
    if bias.value is None:
        return f"no number ({bias.reason})"
    if bias.low is None or bias.high is None:
        return f"{number(abs(bias.value), digits)} (no interval: {bias.reason})"
    low, high = sorted((-bias.low, -bias.high)) if bias.value < 0 else (bias.low, bias.high)
    return f"{number(abs(bias.value), digits)} (95 % interval {number(low, digits)} to {number(high, digits)})"


def flips_sentence(flips: Flips, cases: int, methods: tuple[str, str]) -> str:
    """How many decisions depend on the reading."""
    apart = flips.first_only + flips.second_only
    test = "exact McNemar test" if flips.test.method == MCNEMAR else "exact sign test of the subjects, McNemar's"
    way = "" if flips.test.p_value is None else f"; {test}, of the direction: {p_words(flips.test.p_value)}"
    return (
        f"At a cut-off of {flips.cut_off:g} the decision depends on the reading in {apart} of {cases} cases, "
        f"{percent(flips.share)}: {flips.first_only} are above it by {methods[0]} alone, {flips.second_only} by "
        f"{methods[1]} alone{way}."
    )


def _counts(study: AgreementStudy) -> str:
    """How many came and how many were compared."""
    found, pairing = study.found, study.pairing
    text = f"{found.cases} of {counted(study.rows.came, 'row')} are compared, of {counted(found.subjects, 'subject')}"
    if pairing.alone[0] or pairing.alone[1]:
        one, two = (len(cases) for cases in pairing.alone)
        text += f"; {counted(one, 'case')} of {pairing.names[0]} and {two} of {pairing.names[1]} have no partner"
    if found.left_out:
        text += f"; {found.left_out} in both lack a number"
    return text + "."
