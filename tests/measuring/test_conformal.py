from __future__ import annotations

import json
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medunet.measuring import CaseErrors, Intervals, Residuals
from medunet.measuring.conformal import LEVEL, NO_RATIO, OF_TWO_KINDS, SAME_FILMS, fewest

ERRORS = st.lists(st.floats(0, 1), max_size=60)
LEVELS = st.floats(0.05, 0.99)


def cases(values, *, start=0, films=1, **told):
    """A case of each value; `films` of them in a row show one subject."""
    return [
        CaseErrors(f"s{(start + n) // films}", f"film {start + n}", {"ctr": value}, **told)
        for n, value in enumerate(values)
    ]


def residuals(values):
    return Residuals(tuple(sorted(values)))


# the rank rule


@pytest.mark.parametrize(
    ("n", "rank"),
    [(9, 9), (10, 10), (18, 18), (19, 18), (20, 19), (28, 27), (29, 27), (69, 63), (99, 90), (199, 180)],
)
def test_the_rank_is_the_smallest_whole_number_that_the_level_needs(n, rank):
    """By hand: ⌈(n + 1) · 0.9⌉; where that is whole, floating point must not add one."""
    assert residuals(range(1, n + 1)).quantile() == rank == math.ceil(Fraction(9, 10) * (n + 1))


@pytest.mark.parametrize(("level", "least"), [(0.5, 1), (0.8, 4), (0.9, 9), (0.95, 19), (0.99, 99)])
def test_below_the_subjects_that_a_level_needs_there_is_no_interval_and_the_reason_counts_them(level, least):
    assert fewest(level) == least
    assert residuals([0.1] * least).quantile(level) == 0.1
    assert residuals([0.1] * least).why_none(level) == ""
    few = residuals([0.1] * (least - 1))
    assert few.quantile(level) is None
    said = "1 subject" if least == 2 else f"{least - 1} subjects"
    assert few.why_none(level) == f"{said}; level {level:.2f} needs at least {least}"


def test_one_subject_is_one_subject():
    assert residuals([0.1]).why_none() == "1 subject; level 0.90 needs at least 9"


@given(ERRORS, LEVELS, LEVELS)
def test_a_higher_level_is_never_narrower(values, one, other):
    low, high = (residuals(values).quantile(level) for level in sorted((one, other)))
    assert high is None or (low is not None and low <= high)


@given(ERRORS, LEVELS)
def test_the_quantile_is_a_residual_with_enough_at_or_below_it(values, level):
    """Ties count: k of n + 1 at least, and with the next smaller value fewer."""
    found = residuals(values).quantile(level)
    if found is None:
        assert (len(values) + 1) * level > len(values)
        return
    needed = (len(values) + 1) * level - 1e-6
    assert sum(value <= found for value in values) >= needed
    assert sum(value < found for value in values) < needed + 1


def test_it_covers_new_subjects_of_any_shape_as_often_as_it_says():
    """Exchangeable errors, drawn anew: at least 90 %, and not above 90 % + 1 / (n + 1) but for ties."""
    generator = np.random.default_rng(5)
    draws = {
        "normal": lambda size: np.abs(generator.normal(0, 0.02, size)),
        "heavy": lambda size: np.abs(0.01 * generator.standard_t(2, size)),
        "ties": lambda size: generator.integers(0, 4, size) / 4,
    }
    for name, draw in draws.items():
        for n in (9, 20, 50):
            held = 0
            for _ in range(4000):
                values = draw(n + 1)
                found = residuals(values[:n].tolist()).quantile()
                held += found is not None and bool(values[n] <= found)
            error = 4 * math.sqrt(0.09 / 4000)
            assert held / 4000 > LEVEL - error, (name, n)
            assert name == "ties" or held / 4000 < LEVEL + 1 / (n + 1) + error, (name, n)


@pytest.mark.parametrize("level", [0, 1, -0.1, 1.5])
def test_a_level_that_is_none_is_refused(level):
    with pytest.raises(ValueError, match="a level lies between 0 and 1"):
        residuals([0.1]).quantile(level)


@pytest.mark.parametrize("values", [(0.2, 0.1), (-0.1,), (math.nan,), (math.inf,)])
def test_residuals_that_cannot_be_are_refused(values):
    with pytest.raises(ValueError, match="residuals"):
        Residuals(values)


# from cases


def test_a_subject_gives_one_film_and_which_one_does_not_depend_on_the_order():
    found = Intervals.of(cases([n / 100 for n in range(30)], films=3), "validation cases")
    values = found.residuals["ctr"].values
    assert len(values) == 10
    assert all(sum(3 * s <= round(100 * value) < 3 * s + 3 for value in values) == 1 for s in range(10))
    assert Intervals.of(cases([n / 100 for n in range(30)], films=3)[::-1], "validation cases") == found
    assert {round(100 * value) % 3 for value in values} == {0, 1, 2}  # not always the first, nor the smallest


def test_the_draw_is_among_the_films_that_have_a_number():
    found = Intervals.of(cases([None, 0.2, None, None], films=2), "validation cases")
    assert found.residuals["ctr"] == Residuals((0.2,), without=1)


