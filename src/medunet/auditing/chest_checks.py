"""Checks of what is measured on chests (MU4xx): plausible numbers, and outlines unlike all others."""

from __future__ import annotations

from collections.abc import Callable

from medunet.auditing.check import Finding, NotApplicableError, SkippedError
from medunet.auditing.evidence import ENOUGH, Evidence, far_off, mask_of, measured
from medunet.auditing.look import Drawn
from medunet.cases import Case
from medunet.measuring.findings import LUNG_FACTOR, LUNG_SHARE
from medunet.measuring.ratios import PLAUSIBLE

TILT = 8.0
"""Degrees. Measurements are flagged from 5; a film worth setting apart leans further."""

UNLIKE = 3.0
"""Robust standard deviations, summed over both signs of a lung drawn through the place of the heart."""

AREA_LIMIT = 4.0


def ratio(evidence: Evidence) -> list[Finding]:
    """Cardiothoracic ratios that no adult has."""
    values = _values(evidence, lambda drawn: drawn.ctr, "no mask has a cardiothoracic ratio")
    low, high = PLAUSIBLE
    return [
        Finding((case.id,), mask_of(case), f"the cardiothoracic ratio is {value:.3f}, outside {low:.2f} to {high:.2f}",
                "Look at the mask of heart and lungs", round(value, 3))
        for case, _, value in values
        if not low <= value <= high
    ]  # fmt: skip


def lungs(evidence: Evidence) -> list[Finding]:
    """Lungs too small, too large or too unequal."""
    values = _values(evidence, lambda drawn: drawn.lung_share, "no mask has two lungs")
    found = []
    for case, drawn, share in values:
        factor = drawn.lung_factor or 1.0
        if not LUNG_SHARE[0] <= share <= LUNG_SHARE[1]:
            cause = f"lungs cover {share:.0%} of the film, outside {LUNG_SHARE[0]:.0%} to {LUNG_SHARE[1]:.0%}"
            found.append(Finding((case.id,), mask_of(case), cause, "Look at film and mask", round(share, 3)))
        elif factor > LUNG_FACTOR:
            cause = f"one lung is {factor:.1f} times the other: is a white lung cut from the mask?"
            found.append(Finding((case.id,), mask_of(case), cause, "Look at film and mask", round(factor, 2)))
    return found


def tilt(evidence: Evidence) -> list[Finding]:
    """Chests that lean in the picture."""
    values = _values(evidence, lambda drawn: drawn.tilt, "no mask has two lungs")
    return [
        Finding((case.id,), mask_of(case), f"the chest leans by {abs(value):.0f} degrees",
                "Widths along the picture's rows overstate it: see ctr_midline", round(value, 1))
        for case, _, value in values
        if abs(value) > TILT
    ]  # fmt: skip


def unusual_area(evidence: Evidence) -> list[Finding]:
    """Structures much smaller or larger than in the other cases."""
    if not evidence.drawn:
        raise NotApplicableError("no mask could be read")
    found, compared = [], False
    for name in evidence.gathered.scheme.names if evidence.gathered.scheme else ():
        own = [(case, drawn) for case, drawn in evidence.drawn if drawn.area(name)]
        if len(own) < ENOUGH:
            continue
        compared = True
        # The square root of an area is a length, and lengths are nearly normal.
        sizes = [(drawn.area(name) / max(1, _pixels(evidence, case))) ** 0.5 for case, drawn in own]
        distance, far = far_off(sizes, AREA_LIMIT)
        for index in far:
            case, word = own[index][0], "small" if distance[index] < 0 else "large"
            cause = f"{name} is unusually {word}: {abs(distance[index]):.1f} standard deviations from the other masks"
            found.append(Finding((case.id,), mask_of(case), cause, "Look at film and mask",
                                 round(float(distance[index]), 2)))  # fmt: skip
    if not compared:
        raise SkippedError(f"no structure is in {ENOUGH} masks")
    return found


def lung_through_heart(evidence: Evidence) -> list[Finding]:
    """Left lungs that reach over the heart and into the mediastinum further than others do."""
    values = [
        (case, drawn.over_heart, drawn.gap)
        for case, drawn in evidence.drawn
        if drawn.over_heart is not None and drawn.gap is not None
    ]
    if not values:
        raise NotApplicableError("no mask has a heart and both lungs told apart")
    if len(values) < ENOUGH:
        raise SkippedError(f"fewer than {ENOUGH} masks to compare")
    over, _ = far_off([one for _, one, _ in values], UNLIKE)
    gap, _ = far_off([one for *_, one in values], UNLIKE)
    found = []
    for (case, share, _), high, low in zip(values, over, gap, strict=True):
        score = float(high - low)
        if high > 1 and low < -0.5 and score > UNLIKE:
            cause = f"the left lung stands on {share:.0%} of the heart's width and leaves little room between the lungs"
            remedy = "Was the left lung drawn through the heart? Its inner border ends at the mediastinum"
            found.append(Finding((case.id,), mask_of(case), cause, remedy, round(score, 2)))
    return found


def _values(evidence: Evidence, value: Callable[[Drawn], float | None], why: str) -> list[tuple[Case, Drawn, float]]:
    found = measured(evidence.drawn, value)
    if not found:
        raise NotApplicableError(why)
    return found


def _pixels(evidence: Evidence, case: Case) -> int:
    """Pixels of a case's film, 1 where it could not be read."""
    return evidence.pixels.get(case.id, 1)
