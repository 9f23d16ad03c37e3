"""One whole analysis of a measurement against a finding: the comparison, the cut-offs, the curve."""

from __future__ import annotations

from dataclasses import dataclass

from medunet.studies.clustered_bootstrap import youden_cut_off
from medunet.studies.cut_off import IN_SAMPLE, CutOffAccuracy, at_cut_off
from medunet.studies.cut_off_validation import ValidatedCutOff, validated_cut_off
from medunet.studies.estimate import LEVEL, Estimate
from medunet.studies.group_comparison import GroupComparison, compare_groups
from medunet.studies.groups import Groups, PositiveWhen, why_no_comparison
from medunet.studies.groups_outliers import Trimmed, without_outliers
from medunet.studies.resampled_curves import REPLICATES, resampled_curves
from medunet.studies.roc import Roc, roc_of
from medunet.studies.roc_band import RocBand, roc_band


@dataclass(frozen=True)
class Asked:
    """What an analysis is asked for; all of it is stated before the data are seen.

    Attributes:
        positive_when: which values speak for the finding.
        cut_off: in the measurement's unit, or None.
        prevalence: for predictive values, in (0, 1), or None.
        level: confidence of all intervals.
        replicates: of every bootstrap.
        seed: of every draw.
    """

    positive_when: PositiveWhen = "higher"
    cut_off: float | None = None
    prevalence: float | None = None
    level: float = LEVEL
    replicates: int = REPLICATES
    seed: int = 0


@dataclass(frozen=True, eq=False)
class Curve:
    """The curve with its band; no curve where there is one group only, and then `reason` says it."""

    roc: Roc | None
    band: RocBand
    reason: str


@dataclass(frozen=True, eq=False)
class GroupAnalysis:
    """What was found.

    Attributes:
        groups: the rows.
        comparison: tests, effect sizes, area.
        stated: the stated cut-off on these rows, or None where none was stated.
        youden: the cut-off that does best on these very rows.
        chosen: that cut-off on the same rows, in-sample; None where there is none.
        validated: what choosing in that way is worth on other subjects.
        curve: the ROC curve; its band, the area's check and the chosen cut-off are of the same draws.
    """

    groups: Groups
    comparison: GroupComparison
    stated: CutOffAccuracy | None
    youden: Estimate
    chosen: CutOffAccuracy | None
    validated: ValidatedCutOff
    curve: Curve


def analyse(groups: Groups, asked: Asked) -> GroupAnalysis:
    """The whole analysis of some rows."""
    way, level = asked.positive_when, asked.level
    drawn = resampled_curves(groups, way, replicates=asked.replicates, seed=asked.seed)
    youden = youden_cut_off(drawn, level=level)
    chosen = youden.value
    reason = why_no_comparison(groups.flow)
    roc = None if reason else roc_of(groups.value, groups.positive, way)
    return GroupAnalysis(
        groups,
        compare_groups(groups, way, level=level, drawn=drawn),
        stated_cut_off(groups, asked),
        youden,
        None
        if chosen is None
        else at_cut_off(groups, chosen, way, origin=IN_SAMPLE, prevalence=asked.prevalence, level=level),
        validated_cut_off(groups, way, prevalence=asked.prevalence, level=level, seed=asked.seed),
        Curve(roc, roc_band(drawn, level=level), reason),
    )


def stated_cut_off(groups: Groups, asked: Asked) -> CutOffAccuracy | None:
    """The stated cut-off on some rows; None where none was stated."""
    if asked.cut_off is None:
        return None
    return at_cut_off(groups, asked.cut_off, asked.positive_when, prevalence=asked.prevalence, level=asked.level)


@dataclass(frozen=True, eq=False)
class TrimmedAnalysis:
    """The second analysis, without the values far from the middle half.

    Attributes:
        trimmed: what was taken away, and by which rule.
        analysis: of the rest; None where nothing was taken away, and the first analysis is this one.
    """

    trimmed: Trimmed
    analysis: GroupAnalysis | None


def analyse_trimmed(groups: Groups, asked: Asked) -> TrimmedAnalysis:
    """The analysis without outliers, by the rule that does not look at the label."""
    trimmed = without_outliers(groups, "all rows")
    removed = trimmed.removed_positive + trimmed.removed_negative
    return TrimmedAnalysis(trimmed, analyse(trimmed.groups, asked) if removed else None)
