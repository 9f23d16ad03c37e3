"""The verdict on a cardiothoracic ratio: given late, and only where a reader would give one.

A verdict needs a PA film of an adult. AP films magnify the heart, children have larger normal ratios. A flagged ratio
keeps its number and gets no verdict: someone has to look at the film first, and a verdict would make that look seem
needless. Against MRI the ratio's AUC is only .6 to .7, so no verdict rests on the zone about .50.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from medunet.measuring.case_errors import UNIT
from medunet.measuring.conformal import LEVEL, Intervals
from medunet.measuring.film import Film
from medunet.measuring.measurement import Measurement, Verdict

RATIOS = frozenset({"ctr", "ctr_widest", "ctr_midline"})
"""The measurements that a verdict is given on."""

CUT_OFF = 0.50
"""Ratio above which a heart is called enlarged."""

ZONE = (0.45, 0.55)
"""Ratios on which no decision rests where the interval is not known."""

ADULT = 18.0
"""Years of age from which the cut-off holds."""


NO_QUALITY = "the film has no estimate of quality"
"""Why a film has no interval where the model's are as wide as its quality lets expect."""


def decide(measurement: Measurement, film: Film) -> Measurement:
    """The measurement with its verdict, or with the reasons why there is none. Other measurements come back as is.

    With an interval: enlarged where it lies above .50, normal where below, else indeterminate. Without: enlarged above
    .55, normal below .45, else indeterminate.
    """
    if measurement.name not in RATIOS or measurement.value is None:
        return measurement
    against = _objections(measurement, film)
    reason = "; ".join(part for part in (measurement.reason, *against) if part)
    return replace(measurement, reason=reason, verdict=None if _barred(measurement, film) else _read(measurement))


def with_interval(measurement: Measurement, low: float, high: float, level: float, film: Film) -> Measurement:
    """The measurement with an interval, its verdict given anew from it.

    Args:
        measurement: a number without or with another interval.
        low: lower end, in the measurement's unit.
        high: upper end.
        level: coverage, 0 to 1, as 0.90.
        film: what is known about the film.
    """
    if not low <= high or not 0 < level < 1:
        raise ValueError(f"an interval has low <= high and a level between 0 and 1, got {low}, {high}, {level}")
    if measurement.value is None:
        raise ValueError(f"{measurement.name}: a missing measurement has no interval")
    return decide(replace(measurement, low=low, high=high, level=level), film)


def with_intervals(
    measurements: Iterable[Measurement], intervals: Intervals | str, film: Film, quality: float | None = None
) -> tuple[Measurement, ...]:
    """A model's measurements with the intervals of its ratios, cut at 0; or with the reason why a ratio has none.

    Args:
        measurements: of one film.
        intervals: the model's, or why it has none.
        film: what is known about the film.
        quality: the estimated Dice of the case, 0 to 1, or None.
    """
    return tuple(
        _bounded(one, intervals, film, quality) if one.unit == UNIT and one.value is not None else one
        for one in measurements
    )


def _bounded(one: Measurement, intervals: Intervals | str, film: Film, quality: float | None) -> Measurement:
    """A ratio with its interval, or with the reason why it has none."""
    half = None if isinstance(intervals, str) else intervals.half_width(one.name, quality)
    if half is not None and one.value is not None:
        return with_interval(one, max(0.0, one.value - half), one.value + half, LEVEL, film)
    why = intervals if isinstance(intervals, str) else intervals.why_none(one.name) or NO_QUALITY
    return replace(one, reason="; ".join(part for part in (one.reason, f"no interval: {why}") if part))


def _barred(measurement: Measurement, film: Film) -> list[str]:
    """Why no verdict may be given; empty where one may."""
    reasons = []
    if film.view == "AP":
        reasons.append("AP view: the heart is magnified by 10-20 %; no verdict")
    elif film.view is None:
        reasons.append("view unknown: no verdict (state it with --view)")
    elif film.view == "lateral":
        reasons.append("lateral view: no verdict")
    if film.age is not None and film.age < ADULT:
        reasons.append("under 18: no verdict")
    elif film.age is None and not film.adult:
        reasons.append("age unknown: no verdict (state it with --adult)")
    if measurement.status == "flagged":
        reasons.append("no verdict until someone has looked at the film")
    return reasons


def _objections(measurement: Measurement, film: Film) -> list[str]:
    """The reasons that the measurement does not state yet, so that deciding twice says nothing twice."""
    return [reason for reason in _barred(measurement, film) if reason not in measurement.reason]


def _read(measurement: Measurement) -> Verdict:
    """The verdict that a ratio, or its interval where it has one, stands for."""
    if measurement.low is not None and measurement.high is not None:
        low, high, above, below = measurement.low, measurement.high, CUT_OFF, CUT_OFF
    else:
        low = high = measurement.value or 0.0
        below, above = ZONE
    if low > above:
        return "enlarged"
    return "normal" if high < below else "indeterminate"
