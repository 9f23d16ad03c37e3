"""Checks of masks by themselves and against their film (MU3xx)."""

from __future__ import annotations

import numpy as np

from medunet.auditing.check import Finding, NotApplicableError, SkippedError
from medunet.auditing.evidence import ENOUGH, Evidence, mask_of
from medunet.auditing.look import Drawn
from medunet.cases import Case

RARE = 0.2
"""A structure in a smaller share of the cases than this is no structure that others miss, but one that some have."""

RINGING = 0.01
"""Share of a lossy mask between background and structure from which it is said."""

SHIFT = 2.5 / 128
"""Distance of the best fit from the usual one, in shares of the film, from which a mask has slipped. Of 193 masks of
Wingspan 99 % lie within 1.1 / 128; a shift by 20 of 512 pixels is 5 / 128."""

USUAL_SHIFT = (2 / 128, 0.0)
"""Where masks of lungs fit best: readers draw them a little above the film's darkest outline."""

MIRRORED = 0.03
"""By how much the mirrored mask must fit better. Of 193 masks of Wingspan each fits better by .07 at least."""

MATCH = 0.42
MATCH_SHARE = 0.72
"""A mask with a lower match than this, or than this share of the data's median, belongs to another film."""


def empty(evidence: Evidence) -> list[Finding]:
    """Masks without any structure."""
    _need_masks(evidence)
    remedy = "Draw it, or take the mask away if it was not drawn yet"
    return [
        Finding((case.id,), mask_of(case), "the mask is empty", remedy, 0.0)
        for case, drawn in evidence.drawn
        if not any(area for _, area in drawn.pixels)
    ]


def missing_structure(evidence: Evidence) -> list[Finding]:
    """Structures that most masks have and some lack, although they were looked for."""
    _need_masks(evidence)
    found = []
    for name in evidence.gathered.scheme.names if evidence.gathered.scheme else ():
        looked = [(c, d) for c, d in evidence.drawn if c.annotated is None or name in c.annotated]
        having = sum(drawn.area(name) > 0 for _, drawn in looked)
        if having < (1 - RARE) * len(looked):
            continue
        for case, drawn in looked:
            if drawn.area(name) == 0 and any(area for _, area in drawn.pixels):
                cause = f"{name} is missing; {having} of {len(looked)} masks have it"
                found.append(Finding((case.id,), mask_of(case), cause, "Draw it, or name in the column annotated what "
                                     "was looked for", float(having)))  # fmt: skip
    return found


def rare_structure(evidence: Evidence) -> list[Finding]:
    """Values that only very few masks hold: a slip of the pen, or a class of its own."""
    _need_masks(evidence)
    found = []
    for name in evidence.gathered.scheme.names if evidence.gathered.scheme else ():
        having = [(case, drawn) for case, drawn in evidence.drawn if drawn.area(name)]
        if having and len(evidence.drawn) >= ENOUGH and len(having) <= max(1, 0.05 * len(evidence.drawn)):
            ids = tuple(case.id for case, _ in having)
            cause = f"{name} is in {len(having)} of {len(evidence.drawn)} masks only"
            found.append(Finding(ids, mask_of(having[0][0]), cause, "Is it a slip? Correct it, or name it",
                                 float(len(having))))  # fmt: skip
    return found


def lossy(evidence: Evidence) -> list[Finding]:
    """Masks stored as JPEG: one finding for all, the most blurred one as its example."""
    _need_masks(evidence)
    blurred = [(case, drawn) for case, drawn in evidence.drawn if drawn.lossy]
    if not blurred:
        return []
    worst, drawn = max(blurred, key=lambda pair: pair[1].ringing)
    ids = (worst.id, *(case.id for case, _ in blurred if case is not worst))
    cause = f"{len(blurred)} masks are JPEG; up to {drawn.ringing:.1%} of their pixels are no label"
    return [Finding(ids, mask_of(worst), cause, "Export the masks as PNG from where they were drawn", drawn.ringing)]


def same_mask(evidence: Evidence) -> list[Finding]:
    """One mask under several films that differ: a mask of another case."""
    _need_masks(evidence)
    groups: dict[str, list[Case]] = {}
    for case, drawn in evidence.drawn:
        if any(area for _, area in drawn.pixels):
            groups.setdefault(drawn.digest, []).append(case)
    digests = {case.id: film.digest for case, film in evidence.films}
    remedy = "Find out whose mask it is, and give the others their own"
    return [
        Finding(tuple(case.id for case in group), mask_of(group[0]), f"{len(group)} films have the same mask", remedy,
                float(len(group)))
        for group in groups.values()
        if len({digests.get(case.id, case.id) for case in group}) > 1
    ]  # fmt: skip


