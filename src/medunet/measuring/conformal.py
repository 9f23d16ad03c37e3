"""Conformal intervals: from errors on subjects that neither trained nor chose a model to an interval for a new one.

Split conformal prediction (Vovk and others 2005; Lei and others 2018): of n exchangeable subjects, the error of one
more lies at or below the k-th smallest of theirs with a probability of at least k / (n + 1), whatever the errors'
shape. So with k = ⌈(n + 1) · level⌉ the interval value ± k-th smallest error holds the reference in `level` of new
subjects at least; where k > n no finite interval does. This is an average over subjects like these, and no promise for
each film.

A subject with several films gives one of them, drawn by a key (Dunn, Wasserman and Ramdas 2022): films of one subject
are not exchangeable with those of others. Errors of several folds may be pooled, each subject's from the network that
has not seen it; for the folds' common prediction this supposes that it is no worse than its members, as in
cross-conformal prediction and CV+ (Vovk 2015; Barber and others 2021).
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from types import MappingProxyType
from typing import Any

from medunet.measuring.case_errors import CaseErrors, spread_at

LEVEL = 0.90
"""Share of new subjects whose reference the interval is to hold."""

NO_RATIO = "no case has a ratio in reference and prediction"
MOST_SHARED = 0.05
"""Share of films that folds may have in common before their intervals are no longer pooled; a film that is in the data
twice is no reason."""

SAME_FILMS = "the folds' intervals come of the same films"
OF_TWO_KINDS = "the folds' intervals are of two kinds"


@dataclass(frozen=True, slots=True)
class Residuals:
    """The errors of one measurement, one of each subject.

    Attributes:
        values: ascending, 0 or more.
        without: further subjects that had no number in reference or prediction.

    Raises:
        ValueError: a value is no finite number of 0 or more, they do not ascend, or a count is below 0.
    """

    values: tuple[float, ...] = ()
    without: int = 0

    def __post_init__(self) -> None:
        if not all(math.isfinite(value) and value >= 0 for value in self.values) or self.without < 0:
            raise ValueError(f"residuals are finite and 0 or more, counts too, got {self.values} and {self.without}")
        if list(self.values) != sorted(self.values):
            raise ValueError("residuals ascend")

    def quantile(self, level: float = LEVEL) -> float | None:
        """The ⌈(n + 1) · level⌉-th smallest, or None where there are fewer.

        Args:
            level: in (0, 1).
        """
        rank = _rank(len(self.values), level)
        return self.values[rank - 1] if rank <= len(self.values) else None

    def why_none(self, level: float = LEVEL) -> str:
        """Why there is no quantile; empty where there is one."""
        if self.quantile(level) is not None:
            return ""
        return f"{_subjects(len(self.values))}; level {level:.2f} needs at least {fewest(level)}"


@dataclass(frozen=True)
class Intervals:
    """What a model's intervals rest on.

    Attributes:
        residuals: measurement → its errors.
        source: where they come from, in words: "validation cases", "5 folds", "cases of evaluate".
        films: content keys of all films of the subjects behind them: these show nothing about the intervals' coverage.
        scaled: whether errors are in units of the spread that the case's quality lets expect.
    """

    residuals: Mapping[str, Residuals]
    source: str
    films: frozenset[str] = frozenset()
    scaled: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "residuals", MappingProxyType(dict(self.residuals)))

    @classmethod
    def of(cls, cases: Sequence[CaseErrors], source: str, *, scaled: bool = False) -> Intervals | str:
        """Intervals from the errors of cases that neither trained nor chose the model, or why there are none."""
        names = dict.fromkeys(name for case in cases for name in case.errors)
        residuals = {name: _one_a_subject(cases, name, scaled=scaled) for name in names}
        if not any(one.values for one in residuals.values()):
            return NO_RATIO
        return cls(residuals, source, frozenset(case.film for case in cases), scaled)

    @classmethod
    def pooled(cls, parts: Sequence[Intervals | str]) -> Intervals | str:
        """Those of several folds together, or the reason of the first that has none."""
        if reason := next((part for part in parts if isinstance(part, str)), None):
            return reason
        folds = [part for part in parts if isinstance(part, Intervals)]
        films = frozenset().union(*(part.films for part in folds))
        if sum(len(part.films) for part in folds) - len(films) > MOST_SHARED * len(films):
            return SAME_FILMS
        if len({part.scaled for part in folds}) > 1:
            return OF_TWO_KINDS
        residuals = {}
        for name in dict.fromkeys(name for part in folds for name in part.residuals):
            found = [part.residuals.get(name, Residuals()) for part in folds]
            values = tuple(sorted(value for one in found for value in one.values))
            residuals[name] = Residuals(values, sum(one.without for one in found))
        return cls(residuals, f"{len(folds)} folds", films, folds[0].scaled)

    @classmethod
    def from_dict(cls, told: Mapping[str, Any]) -> Intervals:
        """What `to_dict` gave.

        Raises:
            ValueError, TypeError, KeyError, AttributeError: it is something else.
        """
        residuals = {
            str(name): Residuals(tuple(float(value) for value in one["values"]), int(one["without"]))
            for name, one in told["residuals"].items()
        }
        films = frozenset(str(film) for film in told["films"])
        return cls(residuals, str(told["source"]), films, told["scaled"] is True)

    def to_dict(self) -> dict[str, Any]:
        """As `model.json` holds it."""
        return {
            "source": self.source,
            "scaled": self.scaled,
            "residuals": {
                name: {"values": list(one.values), "without": one.without} for name, one in self.residuals.items()
            },
            "films": sorted(self.films),
        }

    @property
    def digest(self) -> str:
        """A hash (hex) that tells these intervals from others."""
        return hashlib.sha256(json.dumps(self.to_dict(), sort_keys=True).encode()).hexdigest()

    def half_width(self, name: str, quality: float | None = None) -> float | None:
        """Half the width of a measurement's interval; None where there is none, and `why_none` says why.

        Args:
            name: the measurement.
            quality: the estimated Dice of the case; only `scaled` intervals ask for it.
        """
        found = self.residuals.get(name, Residuals()).quantile()
        if found is None or not self.scaled:
            return found
        return None if quality is None else found * spread_at(quality)

    def why_none(self, name: str) -> str:
        """Why a measurement has no interval whatever the case; empty where it can have one."""
        return self.residuals.get(name, Residuals()).why_none()


def fewest(level: float = LEVEL) -> int:
    """The smallest number of subjects whose largest error is an interval of this level."""
    return next(n for n in count(1) if _rank(n, level) <= n)


def _rank(n: int, level: float) -> int:
    """⌈(n + 1) · level⌉, without what floating point adds to a whole number."""
    if not 0 < level < 1:
        raise ValueError(f"a level lies between 0 and 1, got {level}")
    return math.ceil((n + 1) * level - 1e-9)


def _one_a_subject(cases: Sequence[CaseErrors], name: str, *, scaled: bool) -> Residuals:
    """One error of each subject: of its films that have one, the first in the order of a keyed draw."""
    drawn: dict[str, tuple[str, float] | None] = {}
    for case in cases:
        value = case.residual(name, scaled=scaled)
        if value is None:
            drawn.setdefault(case.subject, None)
            continue
        place = hashlib.sha256(f"interval {case.film}".encode()).hexdigest()
        before = drawn.get(case.subject)
        drawn[case.subject] = (place, value) if before is None else min(before, (place, value))
    values = tuple(sorted(one[1] for one in drawn.values() if one is not None))
    return Residuals(values, len(drawn) - len(values))


def _subjects(n: int) -> str:
    return "1 subject" if n == 1 else f"{n} subjects"
