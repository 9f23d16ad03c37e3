"""Study: what was found of a measurement and a label, with everything it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from medunet.reports import notebook_table
from medunet.studies import CutOffAccuracy, Estimate, HypothesisTest
from medunet.studies.group_analysis import Asked, GroupAnalysis, TrimmedAnalysis
from medunet.workflows.study_finding import Finding
from medunet.workflows.study_rows import StudyRows
from medunet.workflows.study_subgroups import Balance, Subgroup
from medunet.workflows.study_words import ESTIMATE_HEADER, estimate_row

NOTEBOOK = ("AUC", "difference of means", "Hedges' g", "rank-biserial correlation")
"""Figures that a notebook shows."""


@dataclass(frozen=True, eq=False)
class Study:
    """A measurement against a label.

    Attributes:
        folder: where tables, figures and page lie.
        rows: everything known of each case.
        finding: the label, and the rows that have one.
        asked: what was stated before the data were seen.
        primary: the analysis of all data.
        second: the analysis without outliers.
        subgroups: the levels of each column that was asked for.
        no_subgroups: column → why it has none.
        balance: how views and label go together, or None where no column tells the view.
    """

    folder: Path
    rows: StudyRows
    finding: Finding
    asked: Asked
    primary: GroupAnalysis
    second: TrimmedAnalysis
    subgroups: tuple[Subgroup, ...]
    no_subgroups: Mapping[str, str]
    balance: Balance | None

    @property
    def cautions(self) -> tuple[str, ...]:
        """What a reader must know before anything else, a sentence each."""
        said = [*self.rows.cautions, self.primary.comparison.remark, self.balance.caution if self.balance else ""]
        return tuple(one for one in said if one)

    def _repr_html_(self) -> str:
        """The main figures as a table in a notebook."""
        figures = {name: one for name, one in estimates_of(self.primary).items() if name in NOTEBOOK}
        if (stated := self.primary.stated) is not None:
            at = f"at {stated.cut_off:g}, stated beforehand"
            figures |= {f"sensitivity {at}": stated.sensitivity, f"specificity {at}": stated.specificity}
        rows = [estimate_row(name, one) for name, one in figures.items()]
        title = f"Study of {self.rows.value} by {self.finding.name}"
        notes = (*(f"Caution: {one}." for one in self.cautions), f"Report: {self.folder / 'report.html'}")
        return notebook_table(title, ESTIMATE_HEADER, rows, notes=notes)

    def to_dict(self) -> dict[str, Any]:
        """As plain values; a None has its reason beside it."""
        rows, joined = self.rows, self.rows.labels
        return {
            "out": str(self.folder),
            "report": str(self.folder / "report.html"),
            "value": rows.value,
            "unit": rows.unit,
            "by": self.finding.name,
            "label": self.finding.rule,
            "labels_joined_by": joined.unit if joined else None,
            "subjects": rows.subject_from,
            **asdict(self.asked),
            "flow": {
                "came": rows.came,
                "left_out": [{"rows": count, "reason": why} for count, why in rows.left_out],
                "not_processed": rows.failed,
                "without_label": len(self.finding.join.without_label),
                **asdict(self.primary.comparison.flow),
            },
            "labels_without_measurement": len(joined.without_row) if joined else 0,
            "cautions": list(self.cautions),
            "primary": analysis_dict(self.primary),
            "without_outliers": {
                "rule": self.second.trimmed.rule,
                "reason": self.second.trimmed.reason,
                "removed_positive": self.second.trimmed.removed_positive,
                "removed_negative": self.second.trimmed.removed_negative,
                "analysis": None if self.second.analysis is None else analysis_dict(self.second.analysis),
            },
            "subgroups": [_subgroup_dict(one) for one in self.subgroups],
            "no_subgroups": dict(self.no_subgroups),
            "balance": None if self.balance is None else asdict(self.balance),
        }


def estimates_of(analysis: GroupAnalysis) -> dict[str, Estimate]:
    """Every figure of a comparison that has an interval, by the name a table gives it."""
    found = analysis.comparison
    return {
        "difference of means": found.mean_difference,
        "Hedges' g": found.hedges_g,
        "rank-biserial correlation": found.rank_biserial,
        "AUC": found.area,
        "AUC, interval by bootstrap": found.area_bootstrap,
        "AUC, missing counted as failures": found.area_worst,
        "Youden's cut-off": analysis.youden,
    }


def tests_of(analysis: GroupAnalysis) -> dict[str, HypothesisTest]:
    """Every test of a comparison."""
    found = analysis.comparison
    return {
        "Welch's t": found.welch,
        "Mann–Whitney U": found.mann_whitney,
        "clustered rank test": found.clustered_ranks,
    }


def shares_of(found: CutOffAccuracy) -> dict[str, Estimate]:
    """Every share at a cut-off."""
    shares = {
        "sensitivity": found.sensitivity,
        "specificity": found.specificity,
        "PPV": found.ppv,
        "NPV": found.npv,
        "prevalence in this study": found.prevalence,
    }
    if found.stated_prevalence is not None:
        shares[f"PPV at prevalence {found.stated_prevalence:g}"] = found.ppv_at_prevalence
        shares[f"NPV at prevalence {found.stated_prevalence:g}"] = found.npv_at_prevalence
    shares["sensitivity, missing counted as failures"] = found.sensitivity_worst
    shares["specificity, missing counted as failures"] = found.specificity_worst
    return shares


def validated_shares(analysis: GroupAnalysis) -> dict[str, Estimate]:
    """Every share of the choosing of a cut-off, out-of-sample."""
    found = analysis.validated
    shares = {name: getattr(found, name.lower()) for name in ("sensitivity", "specificity", "PPV", "NPV")}
    if found.stated_prevalence is not None:
        shares[f"PPV at prevalence {found.stated_prevalence:g}"] = found.ppv_at_prevalence
        shares[f"NPV at prevalence {found.stated_prevalence:g}"] = found.npv_at_prevalence
    return shares


def analysis_dict(analysis: GroupAnalysis) -> dict[str, Any]:
    """An analysis as plain values."""
    stated, chosen, validated = analysis.stated, analysis.chosen, analysis.validated
    return {
        "groups": {"positive": asdict(analysis.comparison.positive), "negative": asdict(analysis.comparison.negative)},
        "estimates": {name: asdict(one) for name, one in estimates_of(analysis).items()},
        "tests": {name: asdict(one) for name, one in tests_of(analysis).items()},
        "stated_cut_off": None if stated is None else _cut_off_dict(stated),
        "chosen_cut_off": None if chosen is None else _cut_off_dict(chosen),
        "out_of_sample": {
            "estimates": {name: asdict(one) for name, one in validated_shares(analysis).items()},
            "cut_offs": list(validated.cut_offs),
            "folds": validated.folds,
            "repeats": validated.repeats,
            "seed": validated.seed,
        },
    }


def _cut_off_dict(found: CutOffAccuracy) -> dict[str, Any]:
    counts = ("true_positive", "false_positive", "false_negative", "true_negative")
    return {
        "cut_off": found.cut_off,
        "origin": found.origin,
        **{name: getattr(found, name) for name in counts},
        "estimates": {name: asdict(one) for name, one in shares_of(found).items()},
    }


def _subgroup_dict(one: Subgroup) -> dict[str, Any]:
    return {
        "column": one.column,
        "level": one.level,
        "flow": asdict(one.flow),
        "area": asdict(one.area),
        "stated_cut_off": None if one.stated is None else _cut_off_dict(one.stated),
    }