def misfit(evidence: Evidence) -> list[Finding]:
    """Masks of lungs that have slipped, or that belong to another film."""
    fitted = [
        (case, (drawn.match_mirrored or -1.0) - (drawn.match_best or 0.0), drawn.match, drawn.shift)
        for case, drawn in evidence.drawn
        if drawn.match is not None and drawn.shift is not None and evidence.turned.get(case.id, 0) < 8
    ]
    if not evidence.drawn:
        raise NotApplicableError("no mask could be read")
    if not fitted:
        raise NotApplicableError("no mask of lungs on a film of two axes")
    enough = len(fitted) >= ENOUGH
    usual = tuple(np.median([shift for *_, shift in fitted], axis=0)) if enough else USUAL_SHIFT
    least = MATCH_SHARE * float(np.median([match for _, _, match, _ in fitted])) if enough else MATCH
    found = _all_slipped([case for case, *_ in fitted], (float(usual[0]), float(usual[1])))
    for case, mirrored_by, match, shift in fitted:
        off = max(abs(shift[0] - usual[0]), abs(shift[1] - usual[1]))
        if mirrored_by > MIRRORED:
            cause = "the mirrored mask fits the film better"
            remedy = "Was the film or the mask mirrored alone? Compare with the R or L mark"
            found.append(Finding((case.id,), mask_of(case), cause, remedy, round(mirrored_by, 4)))
        elif match < least:
            cause = f"the mask hardly fits the film: match {match:.2f}, others from {least:.2f}"
            remedy = "Is it another film's mask, or a bad one? Look at both"
            found.append(Finding((case.id,), mask_of(case), cause, remedy, match))
        elif off > SHIFT:
            cause = f"the mask would fit better {_way(shift, (float(usual[0]), float(usual[1])))}"
            found.append(Finding((case.id,), mask_of(case), cause, "Has it slipped? Look at both", round(off, 4)))
    return found


def _all_slipped(cases: list[Case], usual: tuple[float, float]) -> list[Finding]:
    """One finding for all masks, where they as a rule lie elsewhere than masks of lungs do."""
    off = max(abs(one - other) for one, other in zip(usual, USUAL_SHIFT, strict=True))
    if off <= SHIFT:
        return []
    cause = f"the masks of all {len(cases)} films as a rule would fit better {_way(usual, USUAL_SHIFT)}"
    remedy = "Were all moved or scaled when they were exported? Look at some"
    return [Finding(tuple(case.id for case in cases), mask_of(cases[0]), cause, remedy, round(off, 4))]


def exchanged_labels(evidence: Evidence) -> list[Finding]:
    """Right and left lung under each other's label, on a film that is not mirrored."""
    told = _told_apart(evidence)
    remedy = "Exchange the labels of right and left lung: the picture's left is the patient's right"
    cause = "the right lung lies at the picture's right, the heart where it should: labels exchanged"
    return [
        Finding((case.id,), mask_of(case), cause, remedy, drawn.heart_right)
        for case, drawn in told
        if drawn.exchanged and (drawn.heart_right is None or drawn.heart_right <= 0.5)
    ]


def mirrored(evidence: Evidence) -> list[Finding]:
    """Films that were mirrored, told by the heart's side in their masks."""
    if not evidence.flat or not evidence.chests:
        raise NotApplicableError("these are no frontal chest films")
    placed = [(case, drawn) for case, drawn in evidence.upright if drawn.heart_right is not None]
    if not placed:
        raise SkippedError("needs masks of heart and lungs: without them every sixth film would be called mirrored")
    found = []
    for case, drawn in placed:
        share = drawn.heart_right or 0.0
        if share > (0.5 if drawn.exchanged else 0.55):
            also = " and right and left lung are exchanged" if drawn.exchanged else ""
            cause = (
                f"{share:.0%} of the heart lie in the right half of the chest{also}: mirrored film or situs inversus"
            )
            remedy = "Compare with the R or L mark; mirror film and mask back"
            found.append(Finding((case.id,), mask_of(case), cause, remedy, round(share, 3)))
    return found


def _told_apart(evidence: Evidence) -> list[tuple[Case, Drawn]]:
    _need_masks(evidence)
    told = [(case, drawn) for case, drawn in evidence.upright if drawn.exchanged is not None]
    if not told:
        raise NotApplicableError("no mask tells right and left lung apart")
    return told


def _need_masks(evidence: Evidence) -> None:
    if not any(case.target is not None for case in evidence.cases):
        raise NotApplicableError("no case has a mask that is understood")
    if not evidence.drawn:
        raise SkippedError("no mask could be read")


def _way(shift: tuple[float, float], usual: tuple[float, float]) -> str:
    """A shift in words: ``4 % higher and 2 % further left``."""
    down, right = (100 * (one - other) for one, other in zip(shift, usual, strict=True))
    words = [f"{abs(down):.0f} % {'lower' if down > 0 else 'higher'}"] if abs(down) >= 0.7 else []
    words += [f"{abs(right):.0f} % further {'right' if right > 0 else 'left'}"] if abs(right) >= 0.7 else []
    return " and ".join(words)
