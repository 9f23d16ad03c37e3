from __future__ import annotations

import numpy as np
import pytest

from medunet.studies.groups import Groups
from medunet.studies.groups_outliers import ONE_VALUE, RULES, without_outliers


@pytest.fixture
def drawn_apart():
    """Two narrow groups far apart, each with one value that is odd in its group and ordinary between the two."""
    value = [*np.linspace(0, 1, 11), 4, *np.linspace(9, 10, 11), 6]
    return Groups.of(value, [0] * 12 + [1] * 12)


def test_over_all_rows_the_label_is_not_used(drawn_apart):
    found = without_outliers(drawn_apart, "all rows")
    assert (found.removed_positive, found.removed_negative) == (0, 0)
    assert found.fences[0] == found.fences[1]
    assert "not used" in found.rule


def test_within_its_group_the_same_value_is_far_out(drawn_apart):
    found = without_outliers(drawn_apart, "within group")
    assert (found.removed_positive, found.removed_negative) == (1, 1)
    assert found.groups.flow.positive == found.groups.flow.negative == 11
    assert "was used" in found.rule


def test_fences_by_hand():
    """Quartiles of 1 … 8 as means of neighbours: 2.5 and 6.5."""
    found = without_outliers(Groups.of([*range(1, 9)], [0, 1] * 4), "all rows")
    assert found.fences == ((-3.5, 12.5), (-3.5, 12.5))


@pytest.mark.parametrize("rule", RULES)
def test_equal_quartiles_are_no_measure_of_far(rule):
    """Of a score that is nearly always 1 the rule would take away all the others."""
    found = without_outliers(Groups.of([1] * 36 + [2, 2, 3, 3], [0, 1] * 20), rule)
    assert (found.removed_positive, found.removed_negative, found.reason) == (0, 0, ONE_VALUE)
    assert without_outliers(Groups.of([1] * 40, [0, 1] * 20), rule).reason == "", "there is nothing that could be far"


@pytest.mark.parametrize("rule", RULES)
def test_rows_written_twice_move_no_fence(rule, cohort):
    value, label, subject = cohort(rows=3)
    once = without_outliers(Groups.of(value, label, subject), rule)
    twice = without_outliers(Groups.of([*value, *value], [*label, *label], [*subject, *subject]), rule)
    assert twice.fences == once.fences
    assert twice.removed_positive == 2 * once.removed_positive


@pytest.mark.parametrize("rule", RULES)
def test_missing_and_uncertain_rows_stay_counted(rule):
    groups = Groups.of([1, 2, 3, 99, None, 5], [0, 1, 0, 1, 1, -1])
    assert without_outliers(groups, rule).groups.flow.missing_positive == 1
    assert without_outliers(groups, rule).groups.flow.uncertain == 1


@pytest.mark.parametrize("rule", RULES)
def test_no_rows_and_one_group_are_no_error(rule):
    assert without_outliers(Groups.of([], []), rule).fences == ()
    assert without_outliers(Groups.of([1.0, 2], [1, 1]), rule).groups.value.size == 2
