from __future__ import annotations

import math
import warnings
from dataclasses import fields, is_dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medunet.studies.clustered_bootstrap import youden_cut_off
from medunet.studies.cut_off import at_cut_off
from medunet.studies.cut_off_validation import validated_cut_off
from medunet.studies.estimate import Estimate
from medunet.studies.group_comparison import compare_groups
from medunet.studies.groups import Groups
from medunet.studies.groups_outliers import RULES, without_outliers
from medunet.studies.resampled_curves import resampled_curves
from medunet.studies.significance import HypothesisTest


def everything(groups, positive_when="higher"):
    """All analyses of this layer, as one tuple of values."""
    trimmed = [
        compare_groups(
            without_outliers(groups, rule).groups,
            positive_when,
            drawn=resampled_curves(without_outliers(groups, rule).groups, positive_when, replicates=8),
        )
        for rule in RULES
    ]
    return (
        compare_groups(groups, positive_when, drawn=resampled_curves(groups, positive_when, replicates=8)),
        *trimmed,
        at_cut_off(groups, 0.5, positive_when, prevalence=0.1),
        youden_cut_off(resampled_curves(groups, positive_when, replicates=8)),
        validated_cut_off(groups, positive_when, repeats=2, prevalence=0.1),
    )


def results(value):
    """All estimates and tests within a value, in order."""
    if isinstance(value, Estimate | HypothesisTest):
        return [value]
    if isinstance(value, tuple):
        return [found for one in value for found in results(one)]
    return (
        [found for one in fields(value) for found in results(getattr(value, one.name))] if is_dataclass(value) else []
    )


def numbers(result):
    if isinstance(result, HypothesisTest):
        return (result.statistic, result.p_value)
    return (result.value, result.low, result.high)


