"""Studies: statistics of tables of measurements, as pure functions over arrays.

A measurement against a label (`Groups`, `compare_groups`, `at_cut_off`), a measurement against another reading of the
same films (`readings`, `agreement_of`). Every figure is an `Estimate`: a number with its interval, the rows and
subjects behind it, and the method with its source, or the reason why there is none. The subject is the unit everywhere.
No files, no network, no plots.
"""

from __future__ import annotations

from medunet.studies.agreement import Agreement, agreement_of
from medunet.studies.agreement_readings import Readings, readings
from medunet.studies.clustered_bootstrap import bootstrap_area, youden_cut_off
from medunet.studies.cut_off import IN_SAMPLE, STATED, CutOffAccuracy, at_cut_off
from medunet.studies.cut_off_validation import ValidatedCutOff, validated_cut_off
from medunet.studies.estimate import LEVEL, Estimate, Method
from medunet.studies.group_comparison import GroupComparison, Spread, compare_groups
from medunet.studies.groups import Flow, Groups, PositiveWhen
from medunet.studies.groups_outliers import OutlierRule, Trimmed, without_outliers
from medunet.studies.interval_share import Bounds, IntervalShare, share_inside
from medunet.studies.label_join import LabelJoin, Measured, join_labels
from medunet.studies.proportions import proportion, wilson
from medunet.studies.resampled_curves import ResampledCurves, resampled_curves
from medunet.studies.roc import Roc, roc_of
from medunet.studies.roc_area import roc_area
from medunet.studies.score_gaps import gap_of_means
from medunet.studies.score_means import mean_of_scores, median_of_scores
from medunet.studies.score_precision import showable_between_runs
from medunet.studies.significance import HypothesisTest
from medunet.studies.subject_bootstrap import bootstrap_of_sums
from medunet.studies.subject_scores import FEWEST_SUBJECTS, SubjectScores

__all__ = [
    "FEWEST_SUBJECTS",
    "IN_SAMPLE",
    "LEVEL",
    "STATED",
    "Agreement",
    "Bounds",
    "CutOffAccuracy",
    "Estimate",
    "Flow",
    "GroupComparison",
    "Groups",
    "HypothesisTest",
    "IntervalShare",
    "LabelJoin",
    "Measured",
    "Method",
    "OutlierRule",
    "PositiveWhen",
    "Readings",
    "ResampledCurves",
    "Roc",
    "Spread",
    "SubjectScores",
    "Trimmed",
    "ValidatedCutOff",
    "agreement_of",
    "at_cut_off",
    "bootstrap_area",
    "bootstrap_of_sums",
    "compare_groups",
    "gap_of_means",
    "join_labels",
    "mean_of_scores",
    "median_of_scores",
    "proportion",
    "readings",
    "resampled_curves",
    "roc_area",
    "roc_of",
    "share_inside",
    "showable_between_runs",
    "validated_cut_off",
    "wilson",
    "without_outliers",
    "youden_cut_off",
]
