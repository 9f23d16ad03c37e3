"""Figures of calibration with their intervals: counts of pixels from scoring, whole subjects drawn by studies."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from medunet.scoring import CALIBRATION_METRICS, MARGIN, Calibration, When, ece_by_chance, mce_by_chance
from medunet.studies import Estimate, Method, bootstrap_of_sums

if TYPE_CHECKING:
    from medunet.prediction import Temperature

Moment = Literal["before", "after", "change"]
"""Before and after the temperature, and after minus before."""

CALIBRATION_COLUMNS = (
    "structure",
    "figure",
    "temperature",
    "value",
    "low",
    "high",
    "level",
    "cases",
    "subjects",
    "reason",
)
"""The columns of `calibration.csv`, in order."""

REGION = (
    "one structure against the rest, over the pixels of the box around it in reference and prediction together, "
    f"{MARGIN:.0%} of the image wider on every side; pooled over cases"
)
"""Which pixels count."""

_NAMES = {"ece": "expected calibration error, 15 equal bins", "mce": "maximum calibration error, 15 equal bins",
          "brier": "Brier's score"}  # fmt: skip
_SOURCE = "Guo et al. 2017; Brier 1950; Davison and Hinkley 1997, section 5.2"
_BY_CHANCE = {"ece": ece_by_chance, "mce": mce_by_chance}

Sums = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class CalibrationFigures:
    """What is known of the probabilities.

    Attributes:
        counts: by case, or why there are none.
        temperature: the model's, or why it has none.
        estimates: (structure, figure of `CALIBRATION_METRICS`, moment) → estimate; where there is a reason, no value.
    """

    counts: Calibration = field(default_factory=Calibration)
    temperature: Temperature | str = ""
    estimates: Mapping[tuple[str, str, Moment], Estimate] = field(default_factory=dict)

    @classmethod
    def of(cls, counts: Calibration, temperature: Temperature | str) -> CalibrationFigures:
        """Every figure of every structure."""
        found: dict[tuple[str, str, Moment], Estimate] = {}
        for name in counts.names:
            sums = {when: counts.by_subject(name, when) for when in _moments()}
            for figure in CALIBRATION_METRICS:
                for when in _moments():
                    found[name, figure, when] = _estimate(counts, name, figure, when, sums[when])
                found[name, figure, "change"] = _change(counts, name, figure, sums)
        return cls(counts, temperature, found)

    def to_dict(self) -> dict[str, Any]:
        """As `summary.json` holds it."""
        if self.counts.refusal:
            return {"refused": self.counts.refusal}
        told = self.temperature
        structures: dict[str, dict[str, dict[str, Any]]] = {}
        for (name, figure, when), one in self.estimates.items():
            structures.setdefault(name, {}).setdefault(figure, {})[when] = _plain(one)
        return {
            "pixels": REGION,
            "temperature": {"reason": told} if isinstance(told, str) else told.to_dict(),
            "cases": len(self.counts.cases),
            "cases_not_predicted": self.counts.unpredicted,
            "structures": structures,
        }

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """Rows of `calibration.csv`."""
        for (name, figure, when), one in self.estimates.items():
            yield (name, figure, when, one.value, one.low, one.high, one.level, one.rows, one.subjects, one.reason)


def _moments() -> tuple[When, When]:
    return "before", "after"


def _plain(one: Estimate) -> dict[str, Any]:
    """An estimate as JSON, the method by its name."""
    told = asdict(one)
    return {**{key: told[key] for key in ("value", "low", "high", "level", "subjects", "reason")},
            "cases": one.rows, "method": one.method.name}  # fmt: skip


def _estimate(counts: Calibration, name: str, figure: str, when: When, sums: Sums) -> Estimate:
    method = Method(f"{_NAMES[figure]}; reflected bootstrap of whole subjects", _SOURCE)
    return _of(counts, name, when, sums, CALIBRATION_METRICS[figure], method, figure)


def _change(counts: Calibration, name: str, figure: str, sums: Mapping[When, Sums]) -> Estimate:
    """After minus before: both of the same subjects in every draw."""
    formula = CALIBRATION_METRICS[figure]
    method = Method(f"{_NAMES[figure]}, after minus before; reflected bootstrap of whole subjects", _SOURCE)
    paired = np.stack([sums["before"], sums["after"]], axis=1) if len(sums["after"]) else sums["after"][:, None]
    return _of(counts, name, "after", paired, lambda both: formula(both[:, 1]) - formula(both[:, 0]), method)


def _of(
    counts: Calibration,
    name: str,
    when: When,
    sums: Sums,
    formula: Callable[[Sums], Sums],
    method: Method,
    figure: str = "",
) -> Estimate:
    """The estimate, or the reason why there is no figure."""
    cases = counts.counted(name)
    if why := counts.why_not(name, when):
        return Estimate(None, None, None, 0.95, cases, len(sums), method, why)
    least, chance = (0.0, _BY_CHANCE.get(figure)) if figure else (None, None)
    return bootstrap_of_sums(sums, formula, rows=cases, method=method, least=least, by_chance=chance)
