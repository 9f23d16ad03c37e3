"""Calibration of every structure over cases: what is counted of a case, and what may be pooled."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from medunet.images.labelmap import LabelMap
from medunet.scoring.matching import ALL, by_normalised_name, normalised
from medunet.scoring.reliability import RELIABILITY_BINS, Reliability, region_of

When = Literal["before", "after"]
"""With the probabilities as the network gives them, or at the fitted temperature."""

MASK = "every probability is exactly 0 or exactly 1: that is a mask, which states no doubt"
NOWHERE = "it is in no reference and no prediction: there is no box to count in"
ONE_KIND = "all pixels of the box are of one kind in the reference: there is nothing to hold probabilities against"

RELIABILITY_COLUMNS = (
    "structure",
    "temperature",
    "bin_low",
    "bin_high",
    "pixels",
    "inside",
    "mean_probability",
    "observed",
    "reason",
)
"""The columns of `reliability.csv`, in order."""


@dataclass(frozen=True, eq=False)
class CaseCalibration:
    """One case: structure → its sums in the box around it.

    Attributes:
        subject: the subject's id.
        before: with the probabilities as they are.
        after: at the temperature, of the same structures and pixels; empty where there is none.
    """

    subject: str
    before: Mapping[str, Reliability]
    after: Mapping[str, Reliability]


def calibrate_case(
    subject: str,
    reference: LabelMap,
    prediction: LabelMap,
    probabilities: Mapping[str, NDArray[np.floating[Any]]],
    calibrated: Mapping[str, NDArray[np.floating[Any]]] | None,
    *,
    annotated: tuple[str, ...] | None = None,
    where: str = "probabilities",
) -> CaseCalibration:
    """Sums of every structure that was looked for and that the model knows, one against the rest.

    Args:
        subject: the subject's id.
        reference: labels (*space).
        prediction: labels (*space) with the same names as the probabilities.
        probabilities: structure → (*space) in [0, 1], matched by name.
        calibrated: the same at the fitted temperature, or None where there is none.
        annotated: the structures that were looked for; None or empty means all.
        where: the case, for the message.

    Raises:
        InputError: two structures have one name.
        ValueError: an array's shape differs from the reference's.
    """
    known = by_normalised_name(probabilities, where=where)
    wanted = {normalised(name) for name in annotated or reference.scheme.names}
    before: dict[str, Reliability] = {}
    after: dict[str, Reliability] = {}
    for name in reference.scheme.names:
        key = normalised(name)
        if key not in wanted or key not in known:
            continue
        inside = reference.mask(name)
        box = region_of(inside, prediction.mask(known[key]))
        for found, shares in ((before, probabilities), (after, calibrated)):
            if shares is not None:
                values = shares[known[key]]
                found[name] = Reliability.nothing() if box is None else Reliability.of(inside[box], values[box])
    return CaseCalibration(subject, before, after)


@dataclass(frozen=True, eq=False)
class Calibration:
    """All cases that have probabilities.

    Attributes:
        cases: one for each.
        no_temperature: why there is nothing after, or "".
        unpredicted: cases without a prediction: no probability was stated for them, and none is judged.
        refusal: why there are no probabilities at all, or "".
    """

    cases: Sequence[CaseCalibration] = ()
    no_temperature: str = ""
    unpredicted: int = 0
    refusal: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """The structures, then "all", their sum, where there are several."""
        names = tuple(dict.fromkeys(name for case in self.cases for name in case.before))
        return (*names, ALL) if len(names) > 1 else names

    def pooled(self, name: str, when: When) -> Reliability:
        """Sums over all cases; of no pixel where there are none."""
        return Reliability(self.by_subject(name, when).sum(axis=0))

    def by_subject(self, name: str, when: When) -> NDArray[np.float64]:
        """(subjects, 4, 15) sums of every subject in which the structure was counted."""
        found: dict[str, NDArray[np.float64]] = {}
        for case in self.cases:
            parts = [one for own, one in getattr(case, when).items() if name in (own, ALL)]
            if parts and (sums := reduce(add, parts).sums).any():
                found[case.subject] = found[case.subject] + sums if case.subject in found else sums
        return np.stack(list(found.values())) if found else np.zeros((0, 4, RELIABILITY_BINS))

    def counted(self, name: str) -> int:
        """Cases in which the structure was counted."""
        return sum(any(one.sums.any() for own, one in case.before.items() if name in (own, ALL)) for case in self.cases)

    def why_not(self, name: str, when: When) -> str:
        """Why there is no figure of a structure, or ""."""
        if self.refusal:
            return self.refusal
        if when == "after" and self.no_temperature:
            return self.no_temperature
        found = self.pooled(name, "before")
        pixels, inside = int(found.pixels.sum()), int(found.inside.sum())
        if not pixels:
            return NOWHERE
        if found.is_mask:
            return MASK
        return ONE_KIND if inside in (0, pixels) else ""


def reliability_rows(calibration: Calibration) -> Iterator[tuple[Any, ...]]:
    """Rows of `reliability.csv`: structure by structure, before and after, bin by bin; or one row with the reason."""
    edges = np.linspace(0, 1, RELIABILITY_BINS + 1).round(6)
    for name in calibration.names:
        for when in ("before", "after"):
            if why := calibration.why_not(name, when):
                yield (name, when, *[None] * 6, why)
                continue
            found = calibration.pooled(name, when)
            columns = (found.pixels, found.inside, found.mean_probability, found.observed)
            for low, high, pixels, inside, stated, observed in zip(edges[:-1], edges[1:], *columns, strict=True):
                shares = (float(stated), float(observed)) if pixels else (None, None)
                yield (name, when, float(low), float(high), int(pixels), int(inside), *shares, "")
