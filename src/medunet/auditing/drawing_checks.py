"""Checks of how structures are drawn (MU311 to MU313): in one piece, without holes, under their own name."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import optimize

from medunet.auditing.check import Finding, NotApplicableError, SkippedError
from medunet.auditing.evidence import ENOUGH, Evidence, mask_of
from medunet.auditing.look import Drawn
from medunet.auditing.structure_shape import StructureShape
from medunet.cases import Case
from medunet.measuring.chest import HEART, LEFT_LUNG, RIGHT_LUNG, words

STRAY = 0.002
"""Share of a structure outside its largest piece from which it is said; less is a slip of a few pixels."""

HOLES = 0.001
"""Enclosed pixels over a structure's own from which they are said."""

WHOLE = 0.9
"""Share of the masks in which a structure is whole from which the others are odd."""

BETTER = 0.25
"""By how much the places of structures must fit better under exchanged names, in shares of the box around all."""

_ONE_PIECE = (HEART, RIGHT_LUNG, LEFT_LUNG)


def stray_pieces(evidence: Evidence) -> list[Finding]:
    """Pieces of a structure that lie apart, where it is in one piece as a rule."""
    return _unlike_whole(
        evidence,
        lambda shape: shape.stray,
        STRAY,
        lambda shape: f"{shape.name} has {shape.pieces} pieces; {shape.stray:.1%} of it lie apart",
        "Was it a slip? Remove the piece, or join it",
    )


def holes(evidence: Evidence) -> list[Finding]:
    """Holes in a structure that has none as a rule."""
    return _unlike_whole(
        evidence,
        lambda shape: shape.holes,
        HOLES,
        lambda shape: f"{shape.name} has holes of {shape.holes:.1%} of its area",
        "Fill them, unless they are meant",
    )


def under_other_name(evidence: Evidence) -> list[Finding]:
    """Structures that lie where another one lies: in other masks, or by what is known of chests."""
    shown = [(case, drawn) for case, drawn in _shown(evidence) if len(drawn.shapes) > 1 and not drawn.exchanged]
    if not shown:
        raise NotApplicableError("no mask has two structures")
    usual = _usual_places(shown)
    if usual is None and not any(_between(drawn) is not None for _, drawn in shown):
        raise SkippedError(f"no two structures are in {ENOUGH} masks")
    found = []
    for case, drawn in shown:
        cause = (
            "the heart does not lie between the lungs" if _between(drawn) is False else _exchange(drawn, usual or {})
        )
        if cause:
            remedy = "Are structures under each other's label? Look at the mask and at labels.json"
            found.append(Finding((case.id,), mask_of(case), cause, remedy))
    return found


def _shown(evidence: Evidence) -> list[tuple[Case, Drawn]]:
    """Masks of films that lie as they should."""
    if not any(case.target is not None for case in evidence.cases):
        raise NotApplicableError("no case has a mask that is understood")
    if not evidence.drawn:
        raise SkippedError("no mask could be read")
    return list(evidence.upright)


def _unlike_whole(
    evidence: Evidence,
    value: Callable[[StructureShape], float],
    limit: float,
    cause: Callable[[StructureShape], str],
    remedy: str,
) -> list[Finding]:
    """Findings where a value lies above its limit, for structures in which it does so hardly ever."""
    shown: dict[str, list[tuple[Case, StructureShape]]] = {}
    for case, drawn in _shown(evidence):
        for shape in drawn.shapes:
            shown.setdefault(shape.name, []).append((case, shape))
    found, compared = [], False
    for name, pairs in shown.items():
        whole = sum(value(shape) <= limit for _, shape in pairs)
        if words(name) not in _ONE_PIECE and (len(pairs) < ENOUGH or whole < WHOLE * len(pairs)):
            continue
        compared = True
        found += [
            Finding((case.id,), mask_of(case), cause(shape), remedy, round(value(shape), 4))
            for case, shape in pairs
            if value(shape) > limit
        ]
    if not compared:
        raise NotApplicableError(f"no structure is whole in {WHOLE:.0%} of at least {ENOUGH} masks")
    return found


def _between(drawn: Drawn) -> bool | None:
    """Whether the heart lies between two lungs told apart; None where not all three are drawn."""
    across = {words(shape.name): shape.centre[-1] for shape in drawn.shapes if len(shape.centre) == 2}
    if not {HEART, RIGHT_LUNG, LEFT_LUNG} <= set(across):
        return None
    return min(across[RIGHT_LUNG], across[LEFT_LUNG]) < across[HEART] < max(across[RIGHT_LUNG], across[LEFT_LUNG])


def _places(drawn: Drawn) -> dict[str, NDArray[np.float64]]:
    """Structure → its centre in shares of the box around everything drawn."""
    low = np.min([shape.low for shape in drawn.shapes], axis=0)
    high = np.max([shape.high for shape in drawn.shapes], axis=0)
    size = np.maximum(high - low, 1e-9)
    return {shape.name: (np.asarray(shape.centre) - low) / size for shape in drawn.shapes}


def _usual_places(shown: list[tuple[Case, Drawn]]) -> dict[str, NDArray[np.float64]] | None:
    """Structure → median place, of those in enough masks; None for fewer than two."""
    places: dict[str, list[NDArray[np.float64]]] = {}
    for _, drawn in shown:
        for name, place in _places(drawn).items():
            places.setdefault(name, []).append(place)
    usual = {name: np.median(own, axis=0) for name, own in places.items() if len(own) >= ENOUGH}
    return usual if len(usual) > 1 else None


def _exchange(drawn: Drawn, usual: dict[str, NDArray[np.float64]]) -> str:
    """In words, which structures would fit better under each other's name; empty where none would."""
    places = {name: place for name, place in _places(drawn).items() if name in usual}
    names = list(places)
    if len(names) < 2:
        return ""
    cost = np.array([[np.linalg.norm(places[one] - usual[other]) for other in names] for one in names])
    rows, columns = optimize.linear_sum_assignment(cost)
    if float(np.trace(cost) - cost[rows, columns].sum()) < BETTER:
        return ""
    return "; ".join(
        f"{names[a]} lies where others have {names[b]}" for a, b in zip(rows, columns, strict=True) if a != b
    )
