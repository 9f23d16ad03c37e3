"""Two groups side by side: what was measured in each, how far they lie apart, and how sure that is."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medunet.studies.clustered_bootstrap import bootstrap_area
from medunet.studies.clustered_ranks import clustered_rank_test
from medunet.studies.effect_size import hedges_g, rank_biserial
from medunet.studies.effect_tests import mann_whitney_test, welch_test
from medunet.studies.estimate import BEYOND, LEVEL, Estimate
from medunet.studies.group_means import mean_difference
from medunet.studies.groups import Flow, Groups, PositiveWhen
from medunet.studies.resampled_curves import ResampledCurves
from medunet.studies.roc_area import roc_area
from medunet.studies.significance import HypothesisTest


@dataclass(frozen=True)
class Spread:
    """The values of one group, each row once; None where there are none.

    Attributes:
        rows, subjects: how many.
        mean: of the rows.
        sd: their standard deviation; the correction n ÷ (n − 1) counts subjects, so two are needed.
        quantiles: minimum, lower quartile, median, upper quartile, maximum (Hyndman and Fan's type 2); () without rows.
        reason: why something is missing, or "".
    """

    rows: int
    subjects: int
    mean: float | None
    sd: float | None
    quantiles: tuple[float, ...]
    reason: str


@dataclass(frozen=True)
class GroupComparison:
    """All of one analysis of a measurement against a label.

    Attributes:
        flow: what became of the rows.
        positive_when: which values speak for the finding, as stated.
        positive, negative: the values of the two groups.
        welch, mann_whitney: tests with the means of subjects as units.
        clustered_ranks: a rank test of the rows, grouped by subject, also where subjects have both labels.
        mean_difference: in the measurement's unit, also where subjects have both labels.
        hedges_g, rank_biserial: effect sizes.
        area: area under the ROC curve.
        area_bootstrap: the same with an interval by bootstrap, as a check.
        area_worst: the same with every row without a measurement counted as a failure.
        remark: what a reader must know, or "".
    """

    flow: Flow
    positive_when: PositiveWhen
    positive: Spread
    negative: Spread
    welch: HypothesisTest
    mann_whitney: HypothesisTest
    clustered_ranks: HypothesisTest
    mean_difference: Estimate
    hedges_g: Estimate
    rank_biserial: Estimate
    area: Estimate
    area_bootstrap: Estimate
    area_worst: Estimate
    remark: str


def compare_groups(
    groups: Groups,
    positive_when: PositiveWhen,
    *,
    level: float = LEVEL,
    drawn: ResampledCurves,
) -> GroupComparison:
    """Compare the positive with the negative rows.

    Args:
        groups: the rows.
        positive_when: which values speak for the finding; the data do not decide it.
        level: confidence of all intervals.
        drawn: the curves of the rows and of their samples, for the bootstrap.
    """
    area = roc_area(groups, positive_when, level)
    return GroupComparison(
        flow=groups.flow,
        positive_when=positive_when,
        positive=spread_of(groups, groups.positive),
        negative=spread_of(groups, ~groups.positive),
        welch=welch_test(groups),
        mann_whitney=mann_whitney_test(groups),
        clustered_ranks=clustered_rank_test(groups),
        mean_difference=mean_difference(groups, level),
        hedges_g=hedges_g(groups, level),
        rank_biserial=rank_biserial(area),
        area=area,
        area_bootstrap=bootstrap_area(drawn, level=level),
        area_worst=roc_area(groups.missing_as_failures(positive_when), positive_when, level),
        remark=_remark(area, positive_when),
    )


def _remark(area: Estimate, positive_when: PositiveWhen) -> str:
    """What to say where the data speak against the stated direction."""
    if area.high is None or area.high >= 0.5:
        return ""
    other = "lower" if positive_when == "higher" else "higher"
    return f"{positive_when} values were stated to speak for the finding, but in these rows {other} ones do"


def spread_of(groups: Groups, rows: NDArray[np.bool_]) -> Spread:
    """The values of these rows."""
    value, subjects = groups.value[rows], int(np.unique(groups.subject[rows]).size)
    if not value.size:
        return Spread(0, 0, None, None, (), "no rows")
    with np.errstate(all="ignore"):
        quantiles = np.quantile(value, [0, 0.25, 0.5, 0.75, 1], method="averaged_inverted_cdf")
        mean = float(value.mean())
        sd = float(value.std()) * math.sqrt(subjects / (subjects - 1)) if subjects > 1 else None
    known = (mean if np.isfinite(mean) else None, sd if sd is not None and np.isfinite(sd) else None)
    reason = "" if None not in known else "one subject has no spread" if subjects == 1 else BEYOND
    shown = tuple(float(one) for one in quantiles) if np.isfinite(quantiles).all() else ()
    return Spread(value.size, subjects, *known, shown, reason)
