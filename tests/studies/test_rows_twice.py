"""Every public figure: writing all rows of every subject twice changes no interval, so it narrows none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, is_dataclass

import numpy as np
import pytest

from medunet import studies
from medunet.studies import (
    Bounds,
    Estimate,
    Groups,
    Method,
    SubjectScores,
    agreement_of,
    at_cut_off,
    bootstrap_area,
    bootstrap_of_sums,
    compare_groups,
    gap_of_means,
    mean_of_scores,
    median_of_scores,
    proportion,
    readings,
    roc_area,
    share_inside,
    showable_between_runs,
    validated_cut_off,
    without_outliers,
    youden_cut_off,
)
from medunet.studies.resampled_curves import resampled_curves


@dataclass(frozen=True, eq=False)
class Rows:
    """A table: a measurement, a second reading of it, a label, whom the row shows."""

    value: np.ndarray
    other: np.ndarray
    label: np.ndarray
    subject: np.ndarray

    def twice(self):
        return Rows(*(np.tile(getattr(self, column.name), 2) for column in fields(self)))

    @property
    def groups(self):
        return Groups.of(self.value, self.label, self.subject)

    @property
    def scores(self):
        return SubjectScores.of(self.value, self.subject)

    def part(self, rows):
        return SubjectScores.of(self.value[rows], self.subject[rows])

    @property
    def sums(self):
        """(subject, 2) sum of the values and number of the rows."""
        codes = np.unique(self.subject, return_inverse=True)[1]
        return np.stack([np.bincount(codes, self.value), np.bincount(codes)], axis=1).astype(float)

    @property
    def bounds(self):
        triples = zip(self.subject, self.value, self.other, strict=True)
        return [Bounds(str(name), value, other - 0.6, other + 0.6, 0.9) for name, value, other in triples]


FIGURES: dict[str, Callable[[Rows], object]] = {
    "agreement_of": lambda rows: agreement_of(
        readings(rows.value + 5, rows.other + 5, subjects=list(rows.subject)), cut_offs=[5.5]
    ),
    "at_cut_off": lambda rows: at_cut_off(rows.groups, 0.5, "higher", prevalence=0.2),
    "bootstrap_area": lambda rows: bootstrap_area(resampled_curves(rows.groups, "higher", replicates=50)),
    "bootstrap_of_sums": lambda rows: bootstrap_of_sums(
        rows.sums,
        lambda sums: sums[:, 0] / sums[:, 1],
        rows=rows.value.size,
        method=Method("a mean", "nobody"),
        replicates=50,
    ),
    "compare_groups": lambda rows: compare_groups(
        rows.groups, "higher", drawn=resampled_curves(rows.groups, "higher", replicates=50)
    ),
    "gap_of_means": lambda rows: gap_of_means(rows.part(rows.label), rows.part(~rows.label)),
    "mean_of_scores": lambda rows: [mean_of_scores(rows.scores), mean_of_scores(rows.scores, least=-9, most=9)],
    "median_of_scores": lambda rows: median_of_scores(rows.scores),
    "proportion": lambda rows: proportion(rows.label, rows.subject, of="rows", kind=rows.value),
    "roc_area": lambda rows: roc_area(rows.groups, "higher"),
    "share_inside": lambda rows: share_inside(rows.bounds),
    "showable_between_runs": lambda rows: showable_between_runs(rows.scores),
    "validated_cut_off": lambda rows: validated_cut_off(rows.groups, "higher", prevalence=0.2, repeats=3),
    "youden_cut_off": lambda rows: youden_cut_off(resampled_curves(rows.groups, "higher", replicates=50)),
    "without_outliers": lambda rows: compare_groups(
        without_outliers(rows.groups, "all rows").groups,
        "higher",
        drawn=resampled_curves(without_outliers(rows.groups, "all rows").groups, "higher", replicates=50),
    ),
}
"""Every public function that gives an interval, or rows for one."""

NO_INTERVAL = {
    "resampled_curves": "draws, from which bootstrap_area, youden_cut_off and compare_groups take theirs",
    "join_labels": "gives rows their label",
    "readings": "orders rows; `agreement_of` is asked above",
    "roc_of": "is a curve; its band is asked in test_roc_band.py",
    "wilson": "takes a share and a number of trials, not rows",
}


def estimates(found: object) -> Iterator[Estimate]:
    """Every estimate in a value, in order."""
    if isinstance(found, Estimate):
        yield found
    elif is_dataclass(found):
        for field in fields(found):
            yield from estimates(getattr(found, field.name))
    elif isinstance(found, (list, tuple)):
        for one in found:
            yield from estimates(one)


@pytest.fixture(params=[False, True], ids=["one label", "both labels"])
def rows(request, cohort):
    value, label, subject = cohort(11, subjects=40, rows=4, both=request.param)
    other = value + np.random.default_rng(12).normal(0.1, 0.4, value.size).round(1)
    return Rows(value, other, label, np.unique(subject, return_inverse=True)[1])


@pytest.mark.parametrize("name", FIGURES)
def test_writing_every_row_twice_changes_no_interval(name, rows):
    once, twice = (list(estimates(FIGURES[name](one))) for one in (rows, rows.twice()))
    assert any(one.low is not None for one in once)
    for first, second in zip(once, twice, strict=True):
        assert (second.reason == "") == (first.reason == "")
        assert second.subjects == first.subjects
        if first.low is not None:
            limits = (first.value, first.low, first.high)
            assert (second.value, second.low, second.high) == pytest.approx(limits, rel=1e-9, abs=1e-12)


def test_without_the_subject_the_interval_would_narrow(rows):
    """The test can fail: as many subjects as rows have an interval narrower by the root of two."""
    doubled = rows.twice()
    alone = SubjectScores.of(doubled.value, np.arange(doubled.value.size))
    once, wrong = mean_of_scores(rows.scores), mean_of_scores(alone)
    assert wrong.high - wrong.low < 0.8 * (once.high - once.low)


def test_no_public_function_is_left_out():
    functions = {
        name for name in studies.__all__ if callable(one := getattr(studies, name)) and not isinstance(one, type)
    }
    functions -= {"OutlierRule", "PositiveWhen"}
    assert functions == set(FIGURES) | set(NO_INTERVAL)
    assert not set(FIGURES) & set(NO_INTERVAL)