def test_many_films_of_one_subject_are_one_subject():
    found = Intervals.of(cases([0.01] * 50, films=50), "validation cases")
    assert found.half_width("ctr") is None
    assert found.why_none("ctr") == "1 subject; level 0.90 needs at least 9"


def test_the_films_behind_it_are_kept_all_of_them():
    assert Intervals.of(cases([0.1, None, 0.2]), "x").films == {"film 0", "film 1", "film 2"}


def test_without_any_ratio_there_is_a_reason():
    assert Intervals.of(cases([None, None]), "x") == NO_RATIO
    assert Intervals.of([], "x") == NO_RATIO
    assert Intervals.of([CaseErrors("s", "f", {})], "x") == NO_RATIO


def test_an_unknown_measurement_has_none():
    found = Intervals.of(cases([0.1] * 20), "x")
    assert found.half_width("ctr") == 0.1
    assert found.half_width("volume") is None
    assert found.why_none("volume") == "0 subjects; level 0.90 needs at least 9"


# scaled by quality


def test_scaled_intervals_widen_as_quality_falls():
    found = Intervals.of(cases([n / 1000 for n in range(1, 20)], quality=0.9), "x", scaled=True)
    assert found.half_width("ctr", 0.9) == pytest.approx(0.018)
    assert found.half_width("ctr", 0.8) == pytest.approx(0.036)
    assert found.half_width("ctr") is None
    assert found.why_none("ctr") == ""


def test_plain_intervals_do_not_ask_for_the_quality():
    found = Intervals.of(cases([n / 1000 for n in range(1, 20)], quality=0.9), "x")
    assert found.half_width("ctr", 0.2) == found.half_width("ctr") == 0.018


def test_a_case_without_a_quality_has_no_scaled_error():
    found = Intervals.of([*cases([0.1] * 3, quality=0.9), *cases([0.2], start=3)], "x", scaled=True)
    assert (len(found.residuals["ctr"].values), found.residuals["ctr"].without) == (3, 1)


# folds


def folds(count, each, **told):
    return [Intervals.of(cases([0.01 * k] * each, start=k * each), "x", **told) for k in range(count)]


def test_folds_pool_their_residuals():
    found = Intervals.pooled(folds(5, 4))
    assert found.source == "5 folds"
    assert len(found.residuals["ctr"].values) == 20
    assert len(found.films) == 20
    assert found.half_width("ctr") == 0.04  # ⌈21 · 0.9⌉ = 19 of 20
    assert all(part.half_width("ctr") is None for part in folds(5, 4))


def test_a_fold_without_intervals_leaves_none_and_says_why():
    assert Intervals.pooled([*folds(2, 9), "validation chose the weights", "another"]) == "validation chose the weights"


def test_folds_that_come_of_the_same_films_are_not_pooled():
    same = Intervals.of(cases([0.01] * 9), "x")
    assert Intervals.pooled([same, same]) == SAME_FILMS
    twice = [Intervals.of(cases([0.01] * 50), "x"), Intervals.of(cases([0.01] * 50, start=49), "x")]
    assert isinstance(Intervals.pooled(twice), Intervals)  # one film is in the data twice


def test_folds_of_two_kinds_are_not_pooled():
    scaled = Intervals.of(cases([0.01] * 9, quality=0.9), "x", scaled=True)
    assert Intervals.pooled([scaled, Intervals.of(cases([0.01] * 9, start=9), "x")]) == OF_TWO_KINDS


def test_a_fold_that_lacks_a_measurement_adds_none():
    other = Intervals.of([CaseErrors("a", "film a", {"ctr_widest": 0.3})], "x")
    found = Intervals.pooled([*folds(1, 9), other])
    assert found.residuals["ctr_widest"] == Residuals((0.3,))
    assert len(found.residuals["ctr"].values) == 9


# as model.json holds it


@given(st.lists(st.none() | st.floats(0, 2), min_size=1, max_size=30), st.booleans())
def test_it_comes_back_from_json_number_for_number(values, scaled):
    found = Intervals.of(cases(values, quality=0.9), "validation cases", scaled=scaled)
    if isinstance(found, Intervals):
        again = Intervals.from_dict(json.loads(json.dumps(found.to_dict())))
        assert again == found
        assert again.digest == found.digest


def test_the_digest_tells_intervals_apart():
    digests = {Intervals.of(cases([value] * 9), source).digest for value in (0.1, 0.2) for source in ("a", "b")}
    assert len(digests) == 4


@pytest.mark.parametrize(
    "told",
    [{}, [], "x", {"source": "x", "scaled": False, "films": [], "residuals": {"ctr": [0.1]}},
     {"source": "x", "scaled": False, "films": [], "residuals": {"ctr": {"values": [0.2, 0.1], "without": 0}}},
     {"source": "x", "scaled": False, "films": [], "residuals": {"ctr": {"values": ["y"], "without": 0}}}],
)  # fmt: skip
def test_something_else_is_refused(told):
    with pytest.raises((KeyError, ValueError, TypeError, AttributeError)):
        Intervals.from_dict(told)
