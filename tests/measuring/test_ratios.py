from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from medunet.images.grid import Grid
from medunet.images.labelmap import LabelMap
from medunet.measuring import Exam, Film, Midline, ctr_midline, measure

FILM = Film("PA", 40)
RATIOS = ("ctr", "ctr_widest", "ctr_midline")


def test_boxes_have_the_ratio_that_was_drawn(draw, by_name):
    found = by_name(measure(draw.chest(), FILM))
    assert [found[name].value for name in RATIOS] == pytest.approx([32 / 80] * 3)
    assert {found[name].status for name in RATIOS} == {"ok"}
    assert {found[name].verdict for name in RATIOS} == {"normal"}
    assert {found[name].reason for name in RATIOS} == {""}


def test_the_widest_level_is_narrower_than_the_extent_where_borders_lie_on_different_rows(draw, by_name):
    steps = draw.chest(left_lung=[(20, 60, 70, 99), (61, 70, 70, 90)], right_lung=[(20, 60, 30, 49), (61, 79, 20, 49)])
    found = by_name(measure(steps, FILM))
    assert found["ctr"].value == pytest.approx(32 / 80)
    assert found["ctr_widest"].value == pytest.approx(32 / 71)
    assert found["thorax_width_widest"].value == 71


def test_a_given_midline_is_used(draw):
    exam = Exam.of(draw.chest(), FILM)
    (found,) = ctr_midline(exam, Midline(65.0))
    assert found.value == pytest.approx(32 / 80)
    (beside,) = ctr_midline(exam, Midline(40.0))
    assert beside.value == pytest.approx((77.5 - 40) / 80)
    assert beside.status == "flagged"
    assert "does not cross the midline" in beside.reason


@settings(deadline=None, max_examples=40)
@given(st.floats(0.02, 0.98))
def test_with_a_vertical_midline_inside_the_heart_both_forms_are_equal(at):
    array = _lumpy(3)
    labels = LabelMap(array, Grid(array.shape), _scheme())
    exam = Exam.of(labels, FILM)
    columns = np.flatnonzero((array == 3).any(axis=0))
    line = Midline(columns[0] - 0.5 + at * (columns[-1] - columns[0] + 1))
    (midline_form,) = ctr_midline(exam, line)
    extents = next(m for m in measure(labels, FILM) if m.name == "ctr")
    assert midline_form.value == pytest.approx(extents.value, abs=1e-12)


def _scheme():
    from medunet.images.labelmap import Scheme

    return Scheme.of(("right lung", "left lung", "heart"))


def _lumpy(seed):
    """A chest of random blobs: lungs of random rows' ends, a heart between them."""
    rng = np.random.default_rng(seed)
    array = np.zeros((70, 90), dtype=np.uint8)
    walk = np.cumsum(rng.integers(-1, 2, size=(4, 70)), axis=1)
    for row in range(12, 58):
        right, left = 22 + walk[0, row] % 9, 66 + walk[1, row] % 9
        array[row, max(3, right - 12) : right + 6] = 1
        array[row, left - 6 : left + 9 + walk[2, row] % 4] = 2
    array[34:54, 36 - rng.integers(0, 6) : 52 + rng.integers(0, 6)] = 3
    return array


def _values(array, spacing=None):
    found = measure(LabelMap(array, Grid(array.shape, spacing), _scheme()), FILM)
    return {(m.name, m.structure): m.value for m in found}


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 10**6), st.integers(0, 25), st.integers(0, 25))
def test_moving_the_chest_changes_no_number(seed, down, across):
    array = _lumpy(seed)
    wide = np.zeros((100, 120), dtype=np.uint8)
    moved = wide.copy()
    wide[:70, :90] = array
    moved[down : down + 70, across : across + 90] = array
    before, after = _values(wide), _values(moved)
    assert before.keys() == after.keys()
    for key, value in before.items():
        assert after[key] == pytest.approx(value, abs=1e-9), key


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 10**6), st.integers(2, 4))
def test_ratios_do_not_depend_on_the_scale(seed, times):
    array = _lumpy(seed)
    assume(_values(array)["ctr", ""] is not None)
    large = array.repeat(times, axis=0).repeat(times, axis=1)
    before, after = _values(array), _values(large)
    assert after["ctr", ""] == pytest.approx(before["ctr", ""])
    assert after["ctr_widest", ""] == pytest.approx(before["ctr_widest", ""])
    assert after["heart_width", "heart"] == times * before["heart_width", "heart"]
    assert after["area", "heart"] == times**2 * before["area", "heart"]
    # The midline's direction comes from pixel centres, so it is the same only to within the pixels.
    assert after["ctr_midline", ""] == pytest.approx(before["ctr_midline", ""], abs=0.02)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10**6), st.sampled_from([1, 2, 3]), st.integers(0, 68), st.integers(0, 88), st.booleans())
def test_a_stray_blob_moves_no_number(seed, value, row, column, merged):
    array = _lumpy(seed)
    blob = np.s_[row : row + 2, column : column + 2]
    near = array[max(0, row - 1) : row + 3, max(0, column - 1) : column + 3]
    assume(not near.any())
    stray = array.copy()
    stray[blob] = value
    maps = [LabelMap(a, Grid(a.shape), _scheme()) for a in (array, stray)]
    if merged:
        maps = [m.merged({"right lung": "lung", "left lung": "lung"}) for m in maps]
    before, after = ({(m.name, m.structure): m for m in measure(m_, FILM)} for m_ in maps)
    for key, found in before.items():
        assert after[key].value == found.value, key
        assert after[key].status == found.status, key
        assert after[key].verdict == found.verdict, key
    assert any("stray part" in found.reason for found in after.values())


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10**6))
def test_the_extent_is_at_least_the_widest_level(seed):
    found = _values(_lumpy(seed))
    assert found["thorax_width", "lung"] >= found["thorax_width_widest", "lung"]
    assert found["ctr", ""] <= found["ctr_widest", ""]


@pytest.mark.parametrize("degrees", [0, 4, 9])
def test_the_midline_form_does_not_change_when_the_body_is_tilted(draw, by_name, degrees):
    upright = by_name(measure(draw.tilted(0), FILM))["ctr_midline"].value
    found = by_name(measure(draw.tilted(degrees), FILM))
    assert found["ctr_midline"].value == pytest.approx(upright, abs=0.008)
    assert (found["ctr"].status == "flagged") == (degrees > 5)


def test_a_tilted_chest_says_the_ratio_along_the_body(draw, by_name):
    found = by_name(measure(draw.tilted(9), FILM))
    assert "tilted by 9 degrees: extents overstate widths, along the body axis the ratio is" in found["ctr"].reason
    assert f"{found['ctr_midline'].value:.3f}" in found["ctr"].reason
    assert found["ctr_midline"].status == "ok"
    assert math.isclose(found["chest_tilt"].value, 9, abs_tol=0.7)


@pytest.mark.parametrize(("heart", "value"), [((50, 79, 50, 69), "0.250"), ((50, 79, 25, 94), "0.875")])
def test_an_implausible_ratio_keeps_its_number_and_is_flagged(draw, by_name, heart, value):
    found = by_name(measure(draw.chest(heart=heart), FILM))["ctr"]
    assert found.value == float(value)
    assert found.status == "flagged"
    assert f"CTR {value} outside 0.30-0.80" in found.reason
    assert found.verdict is None
