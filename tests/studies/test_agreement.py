"""All figures together: never NaN, a warning or an exception, and the same when rows are written twice."""

from __future__ import annotations

import math
from dataclasses import astuple, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medunet.studies.agreement import agreement_of
from medunet.studies.agreement_readings import readings
from medunet.studies.icc import intraclass

pytestmark = pytest.mark.filterwarnings("error")

NUMBERS = st.one_of(
    st.sampled_from([0.0, 1.0, -1.0, 0.1, 0.3, math.nan, math.inf, 1e-300, 1e59, -1e59]),
    st.floats(allow_nan=True, allow_infinity=True, width=32),
    st.floats(0.3, 0.8),
)
ROWS = st.lists(st.tuples(st.sampled_from("abcde"), NUMBERS, NUMBERS), max_size=14)


def columns(rows):
    return [row[1] for row in rows], [row[2] for row in rows], [row[0] for row in rows]


@settings(deadline=None, max_examples=200)
@given(ROWS, st.booleans())
def test_anything_gives_numbers_or_reasons(rows, clustered):
    """`Estimate` refuses NaN and a hole without a reason; here nothing may raise or warn on the way."""
    first, second, subjects = columns(rows)
    got = agreement_of(readings(first, second, subjects=subjects if clustered else None), cut_offs=(0.5, 0))
    for estimate in got.estimates.values():
        assert bool(estimate.reason) == (estimate.low is None)


@settings(deadline=None, max_examples=100)
@given(ROWS, st.integers(2, 3))
def test_rows_written_again_change_nothing(rows, times):
    first, second, subjects = columns(rows)
    once = agreement_of(readings(first, second, subjects=subjects), cut_offs=(0.5,))
    again = agreement_of(readings(first * times, second * times, subjects=subjects * times), cut_offs=(0.5,))
    assert astuple(replace(again, left_out=0, copies=0)) == astuple(replace(once, left_out=0, copies=0))


def test_real_numbers_written_twice_under_new_case_names(ejection):
    """A table with one film of some subjects and several of others, shuffled, some rows without a number."""
    first, second, subjects = (list(column) for column in ejection)
    first[3], second[20] = math.nan, math.nan
    order = np.random.default_rng(0).permutation(120) % 60
    twice = readings([first[i] for i in order], [second[i] for i in order], subjects=[subjects[i] for i in order])
    once = readings(first, second, subjects=subjects)
    assert agreement_of(twice, cut_offs=(5,)).estimates == agreement_of(once, cut_offs=(5,)).estimates
    assert intraclass(twice) == intraclass(once)
    assert (twice.left_out, twice.copies) == (4, 58)


def test_one_case_a_subject_written_twice_keeps_the_exact_methods(pefr):
    names = [f"p{i}" for i in range(17)]
    once = agreement_of(readings(*pefr, subjects=names))
    twice = agreement_of(readings(*(np.tile(one, 2) for one in pefr), subjects=names * 2))
    assert once.estimates == twice.estimates
    assert twice.copies == 17


def test_swapping_the_methods_changes_signs_only(pefr):
    one, other = agreement_of(readings(*pefr)).estimates, agreement_of(readings(*pefr[::-1])).estimates
    assert one["bias"].value == pytest.approx(-other["bias"].value)
    for name in ("MAE", "RMSE", "ICC(1,1)", "ICC(2,1)", "ICC(3,1)", "Lin's concordance", "SD of differences"):
        np.testing.assert_allclose(
            (one[name].value, *map(float, (one[name].low, one[name].high))),
            (other[name].value, other[name].low, other[name].high),
            rtol=1e-10,
        )


def test_another_unit_scales_what_has_one(pefr):
    one, other = (
        agreement_of(readings(*pefr)).estimates,
        agreement_of(readings(*(60 * part for part in pefr))).estimates,
    )
    for name, got in one.items():
        scale = 60 if name in ("bias", "MAE", "RMSE", "SD of differences") or "limit" in name else 1
        assert other[name].value == pytest.approx(scale * got.value, rel=1e-9)
        assert other[name].high == pytest.approx(scale * got.high, rel=1e-9)


def test_every_figure_names_its_method_and_source(pefr):
    for estimate in agreement_of(readings(*pefr), cut_offs=(450,)).estimates.values():
        assert estimate.method.name
        assert estimate.method.source
        assert (estimate.rows, estimate.subjects, estimate.level) == (17, 17, 0.95)


def test_a_higher_level_is_wider(pefr):
    one, other = (agreement_of(readings(*pefr), cut_offs=(450,), level=level).estimates for level in (0.9, 0.99))
    for name in one:
        assert other[name].low < one[name].low or one[name].low == 0
        assert one[name].high < other[name].high
