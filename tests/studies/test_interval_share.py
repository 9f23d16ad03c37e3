from __future__ import annotations

import numpy as np
import pytest

from medunet.studies.interval_share import NO_INTERVALS, Bounds, share_inside
from medunet.studies.proportions import wilson


def rows(inside, below=0, above=0, stated=0.9):
    references = [0.5] * inside + [0.4] * below + [0.6] * above
    return [Bounds(f"s{n}", reference, 0.45, 0.55, stated) for n, reference in enumerate(references)]


def test_the_share_inside_has_wilson_s_interval():
    found = share_inside(rows(34, below=1, above=3))
    assert found.inside.value == pytest.approx(34 / 38)
    assert (found.inside.low, found.inside.high) == pytest.approx(wilson(34 / 38, 38))
    assert (found.below, found.above, found.without, found.stated) == (1, 3, 0, 0.9)
    assert found.verdict == "as they say"


def test_the_limits_themselves_are_inside():
    found = share_inside([Bounds("a", 0.45, 0.45, 0.55, 0.9), Bounds("b", 0.55, 0.45, 0.55, 0.9)])
    assert found.inside.value == 1


def test_intervals_that_are_too_narrow_or_too_wide_are_called_so():
    assert share_inside(rows(20, above=18)).verdict.startswith("too narrow")
    assert share_inside(rows(400, above=1)).verdict.startswith("too wide")


def test_the_subject_is_the_unit():
    """Four films of each subject that agree know as much as one."""
    once = rows(30, above=8)
    found, four = share_inside(once), share_inside([row for row in once for _ in range(4)])
    assert (four.inside.low, four.inside.high) == pytest.approx((found.inside.low, found.inside.high))
    assert (four.inside.rows, four.inside.subjects) == (152, 38)


def test_what_has_no_interval_or_no_reference_is_counted():
    found = share_inside([*rows(9, above=1), Bounds("x", 0.5, None, None, None), Bounds("y", None, 0.4, 0.6, 0.9)])
    assert (found.without, found.inside.rows) == (2, 10)


def test_without_intervals_there_is_the_reason():
    found = share_inside([Bounds("x", 0.5, None, None, None)])
    assert (found.inside.value, found.inside.reason, found.verdict) == (None, NO_INTERVALS, "")
    assert share_inside([]).inside.reason == NO_INTERVALS
    only = share_inside([Bounds("x", None, 0.4, 0.6, 0.9)])
    assert only.inside.reason == "no case has both an interval and a reference"


def test_several_stated_levels_are_no_claim():
    found = share_inside([*rows(9), *rows(9, stated=0.8)])
    assert (found.stated, found.verdict) == (None, "")


def test_calibrated_intervals_hold_what_they_say():
    generator = np.random.default_rng(3)
    truth, noise = generator.normal(0.5, 0.05, 600), generator.normal(0, 0.02, 600)
    reach = 0.02 * 1.645
    found = share_inside(
        [
            Bounds(str(n), float(t), float(t + e - reach), float(t + e + reach), 0.9)
            for n, (t, e) in enumerate(zip(truth, noise, strict=True))
        ]
    )
    assert found.verdict == "as they say"
    assert found.to_dict()["inside"]["value"] == found.inside.value
