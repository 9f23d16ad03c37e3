"""What a comparison ends with, as values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from medunet.cases.names import counted
from medunet.studies import Estimate
from medunet.studies.paired_comparison import PairedComparison
from medunet.studies.seed_spread import SeedSpread
from medunet.workflows.compare_pairing import Pairing
from medunet.workflows.comparison_words import as_notebook

ALPHA = 0.05
"""A Holm-corrected p-value up to this is called a difference that is shown."""


@dataclass(frozen=True, eq=False)
class Difference:
    """One test of the family: a figure of one group against the baseline, differences other − baseline.

    Attributes:
        structure, metric, against: the figure; `against` says what a measurement was compared with.
        baseline, other: names of the groups.
        pairing: the cases and what is not among them.
        figures: estimates and tests.
        p_holm: Wilcoxon's p-value corrected over the family, None where there is no test.
        p_holm_flips: the permutation test's, corrected over the same family.
        with_seeds: the mean difference with an interval that carries the spread between seeds too; None where no group
            has several.
        least_p: the smallest corrected p-value that so many subjects could give; None where there is no test.
    """

    structure: str
    metric: str
    against: str
    baseline: str
    other: str
    pairing: Pairing
    figures: PairedComparison
    p_holm: float | None = None
    p_holm_flips: float | None = None
    with_seeds: Estimate | None = None
    least_p: float | None = None

    @property
    def name(self) -> str:
        """The figure in words."""
        return figure_name(self.structure, self.metric, self.against)

    @property
    def shown(self) -> bool:
        """Whether the primary test shows a difference."""
        return self.p_holm is not None and self.p_holm <= ALPHA

    @property
    def too_few(self) -> str:
        """Why no difference could have been shown, whatever it is; "" where one could."""
        if self.least_p is None or self.least_p <= ALPHA:
            return ""
        return (
            f"with {counted(self.pairing.pairs.n, 'subject')} the corrected p-value is {self.least_p:.2g} at least, so "
            "no difference could have been shown"
        )

    def to_dict(self) -> dict[str, Any]:
        """As `compare.json` holds it."""
        found, pairing = self.figures, self.pairing
        estimates = {
            "mean_difference": found.mean,
            "median_difference": found.median,
            "rank_biserial": found.rank_biserial,
            "d_z": found.d_z,
            "showable_difference": found.showable,
            "mean_difference_with_seeds": self.with_seeds,
        }
        return {
            "structure": self.structure,
            "metric": self.metric,
            "against": self.against,
            "unit": pairing.unit,
            "baseline": self.baseline,
            "other": self.other,
            "cases": len(pairing.cases),
            "subjects": pairing.pairs.n,
            "only_baseline_has_a_value": list(pairing.only_first),
            "only_other_has_a_value": list(pairing.only_second),
            "neither_has_a_value": list(pairing.neither),
            "other_unit": list(pairing.other_unit),
            **{name: None if one is None else one.to_dict() for name, one in estimates.items()},
            "wilcoxon": found.wilcoxon.to_dict() | {"p_holm": self.p_holm, "least_p_holm": self.least_p},
            "sign_flips": found.sign_flips.to_dict() | {"p_holm": self.p_holm_flips},
        }


@dataclass(frozen=True, eq=False)
class Side:
    """One figure of one entry by itself: mean over subjects, and the cases that count as its failures."""

    entry: str
    structure: str
    metric: str
    against: str
    unit: str
    cases: int
    subjects: int
    mean: float | None
    failures: int


@dataclass(frozen=True, eq=False)
class Seeds:
    """The spread of one figure between the seeds of a group."""

    group: str
    structure: str
    metric: str
    against: str
    unit: str
    seeds: tuple[int, ...]
    spread: SeedSpread


@dataclass(frozen=True, eq=False)
class Comparison:
    """Runs on the same cases, compared with the first.

    Attributes:
        folder: where tables and page are.
        groups: name → its entries.
        family: what Holm's correction went over, in words.
        differences: the tests.
        sides: every figure of every entry.
        seeds: spread between seeds, where a recipe was trained with several.
        settings: what differs between entries: (key, value of each).
        alone: group → cases that not all entries have, sorted.
        structures_alone: entry → structures that not all entries have.
        cases, subjects: that all entries have.
        cautions: what makes figures better than they are, or a comparison unfair.
        notes: what was done with the tables.
    """

    folder: Path
    groups: Mapping[str, tuple[str, ...]]
    family: str
    differences: tuple[Difference, ...]
    sides: tuple[Side, ...]
    seeds: tuple[Seeds, ...]
    settings: tuple[tuple[str, tuple[str, ...]], ...]
    alone: Mapping[str, tuple[str, ...]]
    structures_alone: Mapping[str, tuple[str, ...]]
    cases: int
    subjects: int
    cautions: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def entries(self) -> tuple[str, ...]:
        """Names of all entries, the baseline's first."""
        return tuple(name for members in self.groups.values() for name in members)

    def difference(self, structure: str, metric: str = "dice", other: str | None = None) -> Difference | None:
        """One test, or None where it is not there."""
        wanted = (structure, metric)
        found = (d for d in self.differences if (d.structure, d.metric) == wanted and other in (None, d.other))
        return next(found, None)

    def to_dict(self) -> dict[str, Any]:
        """As `compare.json` holds it."""
        return {
            "compared": {name: list(members) for name, members in self.groups.items()},
            "baseline": next(iter(self.groups)),
            "cases": self.cases,
            "subjects": self.subjects,
            "cautions": list(self.cautions),
            "notes": list(self.notes),
            "family": self.family,
            "differences": [one.to_dict() for one in self.differences],
            "runs": [asdict(side) for side in self.sides],
            "seeds": [seeds_dict(one) for one in self.seeds],
            "settings": {key: dict(zip(self.entries, values, strict=True)) for key, values in self.settings},
            "cases_not_in_all": {name: list(cases) for name, cases in self.alone.items()},
            "structures_not_in_all": {name: list(one) for name, one in self.structures_alone.items()},
            "report": str(self.folder / "report.html"),
        }

    def _repr_html_(self) -> str:
        """As a notebook shows it."""
        return as_notebook(self)


def figure_name(structure: str, metric: str, against: str = "") -> str:
    """A figure in words: "heart Dice", "CTR absolute error (ctr_source)"."""
    words = {"dice": "Dice", "iou": "IoU", "hd95": "HD95", "hd": "HD", "assd": "ASSD", "nsd": "NSD"}
    words |= {"ctr_error": "CTR error", "ctr_abs_error": "CTR absolute error"}
    name = words.get(metric, metric.replace("_", " "))
    whole = name if structure == "all" else f"{structure} {name}"
    short = against.removeprefix("against ").removeprefix("column ")
    return whole if short in ("", "the reference masks") else f"{whole} ({short})"


def seeds_dict(one: Seeds) -> dict[str, Any]:
    """A spread between seeds as plain values."""
    return {
        "group": one.group,
        "structure": one.structure,
        "metric": one.metric,
        "against": one.against,
        "unit": one.unit,
        "seeds": list(one.seeds),
        "means": list(one.spread.means),
        "range": one.spread.range,
        "between_seeds": one.spread.between_seeds.to_dict(),
        "between_subjects": one.spread.between_subjects.to_dict(),
    }


def named(groups: Sequence[str]) -> str:
    """Names joined as in a sentence."""
    *first, last = groups
    return f"{', '.join(first)} and {last}" if first else last
