"""Checks of what is measured on chests (MU4xx): plausible numbers, and outlines unlike all others."""

from __future__ import annotations

from collections.abc import Callable

from medunet.auditing.check import Finding, NotApplicableError, SkippedError
from medunet.auditing.chest_traits import TRAITS
from medunet.auditing.evidence import ENOUGH, Evidence, far_off, mask_of, measured
from medunet.auditing.look import Drawn
from medunet.cases import Case
from medunet.measuring.findings import LUNG_FACTOR, LUNG_SHARE
from medunet.measuring.ratios import PLAUSIBLE

TILT = 8.0
"""Degrees. Measurements are flagged from 5; a film worth setting apart leans further."""

THROUGH = 4.5
"""Robust standard deviations, summed over the three signs of a lung drawn through the place of the heart."""

AREA_LIMIT = 4.0

UNLIKE = 4.5
"""Robust standard deviations in one trait from which a chest is unlike the others."""

UNLIKE_TWICE = 3.5
"""The same in each of two traits."""

_SIGNS = (("over heart", 0.02), ("dense rim", 0.03), ("recedes", 0.005))


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
    """Left lungs whose inner border runs through mediastinum and heart.

    Three signs, each in comparison with the other masks: the lung stands on much of the heart; its inner border does
    not recede on the way down to it; what lies inside that border is as bright as the heart.
    """
    values = [
        (case, [value for name, _ in _SIGNS if (value := drawn.trait(name)) is not None])
        for case, drawn in evidence.upright
    ]
    values = [(case, signs) for case, signs in values if len(signs) == len(_SIGNS)]
    if not values:
        raise NotApplicableError("no mask of heart and two lungs on a readable film")
    if len(values) < ENOUGH:
        raise SkippedError(f"fewer than {ENOUGH} masks to compare")
    over, dense, recedes = (
        far_off([signs[place] for _, signs in values], THROUGH, least)[0] for place, (_, least) in enumerate(_SIGNS)
    )
    found = []
    for (case, (share, *_)), score in zip(values, over + dense - recedes, strict=True):
        if score > THROUGH:
            cause = (
                f"the left lung stands on {share:.0%} of the heart's width and holds what is as bright as the heart: "
                f"{score:.1f} standard deviations from the other masks"
            )
            remedy = "Was the left lung drawn through the heart? Its inner border ends at the mediastinum"
            found.append(Finding((case.id,), mask_of(case), cause, remedy, round(float(score), 2)))
    return found


def unlike_others(evidence: Evidence) -> list[Finding]:
    """Chests that differ from the others of the set in a trait: one finding a case, its most unusual traits named."""
    held = [(case, dict(drawn.traits)) for case, drawn in evidence.upright if drawn.traits]
    if not held:
        raise NotApplicableError("no mask has two lungs")
    if len(held) < ENOUGH:
        raise SkippedError(f"fewer than {ENOUGH} masks to compare")
    odd: dict[str, list[tuple[float, str]]] = {}
    very_odd: set[str] = set()
    for trait in TRAITS:
        known = [(case.id, traits[trait.name]) for case, traits in held if trait.name in traits]
        if len(known) < ENOUGH:
            continue
        values = [value for _, value in known]
        distance, far = far_off(values, UNLIKE_TWICE, trait.least)
        _, very_far = far_off(values, UNLIKE, trait.least)
        for index in far:
            if words_of := trait.high if distance[index] > 0 else trait.low:
                odd.setdefault(known[index][0], []).append((float(distance[index]), words_of))
                very_odd |= {known[index][0]} if index in very_far else set()
    found = []
    for case, _ in held:
        traits_of_case = sorted(odd.get(case.id, []), key=lambda pair: -abs(pair[0]))
        if case.id in very_odd or len(traits_of_case) > 1:
            cause = ", ".join(f"{said} ({abs(far_by):.1f})" for far_by, said in traits_of_case[:3])
            cause += ": standard deviations from the other masks"
            found.append(
                Finding((case.id,), mask_of(case), cause, "Look at film and mask", round(traits_of_case[0][0], 2))
            )
    return found


def _values(evidence: Evidence, value: Callable[[Drawn], float | None], why: str) -> list[tuple[Case, Drawn, float]]:
    found = measured(evidence.upright, value)
    if not found:
        raise NotApplicableError(why)
    return found


def _pixels(evidence: Evidence, case: Case) -> int:
    """Pixels of a case's film, 1 where it could not be read."""
    return evidence.pixels.get(case.id, 1)