HOLES = {
    "nothing": ([], [], []),
    "one row": ([0.5], [1], ["a"]),
    "two rows": ([0.4, 0.6], [0, 1], ["a", "b"]),
    "two rows of a subject": ([0.4, 0.6], [0, 1], ["a", "a"]),
    "never positive": (list(np.arange(30) / 30), [0] * 30, list(range(30))),
    "never negative": (list(np.arange(30) / 30), [1] * 30, list(range(30))),
    "all uncertain": ([0.5] * 30, [-1, None, "", math.nan, -1] * 6, list(range(30))),
    "all equal": ([0.1] * 60, [0, 1] * 30, list(range(60))),
    "equal within groups": ([0.1, 0.3] * 30, [0, 1] * 30, list(range(60))),
    "all missing": ([math.nan] * 30, [0, 1] * 15, list(range(30))),
    "one group missing": ([math.nan, 0.5] * 15, [0, 1] * 15, list(range(30))),
    "one subject": (list(np.arange(30) / 30), [0, 1] * 15, ["a"] * 30),
    "infinite": ([math.inf, -math.inf, 0.5] * 10, [0, 1] * 15, list(range(30))),
    "huge": ([1e308, -1e308, 1.0] * 20, [0, 1] * 30, list(range(60))),
    "huge, several rows": (
        [1e308, -1e308, 1.0, 1e308] * 15,
        [0, 0, 0, 0, 1, 1, 1, 1] * 7 + [0] * 4,
        list(np.arange(60) // 4),
    ),
    "tiny": ([1e-308, 2e-308, 0.0] * 20, [0, 1] * 30, list(range(60))),
    "neighbouring": ([0.1, 0.1 + 2e-17, 0.10000000000000002] * 20, [0, 1] * 30, list(range(60))),
    "separated": (list(np.arange(40.0)), [0] * 20 + [1] * 20, list(range(40))),
    "same under both": (list(np.tile(np.arange(20.0), 2)), [0] * 20 + [1] * 20, list(range(20)) * 2),
    "one against many": (list(np.arange(500.0)), [1] + [0] * 499, list(range(500))),
}


@pytest.mark.parametrize("positive_when", ["higher", "lower"])
@pytest.mark.parametrize("name", HOLES)
def test_where_there_is_no_number_there_is_a_reason(name, positive_when):
    """No NaN can be in an estimate or a test (their constructors refuse it); no warning and no exception leaves."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = results(everything(Groups.of(*HOLES[name]), positive_when))
    assert len(found) > 40
    for one in found:
        assert (None in numbers(one)) == bool(one.reason)
        assert one.method.name
        assert one.method.source


def check_same(rows, others):
    """Compare all analyses of two tables; how many numbers there were. Names of methods and numbers of rows differ."""
    first, second = (results(everything(Groups.of(*zip(*table, strict=True)))) for table in (rows, others))
    compared = 0
    for once, twice in zip(first, second, strict=True):
        assert bool(once.reason) == bool(twice.reason)
        assert once.subjects == twice.subjects
        for one, two in zip(numbers(once), numbers(twice), strict=True):
            assert (one is None) == (two is None)
            assert one is None or two == pytest.approx(one, rel=1e-9, abs=1e-12)
            compared += one is not None
    return compared


ROWS = st.lists(st.tuples(st.integers(0, 6), st.booleans(), st.integers(0, 30)), min_size=1, max_size=90)


@settings(deadline=None, max_examples=60)
@given(ROWS, st.integers(0, 90))
def test_rows_written_twice_change_no_estimate_and_no_interval(rows, turn):
    """Also in another order."""
    rows = [(value / 7, label, subject) for value, label, subject in rows]
    check_same(rows, [*rows, *rows[turn:], *rows[:turn]])


@pytest.mark.parametrize("both", [False, True])
@pytest.mark.parametrize("most", [1, 4])
def test_so_it_is_in_a_study_of_ordinary_size(cohort, most, both):
    rows = list(zip(*cohort(subjects=60, rows=most, both=both), strict=True))
    assert check_same(rows, rows * 2) > 60


def test_a_row_written_twice_alone_is_another_study(cohort):
    """The check above would notice."""
    rows = list(zip(*cohort(subjects=60), strict=True))
    with pytest.raises(AssertionError):
        check_same(rows, [*rows, *rows[:20]])


def test_groups_are_described(cohort):
    value, label, subject = cohort(subjects=50)
    found = compare_groups(
        Groups.of(value, label, subject),
        "higher",
        drawn=resampled_curves(Groups.of(value, label, subject), "higher", replicates=5),
    ).positive
    assert (found.rows, found.subjects) == (25, 25)
    assert (found.mean, found.sd) == pytest.approx((value[label].mean(), value[label].std(ddof=1)))
    assert found.quantiles[2] == np.median(value[label])
    assert found.quantiles[::4] == (value[label].min(), value[label].max())


def test_data_against_the_stated_direction_are_remarked_and_not_turned(cohort):
    groups = Groups.of(*cohort(subjects=100, shift=3))
    found = compare_groups(groups, "lower", drawn=resampled_curves(groups, "lower", replicates=5))
    assert found.area.value < 0.1
    assert found.remark == "lower values were stated to speak for the finding, but in these rows higher ones do"
    assert compare_groups(groups, "higher", drawn=resampled_curves(groups, "higher", replicates=5)).remark == ""


def test_missing_measurements_lower_the_area_in_the_worst_case():
    value = [*np.arange(40.0), None, None]
    groups = Groups.of(value, [0] * 20 + [1] * 20 + [0, 1])
    found = compare_groups(groups, "higher", drawn=resampled_curves(groups, "higher", replicates=5))
    assert (found.area.value, found.flow.missing_positive, found.flow.missing_negative) == (1.0, 1, 1)
    assert found.area_worst.value == pytest.approx(400 / 441)
    assert found.area_worst.rows == 42


def test_ten_thousand_rows_take_little_memory_and_time(cohort):
    groups = Groups.of(*cohort(subjects=4000, rows=4, both=True, decimals=4))
    assert groups.value.size > 9000
    found = compare_groups(groups, "higher", drawn=resampled_curves(groups, "higher", replicates=50))
    assert found.area_bootstrap.low < found.area.value < found.area_bootstrap.high
