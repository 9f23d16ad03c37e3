"""Calibration on the page of evaluate: are the probabilities right, before and after the temperature."""

from __future__ import annotations

from medunet.reports import (
    Block,
    Cell,
    Column,
    Drawing,
    Gap,
    Interval,
    Numbers,
    Paragraph,
    Section,
    Table,
    calibration_figure,
)
from medunet.scoring import ALL, CALIBRATION_METRICS, RELIABILITY_COLUMNS, Reliability, reliability_rows
from medunet.studies import Estimate
from medunet.workflows.calibration_figures import REGION, CalibrationFigures, Moment

TITLE = "Calibration"
NAMES = {"ece": "ECE", "mce": "MCE", "brier": "Brier"}
RULE = (
    "Of the pixels that get a probability of .8, four of five should lie inside. ECE is the mean distance from that "
    "over pixels, MCE that of the worst of 15 equal bins, Brier the mean squared error of the probabilities. "
    f"Counted: {REGION}. Background far away, of which nobody is in doubt, would make any network look calibrated. "
    "Intervals (95 %) draw whole subjects again; an ECE whose interval reaches down to 0 is what chance alone gives."
)
REMEDY = "The run or the model itself has probabilities: evaluate that."
NO_MASK_CHANGES = "The temperature changes no mask and none of the other scores."


def calibration_section(done: CalibrationFigures) -> Section:
    """The section of the page; where there are no probabilities, the reason."""
    if done.counts.refusal:
        return Section(TITLE, (Paragraph(f"There is none: {done.counts.refusal}. {REMEDY}", "note"),))
    blocks: list[Block] = [Paragraph(temperature_sentence(done)), _table(done)]
    drawn = _drawn(done)
    if drawn:
        numbers = Numbers.of(RELIABILITY_COLUMNS, reliability_rows(done.counts))
        blocks.append(
            Drawing.of(
                calibration_figure(drawn),
                f"Reliability curves. {_finding(done)}",
                "A point is a bin of 15; below it, its share of the pixels. Under the diagonal the network is too sure "
                "that the structure is there, above it too sure that it is not.",
                narrow=calibration_figure(drawn, stacked=True),
                name="calibration",
                numbers=numbers,
            )
        )
    return Section(TITLE, (*blocks, Paragraph(RULE, "note")))


def temperature_sentence(done: CalibrationFigures) -> str:
    """What the temperature is and where it comes from, or why there is none, and which cases are not in the figures."""
    missing = done.counts.unpredicted
    left_out = f" Cases without a prediction, not in these figures: {missing}." if missing else ""
    told = done.temperature
    if isinstance(told, str):
        why = told or "not known why"
        return f"The model has no temperature, so there is nothing after it: {why}.{left_out}"
    sure = "too sure of itself" if told.value > 1 else "less sure of itself than it could be"
    return (
        f"Temperature {told.value:.3f}: on the {told.cases} validation cases it was fitted on the network was {sure} "
        f"(mean negative log-likelihood {told.nll_before:.4f} before, {told.nll_after:.4f} after). {NO_MASK_CHANGES}"
        f"{left_out}"
    )


def _drawn(done: CalibrationFigures) -> dict[str, tuple[Reliability, Reliability | None]]:
    """What the figure shows: the structures, without "all"."""
    counts = done.counts
    return {
        name: (
            counts.pooled(name, "before"),
            None if counts.why_not(name, "after") else counts.pooled(name, "after"),
        )
        for name in counts.names
        if name != ALL and not counts.why_not(name, "before")
    }


def _finding(done: CalibrationFigures) -> str:
    """The ECE of each structure in words."""
    found = []
    for name in _drawn(done):
        before, after = (done.estimates[name, "ece", when].value for when in ("before", "after"))
        found.append(f"{name}: ECE {before:.4f}" + (f" before, {after:.4f} after" if after is not None else ""))
    return "; ".join(found)


def _table(done: CalibrationFigures) -> Table:
    """Each figure before, after, and how much it changes."""
    header = (
        "structure",
        "figure",
        Column("cases", numeric=True),
        Column("before", 4, numeric=True),
        Column("after", 4, numeric=True),
        Column("change", 4, numeric=True),
        "without",
    )
    rows: list[tuple[Cell, ...]] = []
    for name in done.counts.names:
        for figure in CALIBRATION_METRICS:
            moments: tuple[Moment, ...] = ("before", "after", "change")
            three = [done.estimates[name, figure, when] for when in moments]
            why = dict.fromkeys(one.reason for one in three if one.reason)
            told = "all together" if name == ALL else name
            rows.append((told, NAMES[figure], three[0].rows, *(_cell(one) for one in three), "; ".join(why)))
    return Table(header, tuple(rows), "Smaller is better.")


def _cell(one: Estimate) -> Cell:
    """The value with its interval, where there are any."""
    if one.value is None:
        return Gap("none")
    return one.value if one.low is None or one.high is None else Interval(one.value, one.low, one.high)
